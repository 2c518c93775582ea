//! Typed events: things that happened, told as they happen.

#![forbid(unsafe_code)]

mod family;
mod port;
mod severity;

pub use family::Family;
pub use port::Event;
pub use severity::Severity;
