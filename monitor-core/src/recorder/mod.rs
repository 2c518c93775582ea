//! The port through which batches leave: a recorder, and what it is handed.

#![forbid(unsafe_code)]

mod port;
mod span_batch;

pub use port::{Recorder, RecorderError};
pub use span_batch::{Span, SpanBatch};

pub(crate) use span_batch::{DROPPED_FIELD, LINK_FIELD, Names};
