//! Where batches go.

#![forbid(unsafe_code)]

pub mod console;
pub mod memory;
pub mod null;

pub use console::Console;
pub use memory::Memory;
pub use null::Null;

#[cfg(feature = "socket")]
pub use crate::export::socket::{SocketAddress, SocketAddressError, Transport};

use crate::recorder::Recorder;

/// One recorder that configuration can name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Builtin {
    /// The name in configuration.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// Makes one with its defaults.
    pub open: fn() -> Box<dyn Recorder>,
}

/// Every recorder that configuration can name. The list of names in errors, in the README and in the
/// conformance tests follows from it.
pub const BUILTIN: &[Builtin] = &[
    Builtin {
        name: "console",
        about: "span trees, events and a table of functions on standard error",
        open: || Box::new(Console::default()),
    },
    Builtin {
        name: "memory",
        about: "keeps the last spans, events and metrics in memory, for tests",
        open: || Box::new(Memory::default()),
    },
    Builtin { name: "null", about: "takes everything and does nothing", open: || Box::new(Null::default()) },
];
