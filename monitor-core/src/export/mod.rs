//! From buffers to recorders, off the caller's thread: collecting, queues, workers, accounts.

#![forbid(unsafe_code)]

mod account;
mod backoff;
mod collector;
mod desk;
mod done;
#[cfg(feature = "file")]
#[cfg_attr(
    not(feature = "recorders"),
    allow(dead_code, unused_imports, reason = "some of the recorders need some of it, and all of them all")
)]
pub(crate) mod file;
#[cfg(feature = "http")]
#[cfg_attr(
    not(feature = "recorders"),
    allow(dead_code, unused_imports, reason = "some of the recorders need some of it, and all of them all")
)]
pub(crate) mod http;
#[cfg(feature = "json")]
#[cfg_attr(
    not(feature = "recorders"),
    allow(dead_code, reason = "some of the recorders need some of it, and all of them all")
)]
pub(crate) mod json;
mod ledger;
pub(crate) mod moment;
mod notice;
mod pipeline;
mod queue;
mod self_metrics;
#[cfg(feature = "socket")]
#[cfg_attr(
    not(feature = "recorders"),
    allow(dead_code, unused_imports, reason = "some of the recorders need some of it, and all of them all")
)]
pub(crate) mod socket;
#[cfg(any(feature = "cloudwatch_emf", feature = "json_lines"))]
pub(crate) mod stream;
mod teller;
mod turn;
mod waiting;
mod worker;

pub use account::{Account, DropReason};
pub use notice::Notice;
pub use pipeline::TimedOut;
pub(crate) use pipeline::{Collected, Pipeline, PipelineConfig, Source};
pub(crate) use teller::Teller;
