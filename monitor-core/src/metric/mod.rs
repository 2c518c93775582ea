//! Counting: histograms, the cells that a fold fills, and what a snapshot shows.

#![forbid(unsafe_code)]

mod amount;
mod bucket;
mod cells;
mod deltas;
mod exemplar;
mod exponential;
mod functions;
mod histogram;
mod instrument;
mod number;
mod reserved;
mod reshape;
mod series;
mod snapshot;

pub use amount::MetricValue;
pub use deltas::Deltas;
pub use exemplar::Exemplar;
pub use histogram::Histogram;
pub use instrument::MetricKind;
pub use number::{Number, Whole};
pub use snapshot::{FunctionSeries, FunctionSnapshot, Metric, MetricData, MetricPoint, Snapshot};

pub(crate) use amount::{Amount, data, of_second, tick_kind};
pub(crate) use cells::{Cells, Value, tick};
pub(crate) use functions::function_metrics;
pub(crate) use instrument::InstrumentInfo;
pub(crate) use reserved::Reserved;
pub(crate) use series::{Combination, LabelSets, OVERFLOW, Place};
pub(crate) use snapshot::Labels;
