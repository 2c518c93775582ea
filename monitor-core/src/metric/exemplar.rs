//! One of the values in a histogram, and the span that it came from.

use std::time::SystemTime;

use crate::model::SpanContext;

/// One of the values in a histogram, with the span during which it was recorded: a way from a bucket that looks bad to a
/// trace that shows why.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Exemplar {
    /// The value.
    pub value: f64,
    /// When it was recorded.
    pub time: SystemTime,
    /// The span.
    pub context: SpanContext,
}

impl Exemplar {
    /// This value, recorded at this time during this span.
    #[must_use]
    pub fn new(value: f64, time: SystemTime, context: SpanContext) -> Self {
        Self { value, time, context }
    }
}
