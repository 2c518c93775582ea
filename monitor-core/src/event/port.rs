//! What an event is.

use std::fmt;

use crate::event::Severity;
use crate::model::Family;
use crate::model::FieldValue;

/// Something that happened, typed.
///
/// One type is one family of events: a struct with one event, or an enum with one event a variant. Listeners hear the
/// value itself, on the thread where it happened; recorders get its name and fields, in batches.
pub trait Event: Clone + fmt::Debug + Send + Sync + 'static {
    /// The family: one static for each type.
    fn family() -> &'static Family;

    /// Which event of the family this is: its place among [`Family::events`].
    fn index(&self) -> usize;

    /// How much it matters.
    fn severity(&self) -> Severity {
        Severity::Info
    }

    /// Hands over names and values of the fields, in a fixed order; what is absent is left out.
    fn fields(&self, add: &mut dyn FnMut(&'static str, FieldValue<'_>));

    /// The name of this event, such as `command.started`.
    fn name(&self) -> &'static str {
        Self::family().events().get(self.index()).copied().unwrap_or_default()
    }
}
