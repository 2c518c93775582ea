//! What a monitor counts beside its lanes: what seldom happens.

use std::sync::atomic::Ordering;

use crate::dispatch::core::Core;
use crate::model::sync::AtomicU64;

/// Counts of what seldom happens.
#[derive(Default)]
pub(crate) struct Notes {
    flattened: AtomicU64,
    lost_events: AtomicU64,
    panicked: AtomicU64,
    rejected: AtomicU64,
}

fn one_more(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

impl Core {
    /// A label, a field or a look at a result has panicked.
    #[cold]
    pub(crate) fn note_panic(&self) {
        one_more(&self.notes.panicked);
    }

    /// How many labels, fields and looks at a result have panicked.
    pub(crate) fn evaluations_panicked(&self) -> u64 {
        self.notes.panicked.load(Ordering::Relaxed)
    }

    /// A span lay too deep to have others below it.
    pub(crate) fn note_flattened(&self) {
        one_more(&self.notes.flattened);
    }

    /// How many spans lay too deep to have others below them.
    pub(crate) fn flattened(&self) -> u64 {
        self.notes.flattened.load(Ordering::Relaxed)
    }

    /// A value was not recorded, since it is no number.
    #[cold]
    pub(crate) fn note_rejected(&self) {
        one_more(&self.notes.rejected);
    }

    /// How many values were not recorded at all.
    pub(crate) fn rejected(&self) -> u64 {
        self.notes.rejected.load(Ordering::Relaxed)
    }

    /// An event was told where it cannot be recorded: its thread has no lane any more, or is about to record another.
    #[cold]
    pub(crate) fn note_lost_event(&self) {
        one_more(&self.notes.lost_events);
    }

    /// How many events were told where they could not be recorded. They count as recorded, and as lost at once.
    pub(crate) fn lost_events(&self) -> u64 {
        self.notes.lost_events.load(Ordering::Relaxed)
    }
}
