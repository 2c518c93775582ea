//! Both ways to other facades: `tracing` and `metrics`.
//!
//! | you want | do | feature |
//! |---|---|---|
//! | our spans in a `tracing` subscriber | nothing: they are there when it is | `tracing` |
//! | other crates' `tracing` spans in our monitor | add [`TracingLayer`] to the subscriber | `tracing` |
//! | our metrics in a `metrics` recorder | [`forward_to_metrics`] | `metrics` |
//! | other crates' `metrics` in our monitor | [`MetricsRecorder::install`] | `metrics` |
//!
//! What lies behind a bridge cannot harm the program: a panic of a subscriber's layer or of a recorder ends at the
//! bridge and is counted in [`Losses::bridge_panics`](crate::Losses::bridge_panics). What is itself called from
//! behind a bridge does not cross it again, so that nothing goes round in a circle, whatever is installed.

#![forbid(unsafe_code)]

#[cfg(feature = "metrics")]
mod metrics;
mod table;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "metrics")]
pub use self::metrics::{ForwardToMetrics, MetricsInstallError, MetricsRecorder, forward_to_metrics};
#[cfg(feature = "tracing")]
pub use self::tracing::TracingLayer;

#[cfg(feature = "metrics")]
pub(crate) use self::metrics::forward_metrics;
#[cfg(feature = "tracing")]
pub(crate) use self::tracing::forward_spans;
