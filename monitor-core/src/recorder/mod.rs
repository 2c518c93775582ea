//! The port through which batches leave: a recorder, and what it is handed.

#![forbid(unsafe_code)]

mod batch;
mod event_batch;
mod port;
mod records;
mod span_batch;

pub use event_batch::{EventBatch, EventRef};
pub use port::{Recorder, RecorderError};
pub use span_batch::{Span, SpanBatch};

pub(crate) use batch::{Batch, Batches};
pub(crate) use records::{DROPPED_FIELD, LINK_FIELD, NAME_FIELD, Names, Origin, Records, dropped, plain};
