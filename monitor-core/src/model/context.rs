//! The place of a span in its trace.

use crate::model::SpanId;
use crate::model::TraceId;

/// How a trace begins whose root has no parent, where something is known of what led to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    /// The root is linked to this span of another trace.
    Link(SpanContext),
    /// The root is the first span of this trace.
    Trace(TraceId),
}

/// Which span of which trace: what a child needs to know of its parent.
///
/// Carry it by hand where a call crosses a thread, a channel or a process.
///
/// ```
/// use monitor_core::{SpanContext, SpanId, TraceId};
///
/// let parent = SpanContext::new(TraceId::new(7), SpanId::new(9));
/// assert!(parent.is_valid());
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SpanContext {
    trace_id: TraceId,
    span_id: SpanId,
}

impl SpanContext {
    /// The context of span `span_id` in trace `trace_id`.
    #[must_use]
    pub const fn new(trace_id: TraceId, span_id: SpanId) -> Self {
        Self { trace_id, span_id }
    }

    /// The trace.
    #[must_use]
    pub const fn trace_id(self) -> TraceId {
        self.trace_id
    }

    /// The span.
    #[must_use]
    pub const fn span_id(self) -> SpanId {
        self.span_id
    }

    /// Whether both identifiers name something.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.trace_id.is_valid() && self.span_id.is_valid()
    }
}
