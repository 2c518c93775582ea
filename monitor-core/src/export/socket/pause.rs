//! How long a peer that does not answer is left alone.

use std::hash::BuildHasher;
use std::hash::RandomState;
use std::time::Duration;
use std::time::Instant;

/// The first pause; each one after it is twice as long.
pub(crate) const FIRST: Duration = Duration::from_millis(100);
/// The longest pause: so soon a peer that came back is found.
const LONGEST: Duration = Duration::from_secs(10);

/// The pauses between tries to reach a peer: twice as long after each failure, up to ten seconds, and by chance up to
/// a half shorter, so that many programs do not come back to a restarted peer at once.
#[derive(Debug)]
pub(crate) struct Pause {
    first: Duration,
    failures: u32,
    until: Option<Instant>,
    chance: RandomState,
}

impl Pause {
    pub(crate) fn new(first: Duration) -> Self {
        Self { first, failures: 0, until: None, chance: RandomState::new() }
    }

    /// How long nobody shall try yet.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        let left = self.until?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    pub(crate) fn went_wrong(&mut self, now: Instant) {
        let whole = self.first.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        // The upper 32 bits, as a share of one.
        let share = (self.chance.hash_one(self.failures) >> 32) as f64 / f64::from(u32::MAX);
        self.failures += 1;
        self.until = now.checked_add(whole.mul_f64(1.0 - share / 2.0));
    }

    pub(crate) fn went_well(&mut self) {
        self.failures = 0;
        self.until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f28_pauses_double_with_some_chance_up_to_ten_seconds() {
        let mut pause = Pause::new(FIRST);
        let mut now = Instant::now();
        for whole in [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0] {
            assert_eq!(pause.left(now), None);
            pause.went_wrong(now);
            let left = pause.left(now).unwrap();
            assert!((whole * 0.499..whole * 1.001).contains(&left.as_secs_f64()), "{left:?} of {whole}");
            now += left;
        }
        pause.went_wrong(now);
        pause.went_well();
        assert_eq!(pause.left(now), None);
    }

    #[test]
    fn two_programs_do_not_come_back_at_the_same_moment() {
        let now = Instant::now();
        let left = || {
            let mut pause = Pause::new(FIRST);
            pause.went_wrong(now);
            pause.left(now)
        };
        assert!((0..20).map(|_| left()).any(|other| other != left()));
    }
}
