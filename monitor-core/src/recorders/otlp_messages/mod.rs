//! What OpenTelemetry's protocol says, as messages: in binary and in JSON, without any network.
//!
//! The messages are those of <https://github.com/open-telemetry/opentelemetry-proto>, as far as a monitor has something
//! to say: a field that would always be empty is left out, which is the same on the wire. They are written out here since
//! the crate that has them all brings a whole second telemetry runtime along; the tests hold them against that crate.

mod attribute;
mod histogram;
mod json;
mod logs;
mod metrics;
mod number;
mod points;
mod service;
#[cfg(test)]
mod tests;
mod trace;

pub(crate) use attribute::{AnyValue, KeyValue, Resource, Scope, Value};
pub use histogram::Histograms;
pub(crate) use json::{events_json, metrics_json, spans_json};
pub(crate) use logs::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
pub use metrics::Temporality;
pub(crate) use metrics::{Data, Form, Metric, MetricsData, ScopeMetrics};
pub(crate) use number::{NumberDataPoint, Sum};
pub(crate) use service::{Delay, Detail, PartialSuccess, Reply, RetryInfo, Status};
pub(crate) use trace::{ScopeSpans, Span, TracesData};
