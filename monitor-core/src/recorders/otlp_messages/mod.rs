//! What OpenTelemetry's protocol says, as messages: in binary and in JSON, without any network.
//!
//! The messages are those of <https://github.com/open-telemetry/opentelemetry-proto>, as far as a monitor has something
//! to say: a field that would always be empty is left out, which is the same on the wire. They are written out here since
//! the crate that has them all brings a whole second telemetry runtime along; the tests hold them against that crate.

mod attribute;
mod call;
mod histogram;
mod json;
mod logs;
mod metrics;
mod number;
mod points;
mod service;
#[cfg(test)]
mod tests;
mod text;
mod trace;

pub(crate) use attribute::{AnyValue, KeyValue, Resource, Scope};
pub use histogram::Histograms;
pub(crate) use logs::LogsData;
pub use metrics::Temporality;
pub(crate) use metrics::{Data, Form, Metric, MetricsData, ScopeMetrics};
#[cfg(test)]
pub(crate) use number::{NumberDataPoint, Sum};
pub(crate) use service::{PartialSuccess, Reply, Status};
pub(crate) use trace::TracesData;
#[cfg(test)]
pub(crate) use trace::{ScopeSpans, Span};
