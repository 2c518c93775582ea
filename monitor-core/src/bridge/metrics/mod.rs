//! The bridge to `metrics`: our values go to its recorder, and our store can be its recorder.

mod described;
mod forward;
mod handle;
mod instrument;
mod recorder;
mod series;
#[cfg(test)]
mod tests;
mod unit;

pub use forward::{ForwardToMetrics, forward_to_metrics};
pub use recorder::{MetricsInstallError, MetricsRecorder};

pub(crate) use forward::forward_metrics;
