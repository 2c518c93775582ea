//! A finished span that borrows nothing.

use std::borrow::Cow;
use std::time::Duration;
use std::time::SystemTime;

use crate::model::FieldValue;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::recorder::Span;

/// A finished span that borrows nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FinishedSpan {
    /// The name, such as `Pool::checkout`.
    pub name: &'static str,
    /// The name of this one span where it has one, such as `SELECT orders` of a command; else the same.
    pub display_name: Cow<'static, str>,
    /// What is known of the callsite.
    pub metadata: &'static Metadata,
    /// The trace that the span belongs to.
    pub trace_id: TraceId,
    /// The span's own identifier.
    pub span_id: SpanId,
    /// The span that this one is a part of.
    pub parent: Option<SpanId>,
    /// Whether that one is in another process.
    pub has_remote_parent: bool,
    /// When the call began.
    pub start: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// How long it took less the time of its instrumented children.
    pub self_duration: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// With what kind of error it ended.
    pub error_type: Option<&'static str>,
    /// Names and values of the fields.
    pub fields: Vec<(String, FieldValue<'static>)>,
    /// Spans that this one is linked to.
    pub links: Vec<SpanContext>,
}

impl FinishedSpan {
    /// The value of one field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldValue<'static>> {
        self.fields.iter().find(|(it, _)| it == name).map(|(_, value)| value)
    }

    /// Whether this is the first span of its trace in this process: it has no parent, or one in another process.
    pub(crate) fn is_local_root(&self) -> bool {
        self.parent.is_none() || self.has_remote_parent
    }
}

impl From<&Span<'_>> for FinishedSpan {
    fn from(span: &Span<'_>) -> Self {
        Self {
            name: span.name(),
            display_name: span
                .own_name()
                .map_or(Cow::Borrowed(span.name()), |name| Cow::Owned(name.into_owned())),
            metadata: span.metadata(),
            trace_id: span.trace_id(),
            span_id: span.span_id(),
            parent: span.parent(),
            has_remote_parent: span.has_remote_parent(),
            start: span.start(),
            duration: span.duration(),
            self_duration: span.self_duration(),
            outcome: span.outcome(),
            error_type: span.error_type(),
            fields: span.fields().map(|(name, value)| (name.to_owned(), value.into_owned())).collect(),
            links: span.links().collect(),
        }
    }
}
