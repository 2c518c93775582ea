//! Asks a replica, and spares it while it is not well.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use monitor_core::monitored;

use crate::driver::Answer;
use crate::driver::Driver;
use crate::driver::Error;
use crate::driver::Query;

/// Asks the replica, so that the primary is free to write. A failed replica rests for some queries.
///
/// The failure itself goes to the caller: whether to ask again is for [`Retry`](super::Retry) to say.
pub(crate) struct Replica<P, R> {
    primary: P,
    replica: R,
    rest: u32,
    resting: AtomicU32,
}

impl<P, R> Replica<P, R> {
    /// Asks `replica` and, for `rest` queries after it failed, `primary`.
    pub(crate) fn new(primary: P, replica: R, rest: u32) -> Self {
        Self { primary, replica, rest, resting: AtomicU32::new(0) }
    }

    fn is_resting(&self) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        self.resting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }
}

#[monitored]
impl<P: Driver, R: Driver> Driver for Replica<P, R> {
    async fn run(&self, query: &Query) -> Result<Answer, Error> {
        if self.is_resting() {
            return self.primary.run(query).await;
        }
        let reply = self.replica.run(query).await;
        if reply.as_ref().is_err_and(Error::is_transient) {
            self.resting.store(self.rest, Ordering::Relaxed);
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::*;
    use crate::driver::plugin::Retry;
    use crate::driver::plugin::scripted::Scripted;

    fn query() -> Query {
        Query::Symbol("a".into())
    }

    #[tokio::test]
    async fn a_failed_replica_rests_and_is_asked_again_later() {
        let replica = Replica::new(Scripted::new("ok ok"), Scripted::new("busy ok"), 2);
        let mut answered = Vec::new();
        for _ in 0..4 {
            answered.push(replica.run(&query()).await.is_ok());
        }
        assert_eq!(answered, [false, true, true, true]);
        assert_eq!((replica.primary.calls(), replica.replica.calls()), (2, 2));
    }

    #[tokio::test]
    async fn a_failed_replica_is_retried_once_at_the_primary() {
        let replica = Replica::new(Scripted::new("ok"), Scripted::new("interrupted"), 2);
        let retry = Retry::new(replica, NonZeroU32::new(2).unwrap(), Duration::ZERO);
        assert!(retry.run(&query()).await.is_ok());
    }

    #[tokio::test]
    async fn a_wrong_query_is_not_the_replicas_fault() {
        let replica = Replica::new(Scripted::new(""), Scripted::new("malformed ok"), 2);
        assert!(replica.run(&query()).await.is_err());
        assert!(replica.run(&query()).await.is_ok());
        assert_eq!((replica.primary.calls(), replica.replica.calls()), (0, 2));
    }
}
