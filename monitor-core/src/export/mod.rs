//! From buffers to recorders, off the caller's thread: collecting, queues, workers, accounts.

mod account;
mod collector;
mod pipeline;
mod queue;
mod worker;

pub use account::{Account, DropReason};
pub(crate) use pipeline::{Collected, Pipeline, Source};
pub use pipeline::TimedOut;
