//! Where time comes from: the time-stamp counter, read raw and converted off the hot path.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

/// The calibrated counter, or the operating system's monotonic clock where that does not serve; the first use
/// takes about a millisecond.
pub(crate) fn counter() -> &'static quanta::Clock {
    static COUNTER: LazyLock<quanta::Clock> = LazyLock::new(quanta::Clock::new);
    &COUNTER
}

/// A source of ticks and their meaning.
///
/// The default reads the processor's time-stamp counter where it is invariant and the operating system's
/// monotonic clock elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    manual: Option<ManualClock>,
}

impl Clock {
    /// Now, in ticks of this clock.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        match &self.manual {
            None => counter().raw(),
            Some(manual) => manual.nanoseconds.load(Ordering::Relaxed),
        }
    }

    /// How many seconds one tick lasts.
    #[must_use]
    pub fn seconds_per_tick(&self) -> f64 {
        const MANY: u64 = 1 << 48;
        match &self.manual {
            None => counter().delta_as_nanos(0, MANY) as f64 / MANY as f64 * 1e-9,
            Some(_) => 1e-9,
        }
    }

    /// The duration of so many ticks.
    #[must_use]
    pub fn duration(&self, ticks: u64) -> Duration {
        match &self.manual {
            None => Duration::from_nanos(counter().delta_as_nanos(0, ticks)),
            Some(_) => Duration::from_nanos(ticks),
        }
    }

    /// The wall-clock time now, with the ticks that belong to it; times of spans are derived from one such
    /// pair a batch.
    #[must_use]
    pub fn anchor(&self) -> (u64, SystemTime) {
        if self.is_manual() {
            let ticks = self.ticks();
            return (ticks, UNIX_EPOCH + self.duration(ticks));
        }
        closest(|| {
            let before = self.ticks();
            let wall = SystemTime::now();
            (before, wall, self.ticks())
        })
    }

    pub(crate) fn is_manual(&self) -> bool {
        self.manual.is_some()
    }
}

/// How often the two clocks are read for a pair.
const READINGS: usize = 3;

/// Of some readings of one clock between two of another the one that took least, as a pair: where the thread had to wait
/// between them, all times of a batch would be off by as much.
fn closest(mut read: impl FnMut() -> (u64, SystemTime, u64)) -> (u64, SystemTime) {
    let took = |(before, _, after): &(u64, SystemTime, u64)| after.saturating_sub(*before);
    let mut best = read();
    for _ in 1..READINGS {
        let next = read();
        if took(&next) < took(&best) {
            best = next;
        }
    }
    (best.0 + took(&best) / 2, best.1)
}

impl From<ManualClock> for Clock {
    fn from(manual: ManualClock) -> Self {
        Self { manual: Some(manual) }
    }
}

/// A clock that stands still until it is told to move, for tests.
///
/// ```
/// use monitor_core::ManualClock;
/// use std::time::Duration;
///
/// let clock = ManualClock::default();
/// clock.advance(Duration::from_millis(5));
/// assert_eq!(clock.elapsed(), Duration::from_millis(5));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    nanoseconds: Arc<AtomicU64>,
}

impl ManualClock {
    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(by, Ordering::Relaxed);
    }

    /// How far the clock has been moved in all.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_times_is_that_between_which_the_thread_waited_least() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let mut readings = [(10, at(1), 5_010), (6_000, at(2), 6_020), (7_000, at(3), 7_900)].into_iter();
        assert_eq!(closest(|| readings.next().unwrap()), (6_010, at(2)));
        // A counter that goes back took no time.
        assert_eq!(closest(|| (8, at(1), 7)), (8, at(1)));
    }
}
