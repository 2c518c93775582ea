//! How many of something there are, by the signal that they belong to.

use std::ops::AddAssign;

/// How many spans and how many events: what recorders get one by one, and not added up.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) events: u64,
    pub(crate) spans: u64,
}

impl Tally {
    /// Both together.
    pub(crate) fn total(self) -> u64 {
        self.events + self.spans
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Tally) {
        self.events += more.events;
        self.spans += more.spans;
    }
}
