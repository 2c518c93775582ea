//! From buffers to recorders, off the caller's thread: collecting, queues, workers, accounts.

#![forbid(unsafe_code)]

mod account;
mod collector;
#[cfg(feature = "file")]
pub(crate) mod file;
mod pipeline;
mod queue;
mod worker;

pub use account::{Account, DropReason};
pub use pipeline::TimedOut;
pub(crate) use pipeline::{Collected, Pipeline, Source};
