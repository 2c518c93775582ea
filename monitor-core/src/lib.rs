//! Instrumentation by one attribute.
#![warn(missing_docs)]

#[doc(hidden)]
pub mod __private;
mod dispatch;
mod metric;
mod model;
mod monitor;
mod probe;
mod recorder;

pub use dispatch::Callsite;
pub use metric::{FunctionSeries, FunctionSnapshot, Histogram, Labels as LabelPairs, Metric, MetricData, MetricKind, MetricPoint, Snapshot};
pub use model::{Clock, ErrorType, FieldValue, Label, LabelRef, LabelText, ManualClock, Metadata, Outcome, Signals, SpanContext, SpanId, SpanKind, TraceId, Value};
pub use monitor::Monitor;
pub use recorder::{Recorder, RecorderError, Span, SpanBatch};
