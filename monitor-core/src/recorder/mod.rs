//! The port through which batches leave: a recorder, and what it is handed.

#![forbid(unsafe_code)]

mod batch;
mod configured;
mod decision;
mod delivery;
mod error;
mod event_batch;
pub mod layer;
mod pieces;
mod port;
mod records;
mod setting;
mod settings;
mod snapshot_source;
mod span_batch;

pub use configured::Configured;
pub use delivery::{Delivery, WhenFull};
pub use error::RecorderError;
pub use event_batch::{EventBatch, EventRef};
pub use port::Recorder;
pub use setting::{ByteSize, FromSetting};
pub use settings::{SettingError, Settings};
pub use snapshot_source::SnapshotSource;
pub use span_batch::{Span, SpanBatch};

pub(crate) use batch::{Batch, Batches};
#[cfg(feature = "xray")]
pub(crate) use decision::decision;
pub(crate) use decision::note_decision;
pub(crate) use pieces::Pieces;
pub(crate) use records::{Names, Origin, Records, dropped};
