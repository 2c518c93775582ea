//! How many of something there are, by the signal that they belong to.

use std::ops::AddAssign;

/// How many spans and how many events: what recorders get one by one, and not added up.
///
/// ```
/// use monitor_core::Tally;
///
/// let held = Tally { spans: 3, ..Tally::default() };
/// assert_eq!(held.total(), 3);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// So many events.
    pub events: u64,
    /// So many spans.
    pub spans: u64,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn total(self) -> u64 {
        self.events + self.spans
    }

    /// Of each signal the larger number.
    pub(crate) fn max(self, other: Tally) -> Tally {
        Tally { events: self.events.max(other.events), spans: self.spans.max(other.spans) }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Tally) {
        self.events += more.events;
        self.spans += more.spans;
    }
}
