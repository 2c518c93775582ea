//! Finished spans on their way to a recorder.

use std::borrow::Cow;
use std::time::Duration;
use std::time::SystemTime;

use crate::model::FieldValue;
use crate::model::Fields;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Own;
use crate::model::Record;
use crate::model::Resource;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::recorder::Pieces;
use crate::recorder::Records;
use crate::recorder::dropped;

/// Finished spans, in the order in which each thread finished them.
///
/// The default is empty: what a recorder's test needs.
#[derive(Clone, Default)]
pub struct SpanBatch {
    pub(crate) pieces: Pieces,
}

impl From<Pieces> for SpanBatch {
    fn from(pieces: Pieces) -> Self {
        Self { pieces }
    }
}

impl From<Records> for SpanBatch {
    fn from(records: Records) -> Self {
        Self { pieces: records.into() }
    }
}

impl SpanBatch {
    /// How many spans there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// What produced them.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        self.pieces.resource()
    }

    /// Those for which `keep` says so, in their order. Nothing is copied.
    #[must_use]
    pub fn retained(&self, mut keep: impl FnMut(&Span<'_>) -> bool) -> Self {
        self.pieces.retained(|batch, record, bytes| keep(&Span { batch, record, bytes })).into()
    }

    /// These, then those of `more`. Nothing is copied.
    pub fn append(&mut self, more: Self) {
        self.pieces.append(more.pieces);
    }

    /// The spans of each trace, the traces in the order in which they come. Nothing is copied.
    pub(crate) fn by_trace(&self) -> impl Iterator<Item = (TraceId, Self)> {
        self.pieces.by_trace().into_iter().map(|(trace, pieces)| (trace, pieces.into()))
    }

    /// The same, without what came along with them: for those that are kept for long.
    pub(crate) fn detached(&self) -> Self {
        self.pieces.detached().into()
    }

    /// The same with other fields, where `edit` gives any, as bytes.
    pub(crate) fn edited(&self, mut edit: impl FnMut(&Span<'_>) -> Option<Vec<u8>>) -> Self {
        self.pieces.edited(|batch, record, bytes| edit(&Span { batch, record, bytes })).into()
    }

    /// The spans.
    pub fn iter(&self) -> impl Iterator<Item = Span<'_>> {
        self.pieces.iter().map(|(batch, record, bytes)| Span { batch, record, bytes })
    }
}

impl std::fmt::Debug for SpanBatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// One finished span.
#[derive(Clone, Copy)]
pub struct Span<'a> {
    batch: &'a Records,
    record: &'a Record,
    bytes: &'a [u8],
}

impl<'a> Span<'a> {
    /// What is known of the callsite.
    #[must_use]
    pub fn metadata(&self) -> &'static Metadata {
        self.batch.names().metadata(self.record.head().source()).unwrap_or(&Metadata::DEFAULT)
    }

    /// The name, such as `Pool::checkout`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.metadata().name
    }

    /// The name of this one span where it has one, such as `SELECT orders` of a command; else [`name`](Self::name).
    #[must_use]
    pub fn display_name(&self) -> Cow<'a, str> {
        self.own_name().unwrap_or(Cow::Borrowed(self.name()))
    }

    /// The name of this one span, where it has one.
    pub(crate) fn own_name(&self) -> Option<Cow<'a, str>> {
        self.own_text(Own::Name)
    }

    /// Which span of which trace this is.
    #[must_use]
    pub fn context(&self) -> SpanContext {
        self.record.context()
    }

    /// The span's own identifier.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.context().span_id()
    }

    /// The trace that the span belongs to.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.context().trace_id()
    }

    /// The span that this one is a part of; none for the root of a trace.
    #[must_use]
    pub fn parent(&self) -> Option<SpanId> {
        self.record.parent()
    }

    /// Whether the parent is in another process, so that this is the first span of its trace here and nobody need wait for
    /// what it is a part of.
    ///
    /// It is known of parents that came in headers, by [`Context::extract`](crate::Context::extract), and of those of which
    /// [`SpanContext::remote`] was said.
    #[must_use]
    pub fn has_remote_parent(&self) -> bool {
        self.record.head().has_remote_parent()
    }

    /// Whether this is the first span of its trace in this process: it has no parent, or one in another process.
    pub(crate) fn is_local_root(&self) -> bool {
        self.parent().is_none() || self.has_remote_parent()
    }

    /// When the call began: derived from the monotonic clock and one wall-clock reading a batch.
    #[must_use]
    pub fn start(&self) -> SystemTime {
        self.batch.time(self.record.start())
    }

    /// How long the call took.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.batch.duration(self.record.ticks())
    }

    /// How long the call took less the time of its instrumented children.
    #[must_use]
    pub fn self_duration(&self) -> Duration {
        self.batch.duration(self.record.ticks().saturating_sub(self.record.child_ticks()))
    }

    /// How the call ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.record.head().outcome()
    }

    /// With what kind of error the call ended, `panic` for a panic.
    #[must_use]
    pub fn error_type(&self) -> Option<&'static str> {
        match self.outcome() {
            Outcome::Panic => Some("panic"),
            _ => self.batch.names().error_type(self.record.head().error()),
        }
    }

    /// Names and values of the fields.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, FieldValue<'a>)> + use<'a> {
        self.all_fields()
    }

    /// The value of one field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldValue<'a>> {
        self.fields().find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    /// Spans of other traces that this one is linked to.
    pub fn links(&self) -> impl Iterator<Item = SpanContext> + use<'a> {
        self.all_fields().own(Own::Link).filter_map(|value| {
            let FieldValue::Text(text) = value else { return None };
            let mut parts = text.split('-');
            let link = SpanContext::new(
                TraceId::new(u128::from_str_radix(parts.next()?, 16).ok()?),
                SpanId::new(u64::from_str_radix(parts.next()?, 16).ok()?),
            );
            Some(if parts.next() == Some("remote") { link.remote() } else { link })
        })
    }

    /// The state of the trace as the header `tracestate` has it, where a layer gave the span one, such as `ot=th:fd70a4` of
    /// [`Sampling`](crate::layers::Sampling).
    #[must_use]
    pub fn trace_state(&self) -> Option<Cow<'a, str>> {
        self.own_text(Own::TraceState)
    }

    /// How many fields did not fit.
    #[must_use]
    pub fn dropped_fields(&self) -> u64 {
        dropped(&self.all_fields())
    }

    fn own_text(&self, own: Own) -> Option<Cow<'a, str>> {
        match self.all_fields().own(own).next() {
            Some(FieldValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The fields, and what the monitor itself says.
    pub(crate) fn all_fields(&self) -> Fields<'a> {
        Fields::new(self.metadata(), self.bytes)
    }
}

impl std::fmt::Debug for Span<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Span")
            .field("name", &self.name())
            .field("outcome", &self.outcome())
            .field("duration", &self.duration())
            .field("fields", &self.fields().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
