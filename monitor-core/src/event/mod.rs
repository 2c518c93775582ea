//! Typed events: things that happened, told as they happen.

#![forbid(unsafe_code)]

mod port;
mod severity;

pub use port::Event;
pub use severity::Severity;

pub use crate::model::Family;
