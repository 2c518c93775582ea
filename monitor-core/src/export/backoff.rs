//! How long to wait before another try.

use std::hash::BuildHasher;
use std::hash::RandomState;
use std::time::Duration;

use crate::export::moment::FAR;

/// Each wait is so much longer than the one before, as in OpenTelemetry's retries.
const GROWTH: f64 = 1.5;
/// The longest wait, as a multiple of the first.
const LONGEST: f64 = 5.0;
/// Up to so much less or more, so that many processes do not come back at the same moment.
const JITTER: f64 = 0.2;

/// How long to wait before another try: a second at first, half as long again each time, up to five.
pub(crate) struct Backoff {
    first: Duration,
    factor: f64,
    random: u64,
}

impl Backoff {
    pub(crate) fn new(first: Duration) -> Self {
        Self { first: first.min(FAR / 10), factor: 1.0, random: RandomState::new().hash_one(0) }
    }

    /// The next wait.
    pub(crate) fn next(&mut self) -> Duration {
        self.random = RandomState::new().hash_one(self.random);
        let unit = (self.random >> 11) as f64 / (1_u64 << 53) as f64;
        let wait = self.first.mul_f64(self.factor * (1.0 - JITTER + 2.0 * JITTER * unit));
        self.factor = (self.factor * GROWTH).min(LONGEST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_times_the_first_and_are_never_quite_the_same() {
        let mut backoff = Backoff::new(Duration::from_secs(1));
        for factor in [1.0, 1.5, 2.25, 3.375, 5.0, 5.0, 5.0] {
            let wait = backoff.next().as_secs_f64();
            assert!((factor * 0.8..=factor * 1.2).contains(&wait), "{wait} is not near {factor}");
        }
        let first = || Backoff::new(Duration::from_secs(1)).next();
        assert_ne!(first(), first());
    }
}
