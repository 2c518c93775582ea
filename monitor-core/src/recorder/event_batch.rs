//! Events on their way to a recorder.

use std::time::SystemTime;

use crate::event::Severity;
use crate::model::Family;
use crate::model::FieldValue;
use crate::model::Fields;
use crate::model::Metadata;
use crate::model::Record;
use crate::model::Resource;
use crate::model::SpanContext;
use crate::recorder::Pieces;
use crate::recorder::Records;
use crate::recorder::dropped;

/// Stands for a family that nobody can name.
static UNKNOWN: Family = Family::new("", &[]);

/// Events, in the order in which each thread told them.
///
/// The default is empty: what a recorder's test needs.
#[derive(Clone, Default)]
pub struct EventBatch {
    pub(crate) pieces: Pieces,
}

impl From<Pieces> for EventBatch {
    fn from(pieces: Pieces) -> Self {
        Self { pieces }
    }
}

impl From<Records> for EventBatch {
    fn from(records: Records) -> Self {
        Self { pieces: records.into() }
    }
}

impl EventBatch {
    /// How many events there are.
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
    pub fn retained(&self, mut keep: impl FnMut(&EventRef<'_>) -> bool) -> Self {
        self.pieces.retained(|batch, record, bytes| keep(&EventRef { batch, record, bytes })).into()
    }

    /// These, then those of `more`. Nothing is copied.
    pub fn append(&mut self, more: Self) {
        self.pieces.append(more.pieces);
    }

    /// The same with other fields, where `edit` gives any, as bytes.
    pub(crate) fn edited(&self, mut edit: impl FnMut(&EventRef<'_>) -> Option<Vec<u8>>) -> Self {
        self.pieces.edited(|batch, record, bytes| edit(&EventRef { batch, record, bytes })).into()
    }

    /// The events.
    pub fn iter(&self) -> impl Iterator<Item = EventRef<'_>> {
        self.pieces.iter().map(|(batch, record, bytes)| EventRef { batch, record, bytes })
    }
}

impl std::fmt::Debug for EventBatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// One event: a log record with a name, in the words of OpenTelemetry.
#[derive(Clone, Copy)]
pub struct EventRef<'a> {
    batch: &'a Records,
    record: &'a Record,
    bytes: &'a [u8],
}

impl<'a> EventRef<'a> {
    /// The family that the event belongs to, such as `command`.
    #[must_use]
    pub fn family(&self) -> &'static Family {
        self.batch.names().family(self.record.head().source()).unwrap_or(&UNKNOWN)
    }

    /// The name, such as `command.started`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.family().events().get(usize::from(self.record.head().slot())).copied().unwrap_or_default()
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let number = self.record.severity();
        Severity::ALL.into_iter().find(|it| u64::from(it.number()) == number).unwrap_or_default()
    }

    /// When it happened: derived from the monotonic clock and one wall-clock reading a batch.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        self.batch.time(self.record.start())
    }

    /// The span during which it happened; none where it happened in no span.
    #[must_use]
    pub fn context(&self) -> Option<SpanContext> {
        Some(self.record.context()).filter(|context| context.is_valid())
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

    /// How many fields did not fit.
    #[must_use]
    pub fn dropped_fields(&self) -> u64 {
        dropped(&self.all_fields())
    }

    /// An event's fields carry their names along.
    pub(crate) fn all_fields(&self) -> Fields<'a> {
        Fields::new(&Metadata::DEFAULT, self.bytes)
    }
}

impl std::fmt::Debug for EventRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventRef")
            .field("name", &self.name())
            .field("severity", &self.severity())
            .field("context", &self.context())
            .field("fields", &self.fields().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
