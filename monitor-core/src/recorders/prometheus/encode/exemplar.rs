//! How an exemplar says where its trace is.

use std::time::Duration;
use std::time::SystemTime;

use crate::metric::Exemplar;

/// The labels of an exemplar: 63 characters of the 128 that OpenMetrics allows.
pub(crate) fn labels(exemplar: &Exemplar) -> [(&'static str, String); 2] {
    [
        ("trace_id", exemplar.context.trace_id().to_string()),
        ("span_id", exemplar.context.span_id().to_string()),
    ]
}

/// The time since 1970; a clock that is set before that gives 1970.
pub(crate) fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
