//! A few connections, shared by many tasks; their work is done on threads that may block.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use monitor_core::monitored;
use rusqlite::InterruptHandle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::driver::Answer;
use crate::driver::Driver;
use crate::driver::Error;
use crate::driver::Faults;
use crate::driver::Query;
use crate::driver::session::Session;
use crate::telemetry;

/// A few connections to one database.
pub(crate) struct Pool {
    idle: Arc<Mutex<Vec<Session>>>,
    permits: Arc<Semaphore>,
    faults: Faults,
}

impl Pool {
    /// Opens all connections at once, so that a database that cannot be read is told here.
    pub(crate) fn open(path: &Path, size: usize, faults: Faults) -> Result<Self, Error> {
        let idle = (0..size).map(|_| Session::open(path)).collect::<Result<_, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(size)), faults })
    }
}

#[monitored]
impl Pool {
    /// Waits for a connection.
    async fn check_out(&self) -> Lease {
        let permit = Arc::clone(&self.permits).acquire_owned().await.expect("the semaphore is never closed");
        let session = locked(&self.idle).pop().expect("there are as many sessions as permits");
        let interrupt = Arc::new(Mutex::new(Some(session.interrupt_handle())));
        Lease { session: Some(session), interrupt, idle: Arc::clone(&self.idle), _permit: permit }
    }
}

#[monitored]
impl Driver for Pool {
    async fn run(&self, query: &Query) -> Result<Answer, Error> {
        let mut lease = self.check_out().await;
        let interrupt = Arc::clone(&lease.interrupt);
        let (query, fault) = (query.clone(), self.faults.roll());
        let work = tokio::task::spawn_blocking(telemetry::carried(move || {
            let session = lease.session.as_mut().expect("a lease has its session until it is dropped");
            session.answer(&query, fault)
        }));
        let _given_up = Work { abort: work.abort_handle(), interrupt };
        work.await?
    }
}

/// A connection that is checked out; it goes back when dropped, also by a panic.
struct Lease {
    session: Option<Session>,
    interrupt: Arc<Mutex<Option<InterruptHandle>>>,
    idle: Arc<Mutex<Vec<Session>>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Lease {
    fn drop(&mut self) {
        // First, so that nobody interrupts the connection's next user; the permit goes last.
        locked(&self.interrupt).take();
        locked(&self.idle).extend(self.session.take());
    }
}

/// Work under way: dropped before its end it is stopped, dropped later it does nothing.
struct Work {
    abort: AbortHandle,
    interrupt: Arc<Mutex<Option<InterruptHandle>>>,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.abort.abort();
        if let Some(handle) = &*locked(&self.interrupt) {
            handle.interrupt();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::sample;

    fn query() -> Query {
        Query::Prefix("parse".into())
    }

    fn idle(pool: &Pool) -> (usize, usize) {
        (locked(&pool.idle).len(), pool.permits.available_permits())
    }

    #[tokio::test]
    async fn a_connection_goes_back_after_an_answer() {
        let index = sample::index();
        let pool = Pool::open(index.path(), 1, Faults::none()).unwrap();
        for _ in 0..3 {
            assert_eq!(pool.run(&query()).await.unwrap().hits.len(), 1);
        }
        assert_eq!(idle(&pool), (1, 1));
    }

    #[tokio::test]
    async fn a_connection_goes_back_after_a_panic() {
        let index = sample::index();
        let pool = Pool::open(index.path(), 1, Faults::new(1, 0, 10_000)).unwrap();
        let error = pool.run(&query()).await.unwrap_err();
        assert!(matches!(&error, Error::Worker(_)) && error.is_transient(), "{error}");
        assert_eq!(idle(&pool), (1, 1));
    }

    #[tokio::test]
    async fn a_query_given_up_gives_its_connection_to_the_next() {
        let index = sample::index();
        let pool = Pool::open(index.path(), 1, Faults::none()).unwrap();
        let query = query();
        tokio::select! {
            biased;
            _ = pool.run(&query) => {}
            () = std::future::ready(()) => {}
        }
        assert_eq!(pool.run(&query).await.unwrap().hits.len(), 1);
    }

    #[test]
    fn a_database_that_is_not_there_is_told_when_the_pool_is_opened() {
        let error = Pool::open(Path::new("no/such/index"), 1, Faults::none()).map(drop).unwrap_err();
        assert!(error.to_string().contains("unable to open database file"), "{error}");
    }
}
