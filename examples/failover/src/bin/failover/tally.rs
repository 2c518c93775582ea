//! What the clients count, and for how long nothing was acknowledged.

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

/// What all clients together count.
pub(crate) struct Tally {
    totals: Mutex<Totals>,
    closed: AtomicBool,
}

/// A tally, as of one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    /// Writes.
    pub(crate) writes: Kind,
    /// Queries.
    pub(crate) queries: Kind,
    /// Writes that were run again, since nobody knew whether they were done.
    pub(crate) run_again: u64,
    /// Writes that were never acknowledged, and may be there all the same.
    pub(crate) given_up: u64,
}

/// What is counted of writes, and of queries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// Acknowledged, or answered.
    pub(crate) done: u64,
    /// Failed, which is no loss: who asks is told.
    pub(crate) failed: u64,
    /// The longest time without one that was done.
    pub(crate) longest_pause: Duration,
    last: Instant,
}

impl Tally {
    /// Counts from now on.
    pub(crate) fn begin() -> Self {
        let kind = Kind::begin(Instant::now());
        let totals = Totals { writes: kind, queries: kind, run_again: 0, given_up: 0 };
        Self { totals: Mutex::new(totals), closed: AtomicBool::new(false) }
    }

    /// Changes the counts.
    pub(crate) fn count(&self, change: impl FnOnce(&mut Totals)) {
        change(&mut self.locked());
    }

    /// All counts.
    pub(crate) fn totals(&self) -> Totals {
        *self.locked()
    }

    /// Tells the clients to begin nothing more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Whether the clients shall begin nothing more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn locked(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kind {
    fn begin(now: Instant) -> Self {
        Self { done: 0, failed: 0, longest_pause: Duration::ZERO, last: now }
    }

    /// One more is done.
    pub(crate) fn done(&mut self, now: Instant) {
        self.done += 1;
        self.longest_pause = self.longest_pause.max(now.saturating_duration_since(self.last));
        self.last = self.last.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pause_is_that_between_two_that_were_done() {
        let begun = Instant::now();
        let mut kind = Kind::begin(begun);
        for millis in [5, 7, 30, 29, 31] {
            kind.done(begun + Duration::from_millis(millis));
        }
        assert_eq!((kind.done, kind.longest_pause), (5, Duration::from_millis(23)));
    }
}
