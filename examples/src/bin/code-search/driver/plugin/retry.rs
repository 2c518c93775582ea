//! Asks again.

use std::num::NonZeroU32;
use std::time::Duration;

use monitor_core::monitored;

use crate::driver::Answer;
use crate::driver::Driver;
use crate::driver::Error;
use crate::driver::Query;

/// Asks again after a failure that may pass, a little later each time.
pub(crate) struct Retry<D> {
    inner: D,
    attempts: NonZeroU32,
    pause: Duration,
}

impl<D> Retry<D> {
    /// Asks a driver so many times at most; the pause doubles with each.
    pub(crate) fn new(inner: D, attempts: NonZeroU32, pause: Duration) -> Self {
        Self { inner, attempts, pause }
    }
}

#[monitored]
impl<D: Driver> Driver for Retry<D> {
    async fn run(&self, query: &Query) -> Result<Answer, Error> {
        let mut pause = self.pause;
        for _ in 1..self.attempts.get() {
            match self.inner.run(query).await {
                Err(error) if error.is_transient() => tokio::time::sleep(pause).await,
                reply => return reply,
            }
            pause = pause.saturating_mul(2);
        }
        self.inner.run(query).await
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::driver::plugin::scripted::Scripted;

    async fn check(script: &'static str, answered: bool, calls: usize, waited: Duration) {
        let pause = Duration::from_millis(5);
        let retry = Retry::new(Scripted::new(script), NonZeroU32::new(3).unwrap(), pause);
        let started = Instant::now();
        let reply = retry.run(&Query::Symbol("a".into())).await;
        assert_eq!(
            (reply.is_ok(), retry.inner.calls(), started.elapsed()),
            (answered, calls, waited),
            "for `{script}`"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_that_may_pass_is_asked_again_after_a_pause_that_doubles() {
        check("ok", true, 1, Duration::ZERO).await;
        check("interrupted ok", true, 2, Duration::from_millis(5)).await;
        check("busy interrupted ok", true, 3, Duration::from_millis(15)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_last_attempt_the_failure_is_told() {
        check("busy busy busy ok", false, 3, Duration::from_millis(15)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_that_stays_is_not_asked_again() {
        check("malformed ok", false, 1, Duration::ZERO).await;
    }
}
