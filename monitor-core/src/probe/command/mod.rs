//! Commands of a driver: what was asked of a server, as a span, metrics and events.
//!
//! `#[monitored(command(..))]` and [`Command`] by hand are the same: a draft of what is known beforehand
//! ([`CommandDraft`]), which decides what may be told, and a companion of the call that tells it.

mod companion;
mod draft;
mod guard;
mod metrics;
mod operation;
mod settled;
mod told;
mod value;

pub use draft::CommandDraft;
pub use guard::Command;
pub use operation::{InOperation, Operation, OperationExt};
pub use told::{Replied, command_family};
pub use value::{CommandNumber, Judgement, ToAddress, ToDocument};
