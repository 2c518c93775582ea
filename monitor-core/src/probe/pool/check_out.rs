//! Getting a connection out of a pool, and having it.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::dispatch::emit;
use crate::event::CheckOutFailedReason;
use crate::event::ClosedReason;
use crate::event::ConnectionCheckOutFailed;
use crate::event::ConnectionCheckOutStarted;
use crate::event::ConnectionCheckedIn;
use crate::event::ConnectionCheckedOut;
use crate::event::Text;
use crate::probe::pool::Connection;
use crate::probe::pool::handle::Inner;
use crate::probe::pool::metrics::Use;

/// Somebody wants a connection. Dropped without one, the check-out has failed.
#[must_use = "dropped, the check-out has failed"]
pub struct CheckOut {
    pool: Arc<Inner>,
    started: Instant,
    /// How it ended was told.
    over: bool,
}

impl fmt::Debug for CheckOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckOut").field("address", &self.pool.address).finish_non_exhaustive()
    }
}

impl CheckOut {
    pub(super) fn new(pool: Arc<Inner>) -> Self {
        pool.tell(|| {
            pool.metrics.pending(1);
            emit(|| ConnectionCheckOutStarted::new(pool.address.clone()));
        });
        Self { pool, started: Instant::now(), over: false }
    }

    /// Here is one.
    pub fn checked_out(mut self, mut connection: Connection) -> CheckedOut {
        self.ends(|pool, waited| {
            connection.becomes(Use::Used);
            emit(|| ConnectionCheckedOut::new(pool.address.clone(), connection.id(), waited));
        });
        CheckedOut { connection: Some(connection), since: Instant::now() }
    }

    /// There is none, for this reason.
    pub fn failed(mut self, reason: CheckOutFailedReason) {
        self.fail(reason, None);
    }

    /// There is none, for this reason; `error` says more.
    pub fn failed_with(mut self, reason: CheckOutFailedReason, error: impl Into<Text>) {
        self.fail(reason, Some(error.into()));
    }

    fn fail(&mut self, reason: CheckOutFailedReason, error: Option<Text>) {
        self.ends(|pool, waited| {
            if reason == CheckOutFailedReason::Timeout {
                pool.metrics.timeout();
            }
            emit(|| {
                let mut failed = ConnectionCheckOutFailed::new(pool.address.clone(), reason, waited);
                failed.error = error;
                failed
            });
        });
    }

    /// Nobody waits any more; `tell` tells what else there is to tell, and how long it took.
    fn ends(&mut self, tell: impl FnOnce(&Inner, Duration)) {
        self.over = true;
        let (pool, waited) = (&*self.pool, self.started.elapsed());
        pool.tell(|| {
            pool.metrics.pending(-1);
            pool.metrics.waited(waited);
            tell(pool, waited);
        });
    }
}

impl Drop for CheckOut {
    fn drop(&mut self) {
        if !self.over {
            let why = if thread::panicking() { "panic" } else { "cancelled" };
            let closed = self.pool.is_closed();
            let reason = match closed {
                true => CheckOutFailedReason::PoolClosed,
                false => CheckOutFailedReason::ConnectionError,
            };
            self.fail(reason, Some(Text::literal(why)));
        }
    }
}

/// A connection that is in use. Dropped without being given back, the connection is closed.
#[must_use = "dropped, the connection is closed"]
pub struct CheckedOut {
    /// None once it was given back.
    connection: Option<Connection>,
    since: Instant,
}

impl fmt::Debug for CheckedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedOut").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl CheckedOut {
    /// The connection's number in its pool.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.connection.as_ref().map_or(0, Connection::id)
    }

    /// Gives the connection back.
    pub fn check_in(mut self) -> Connection {
        // It is there until it is given back, which is the end of this value.
        let mut connection = self.connection.take().expect("a connection in use is there");
        self.give_back(&mut connection);
        connection
    }

    fn give_back(&self, connection: &mut Connection) {
        let used = self.since.elapsed();
        let pool = Arc::clone(connection.pool());
        pool.tell(|| {
            pool.metrics.used(used);
            connection.becomes(Use::Idle);
            emit(|| ConnectionCheckedIn::new(pool.address.clone(), connection.id()));
        });
    }
}

impl Drop for CheckedOut {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            self.give_back(&mut connection);
            connection.close(ClosedReason::Dropped);
        }
    }
}
