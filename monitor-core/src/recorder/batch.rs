//! Finished spans on their way to a recorder.

use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::SystemTime;

use crate::model::FieldValue;
use crate::model::Fields;
use crate::model::Head;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Record;
use crate::model::Slot;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;

/// The name under which links travel among the fields.
pub(crate) const LINK_FIELD: &str = "\u{0}link";
/// The name under which the number of lost fields travels among the fields.
pub(crate) const DROPPED_FIELD: &str = "\u{0}dropped";

/// The name under which a span's own name travels among the fields.
pub(crate) const NAME_FIELD: &str = "\u{0}name";

/// What turns the numbers in a record into what they stand for.
pub(crate) trait Names: Send + Sync {
    fn metadata(&self, source: u32) -> Option<&'static Metadata>;
    fn error_type(&self, id: u16) -> Option<&'static str>;
}

/// Names nothing: for a batch without spans.
struct Nameless;

impl Names for Nameless {
    fn metadata(&self, _: u32) -> Option<&'static Metadata> {
        None
    }

    fn error_type(&self, _: u16) -> Option<&'static str> {
        None
    }
}

/// Buffers of batches that are gone, to be used again: fresh memory of this size costs the system more than all that
/// is written to it.
static SPARE: Mutex<Vec<Vec<Record>>> = Mutex::new(Vec::new());
/// The most buffers that are kept.
const KEPT: usize = 4;

/// Finished spans, in the order in which each thread finished them.
///
/// The default is empty: what a recorder's test needs.
pub struct SpanBatch {
    names: &'static dyn Names,
    anchor: (u64, SystemTime),
    seconds_per_tick: f64,
    records: Vec<Record>,
    /// Which record has which part of `bytes` as its fields.
    fields: Vec<(u32, u32)>,
    bytes: Vec<u8>,
    /// Where the fields of the span to come begin.
    pending: usize,
}

impl Default for SpanBatch {
    fn default() -> Self {
        Self::new(&Nameless, (0, SystemTime::UNIX_EPOCH), 0.0)
    }
}

impl Drop for SpanBatch {
    fn drop(&mut self) {
        let mut records = std::mem::take(&mut self.records);
        records.clear();
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        if records.capacity() > 0 && spare.len() < KEPT {
            spare.push(records);
        }
    }
}

impl SpanBatch {
    pub(crate) fn new(names: &'static dyn Names, anchor: (u64, SystemTime), seconds_per_tick: f64) -> Self {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self {
            names,
            anchor,
            seconds_per_tick,
            records: spare.unwrap_or_default(),
            fields: Vec::new(),
            bytes: Vec::new(),
            pending: 0,
        }
    }

    /// Adds the records that are of a span or a part of its fields, which lie before it.
    pub(crate) fn extend(&mut self, slots: &[Slot]) {
        for slot in slots {
            let head = slot.head();
            if head.has(Head::PAYLOAD) {
                self.bytes.extend(slot.read().payload());
            } else if head.has(Head::SPAN) {
                if head.has(Head::FIELDS) {
                    self.fields.push((self.records.len() as u32, self.pending as u32));
                    self.pending = self.bytes.len();
                }
                self.records.push(slot.read());
            }
        }
    }

    /// How many spans there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// How many spans without fields take as much memory.
    pub(crate) fn weight(&self) -> usize {
        self.records.len() + self.bytes.len() / size_of::<Record>()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The spans.
    pub fn iter(&self) -> impl Iterator<Item = Span<'_>> {
        let mut fields = self.fields.iter().enumerate().peekable();
        self.records.iter().enumerate().map(move |(position, record)| {
            let bytes = match fields.next_if(|(_, (owner, _))| *owner as usize == position) {
                Some((number, (_, start))) => {
                    let end = self.fields.get(number + 1).map_or(self.pending, |(_, next)| *next as usize);
                    self.bytes.get(*start as usize..end).unwrap_or_default()
                }
                None => &[],
            };
            Span { batch: self, record, bytes }
        })
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
    batch: &'a SpanBatch,
    record: &'a Record,
    bytes: &'a [u8],
}

impl<'a> Span<'a> {
    /// What is known of the callsite.
    #[must_use]
    pub fn metadata(&self) -> &'static Metadata {
        self.batch.names.metadata(self.record.head().source()).unwrap_or(&Metadata::DEFAULT)
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
        match self.all_fields().find(|(name, _)| *name == NAME_FIELD) {
            Some((_, FieldValue::Text(name))) => Some(name),
            _ => None,
        }
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

    /// When the call began: derived from the monotonic clock and one wall-clock reading a batch.
    #[must_use]
    pub fn start(&self) -> SystemTime {
        let (ticks, wall) = self.batch.anchor;
        let start = self.record.start();
        let (before, distance) = if start <= ticks { (true, ticks - start) } else { (false, start - ticks) };
        let distance = self.batch.seconds(distance);
        let moved = if before { wall.checked_sub(distance) } else { wall.checked_add(distance) };
        moved.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// How long the call took.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.batch.seconds(self.record.ticks())
    }

    /// How long the call took less the time of its instrumented children.
    #[must_use]
    pub fn self_duration(&self) -> Duration {
        self.batch.seconds(self.record.ticks().saturating_sub(self.record.child_ticks()))
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
            _ => self.batch.names.error_type(self.record.head().error()),
        }
    }

    /// Names and values of the fields.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, FieldValue<'a>)> + use<'a> {
        self.all_fields().filter(|(name, _)| !name.starts_with('\0'))
    }

    /// The value of one field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldValue<'a>> {
        self.fields().find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    /// Spans of other traces that this one is linked to.
    pub fn links(&self) -> impl Iterator<Item = SpanContext> + use<'a> {
        self.all_fields().filter(|(name, _)| *name == LINK_FIELD).filter_map(|(_, value)| {
            let FieldValue::Text(text) = value else { return None };
            let (trace, span) = text.split_once('-')?;
            Some(SpanContext::new(
                TraceId::new(u128::from_str_radix(trace, 16).ok()?),
                SpanId::new(u64::from_str_radix(span, 16).ok()?),
            ))
        })
    }

    /// How many fields did not fit.
    #[must_use]
    pub fn dropped_fields(&self) -> u64 {
        let lost = self.all_fields().find(|(name, _)| *name == DROPPED_FIELD);
        match lost {
            Some((_, FieldValue::Unsigned(lost))) => lost,
            _ => 0,
        }
    }

    fn all_fields(&self) -> Fields<'a> {
        Fields::new(self.metadata(), self.bytes)
    }
}

impl SpanBatch {
    fn seconds(&self, ticks: u64) -> Duration {
        Duration::try_from_secs_f64(ticks as f64 * self.seconds_per_tick).unwrap_or(Duration::MAX)
    }
}

impl std::fmt::Debug for Span<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Span")
            .field("name", &self.display_name())
            .field("outcome", &self.outcome())
            .field("duration", &self.duration())
            .field("fields", &self.fields().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
