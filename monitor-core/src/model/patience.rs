//! When somebody who fails again and again has to rest, and for how long.

use std::time::Duration;

/// So many failures in a row send one to rest.
const FAILURES: u32 = 3;
const LONGEST_REST: Duration = Duration::from_secs(60);

/// The state of one who may fail: after three failures in a row comes a rest, then one try; if that fails, a rest
/// twice as long, up to a minute. Times are those since any fixed moment.
#[derive(Debug)]
pub(crate) struct Patience {
    failures: u32,
    first_rest: Duration,
    rest: Duration,
    until: Option<Duration>,
    /// Somebody has the one try after a rest.
    trying: bool,
}

impl Patience {
    /// Begins well. The first rest lasts so long.
    pub(crate) fn new(first_rest: Duration) -> Self {
        Self { failures: 0, first_rest, rest: first_rest, until: None, trying: false }
    }

    /// Whether there is a try now. After a rest there is one: nobody gets another before it is known how that ended.
    pub(crate) fn may_try(&mut self, now: Duration) -> bool {
        match self.until {
            Some(until) if now < until || self.trying => false,
            resting => {
                self.trying = resting.is_some();
                true
            }
        }
    }

    /// The try went well.
    pub(crate) fn went_well(&mut self) {
        *self = Self::new(self.first_rest);
    }

    /// The try showed nothing.
    pub(crate) fn went_anyhow(&mut self) {
        self.trying = false;
    }

    /// The try failed.
    pub(crate) fn went_wrong(&mut self, now: Duration) {
        self.trying = false;
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.until = Some(now.saturating_add(self.rest));
            self.rest = self.rest.saturating_mul(2).min(LONGEST_REST.max(self.first_rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn three_failures_in_a_row_make_a_rest_that_doubles_up_to_a_minute() {
        let mut patience = Patience::new(SECOND);
        let mut now = Duration::ZERO;
        for failure in 0..3 {
            assert!(patience.may_try(now), "failure {failure}");
            patience.went_wrong(now);
        }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            now += Duration::from_secs(seconds);
            assert!(!patience.may_try(now - Duration::from_nanos(1)), "rests for {seconds} s");
            assert!(patience.may_try(now));
            assert!(!patience.may_try(now), "there is one try");
            patience.went_wrong(now);
        }
    }

    #[test]
    fn a_success_forgets_what_was() {
        let mut patience = Patience::new(SECOND);
        for moment in [0, 0, 0, 1] {
            assert!(patience.may_try(SECOND * moment));
            patience.went_wrong(SECOND * moment);
        }
        assert!(patience.may_try(SECOND * 3));
        patience.went_well();
        for _ in 0..3 {
            assert!(patience.may_try(SECOND * 3));
            patience.went_wrong(SECOND * 3);
        }
        assert!(!patience.may_try(SECOND * 3));
        assert!(patience.may_try(SECOND * 4));
    }

    #[test]
    fn a_try_that_shows_nothing_is_followed_by_another() {
        let mut patience = Patience::new(SECOND);
        (0..3).for_each(|_| patience.went_wrong(Duration::ZERO));
        assert!(patience.may_try(SECOND));
        patience.went_anyhow();
        assert!(patience.may_try(SECOND));
    }
}
