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
        let ticks = self.ticks();
        let wall = match &self.manual {
            None => SystemTime::now(),
            Some(_) => UNIX_EPOCH + self.duration(ticks),
        };
        (ticks, wall)
    }

    pub(crate) fn is_manual(&self) -> bool {
        self.manual.is_some()
    }
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
