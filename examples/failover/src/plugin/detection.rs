//! When a host counts as dead: arithmetic without a clock.

use std::time::Duration;

use tokio::time::Instant;

/// How patient one is with a host that does not answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Detection {
    /// Nothing is said about a call that is younger.
    pub grace: Duration,
    /// How often a host is probed, and how long a probe may take.
    pub interval: Duration,
    /// For how many intervals a host must have failed its probes.
    pub count: u32,
}

/// How a host took its probes: since when each has failed, if the last did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Health {
    unavailable_since: Option<Instant>,
}

impl Default for Detection {
    /// Half a minute, five seconds, three times: as those who run large clusters have it.
    fn default() -> Self {
        Self { grace: Duration::from_secs(30), interval: Duration::from_secs(5), count: 3 }
    }
}

impl Health {
    /// The health after a probe that was begun at this time. A single success makes all good.
    pub(crate) fn after(self, begun: Instant, answered: Result<(), ()>) -> Self {
        let since = self.unavailable_since.unwrap_or(begun);
        Self { unavailable_since: answered.is_err().then_some(since) }
    }

    /// When a call that was begun at `call` is to be given up, should no probe succeed until then.
    pub(crate) fn deadline(self, call: Instant, detection: Detection) -> Option<Instant> {
        let unavailable = self.unavailable_since? + detection.interval * detection.count;
        Some(unavailable.max(call + detection.grace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probes a second each, `+` or `-`; after the last, in which second a call begun at 0 is given up.
    #[track_caller]
    fn check(probes: &str, expected: Option<u64>) {
        let start = Instant::now();
        let second = |number: u64| start + Duration::from_secs(number);
        let health = probes.bytes().zip(0..).fold(Health::default(), |health, (probe, at)| {
            health.after(second(at), if probe == b'+' { Ok(()) } else { Err(()) })
        });
        let detection =
            Detection { grace: Duration::from_secs(4), interval: Duration::from_secs(1), count: 3 };
        assert_eq!(health.deadline(start, detection), expected.map(second), "after {probes}");
    }

    #[test]
    fn a_host_is_dead_once_it_failed_for_so_many_intervals_and_the_grace_is_over() {
        check("", None);
        check("+++", None);
        check("-", Some(4));
        check("--", Some(4));
        check("++-", Some(5));
        check("+++--", Some(6));
    }

    #[test]
    fn one_success_makes_all_good() {
        check("---+", None);
        check("---+-", Some(7));
    }
}
