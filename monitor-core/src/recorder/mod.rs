//! The port through which batches leave: a recorder, and what it is handed.

#![forbid(unsafe_code)]

mod batch;
mod port;

pub use batch::{Span, SpanBatch};
pub use port::{Recorder, RecorderError};

pub(crate) use batch::{DROPPED_FIELD, LINK_FIELD, NAME_FIELD, Names};
