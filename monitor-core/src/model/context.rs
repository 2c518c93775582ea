//! The place of a span in its trace.

use std::hash::Hash;
use std::hash::Hasher;

use crate::model::SpanId;
use crate::model::TraceId;

/// How what a thread does next hangs in a trace, where another process has led to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    /// The root is linked to this span of another trace.
    Link(SpanContext),
    /// What begins there is a part of this span.
    Parent(SpanContext),
    /// The root is the first span of this trace.
    Trace(TraceId),
}

impl Origin {
    /// Where the thread stands until something begins.
    pub(crate) fn place(self) -> SpanContext {
        match self {
            Origin::Parent(span) => span,
            Origin::Link(_) | Origin::Trace(_) => SpanContext::default(),
        }
    }
}

/// Which span of which trace: what a child needs to know of its parent.
///
/// Carry it by hand where a call crosses a thread, a channel or a process. Two are equal if they name the same span,
/// whoever told of it.
///
/// ```
/// use monitor_core::{SpanContext, SpanId, TraceId};
///
/// let parent = SpanContext::new(TraceId::new(7), SpanId::new(9));
/// assert!(parent.is_valid());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanContext {
    trace_id: TraceId,
    span_id: SpanId,
    is_remote: bool,
}

impl PartialEq for SpanContext {
    fn eq(&self, other: &Self) -> bool {
        (self.trace_id, self.span_id) == (other.trace_id, other.span_id)
    }
}

impl Eq for SpanContext {}

impl Hash for SpanContext {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.trace_id, self.span_id).hash(state);
    }
}

impl SpanContext {
    /// The context of span `span_id` in trace `trace_id`.
    #[must_use]
    pub const fn new(trace_id: TraceId, span_id: SpanId) -> Self {
        Self { trace_id, span_id, is_remote: false }
    }

    /// The same span, as one of another process. What comes in a header is one without this being said.
    ///
    /// A span that has such a parent is the first one of its trace in this process, and recorders need not wait for what
    /// it is a part of.
    ///
    /// ```
    /// use monitor_core::{Span, SpanContext, SpanId, TraceId};
    ///
    /// let sender = SpanContext::new(TraceId::new(7), SpanId::new(9)).remote();
    /// assert!(sender.is_remote());
    /// let _span = Span::start_in("answer", sender);
    /// ```
    #[must_use]
    pub const fn remote(self) -> Self {
        Self { is_remote: true, ..self }
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

    /// Whether the span is known to be of another process.
    #[must_use]
    pub const fn is_remote(self) -> bool {
        self.is_remote
    }

    /// Whether both identifiers name something.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.trace_id.is_valid() && self.span_id.is_valid()
    }
}
