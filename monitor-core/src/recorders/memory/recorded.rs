//! An event that borrows nothing.

use std::time::SystemTime;

use crate::event::Severity;
use crate::model::Family;
use crate::model::FieldValue;
use crate::model::SpanContext;
use crate::recorder::EventRef;

/// An event that borrows nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedEvent {
    /// The name, such as `command.started`.
    pub name: &'static str,
    /// The family that it belongs to, such as `command`.
    pub family: &'static Family,
    /// How much it matters.
    pub severity: Severity,
    /// When it happened.
    pub time: SystemTime,
    /// The span during which it happened.
    pub context: Option<SpanContext>,
    /// Names and values of the fields.
    pub fields: Vec<(String, FieldValue<'static>)>,
    /// How many fields did not fit.
    pub dropped_fields: u64,
}

impl RecordedEvent {
    /// The value of one field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldValue<'static>> {
        self.fields.iter().find(|(it, _)| it == name).map(|(_, value)| value)
    }
}

impl From<&EventRef<'_>> for RecordedEvent {
    fn from(event: &EventRef<'_>) -> Self {
        Self {
            name: event.name(),
            family: event.family(),
            severity: event.severity(),
            time: event.time(),
            context: event.context(),
            fields: event.fields().map(|(name, value)| (name.to_owned(), value.into_owned())).collect(),
            dropped_fields: event.dropped_fields(),
        }
    }
}
