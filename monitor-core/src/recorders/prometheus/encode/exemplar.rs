//! How an exemplar says where its trace is.

use crate::metric::Exemplar;

/// The labels of an exemplar: 63 characters of the 128 that OpenMetrics allows.
pub(crate) fn labels(exemplar: &Exemplar) -> [(&'static str, String); 2] {
    [
        ("trace_id", exemplar.context.trace_id().to_string()),
        ("span_id", exemplar.context.span_id().to_string()),
    ]
}
