//! The connections to one host.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use monitor_core::event::CheckOutFailedReason;
use monitor_core::event::ClosedReason;
use monitor_core::event::PoolOptions;
use monitor_core::monitored;
use monitor_core::pool;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use crate::Address;
use crate::Call;
use crate::Connection;
use crate::Driver;
use crate::Error;
use crate::Method;
use crate::Reply;
use crate::Target;

/// The connections to one host, opened as they are needed.
pub(crate) struct Pool {
    host: Address,
    idle: Mutex<Idle>,
    permits: Arc<Semaphore>,
    patience: Duration,
    /// Tells what happens here, and keeps the metrics that follow from it.
    told: pool::Pool,
}

#[derive(Default)]
struct Idle {
    connections: Vec<(Box<dyn Connection>, pool::Connection)>,
    /// Goes up when the host dies: connections from before are not taken back.
    generation: u64,
}

impl Pool {
    /// A pool of so many connections at most, for which a caller waits so long.
    pub(crate) fn new(host: &Address, size: NonZeroUsize, patience: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(size.get()));
        let options = PoolOptions {
            max_size: u32::try_from(size.get()).ok(),
            wait_queue_timeout: Some(patience),
            ..PoolOptions::default()
        };
        let told = pool::Pool::new(host.into(), options);
        Self { host: host.clone(), idle: Mutex::default(), permits, patience, told }
    }

    /// Takes in a connection that was opened elsewhere.
    pub(crate) fn put(&self, connection: Box<dyn Connection>) {
        let told = self.told.connect().ready();
        self.idle().connections.push((connection, told));
    }

    /// The host is alive, or is so again.
    pub(crate) fn ready(&self) {
        self.told.ready();
    }

    /// How often the host was found dead.
    pub(crate) fn generation(&self) -> u64 {
        self.idle().generation
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[monitored]
impl Pool {
    /// Gives an idle connection or a new one, once there is room for it.
    pub(crate) async fn check_out(self: &Arc<Self>, driver: &Arc<Driver>) -> Result<Lease, Error> {
        let wanted = self.told.check_out();
        let permit = tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(permit) = permit else {
            wanted.failed(CheckOutFailedReason::Timeout);
            return Err(Error::PoolExhausted { host: self.host.clone(), waited: self.patience });
        };
        let permit = permit.expect("the semaphore is never closed");
        let (idle, generation) = {
            let mut idle = self.idle();
            (idle.connections.pop(), idle.generation)
        };
        let opened = match idle {
            Some(idle) => Ok(idle),
            None => self.open(driver).await,
        };
        match opened {
            Ok((connection, told)) => {
                let told = Some(wanted.checked_out(told));
                let pool = Arc::clone(self);
                Ok(Lease { connection: Some(connection), told, generation, pool, _permit: permit })
            }
            Err(error) => {
                wanted.failed_with(CheckOutFailedReason::ConnectionError, error.to_string());
                Err(error)
            }
        }
    }
}

impl Pool {
    /// Closes all idle connections, and those in use once they come back.
    pub(crate) fn clear(&self) {
        let mut idle = self.idle();
        idle.generation += 1;
        let closed = std::mem::take(&mut idle.connections);
        drop(idle);
        self.told.clear();
        for (_, told) in closed {
            told.close(ClosedReason::Stale);
        }
    }

    fn check_in(&self, connection: Box<dyn Connection>, told: pool::Connection, generation: u64) {
        let mut idle = self.idle();
        if idle.generation == generation {
            idle.connections.push((connection, told));
        } else {
            drop(idle);
            told.close(ClosedReason::Stale);
        }
    }

    async fn open(&self, driver: &Arc<Driver>) -> Result<(Box<dyn Connection>, pool::Connection), Error> {
        let told = self.told.connect();
        match driver.connect(&Target::at(&self.host)).await {
            Ok(connection) => Ok((connection, told.ready())),
            Err(error) => {
                told.failed(error.to_string());
                Err(error)
            }
        }
    }
}

/// A connection that is checked out; it goes back when dropped, unless it may be in the middle of something.
pub(crate) struct Lease {
    connection: Option<Box<dyn Connection>>,
    told: Option<pool::CheckedOut>,
    generation: u64,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    /// Runs a call on the connection.
    pub(crate) async fn run(&mut self, call: &Call) -> Result<Reply, Error> {
        // Out of the lease meanwhile: a future that is dropped here takes the connection along.
        let mut connection = self.connection.take().expect("a lease is run once");
        let reply = match call.method {
            Method::Query => connection.query(&call.statement).await,
            _ => connection.execute(&call.statement).await,
        };
        if !matches!(reply, Err(Error::Disconnected { .. })) {
            self.connection = Some(connection);
        }
        reply
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let (Some(connection), Some(told)) = (self.connection.take(), self.told.take()) {
            self.pool.check_in(connection, told.check_in(), self.generation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Client;
    use crate::plugin::StaleName;
    use crate::scripted::Scripted;

    async fn client(cluster: &Scripted, size: usize) -> Client {
        let mut settings = cluster.settings(1, Arc::new(StaleName));
        settings.connections = NonZeroUsize::new(size).unwrap();
        let client = Client::connect(cluster.clone(), settings).await.unwrap();
        client.execute("", &[]).await.unwrap();
        cluster.noted();
        client
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_used_again() {
        let cluster = Scripted::new("w1/5");
        let client = client(&cluster, 1).await;
        for _ in 0..3 {
            client.execute("", &[]).await.unwrap();
        }
        assert_eq!(cluster.noted(), "execute 1, execute 1, execute 1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_was_left_in_the_middle_is_not_used_again() {
        let cluster = Scripted::new("w1/5");
        let client = client(&cluster, 1).await;
        cluster.slow(1, Duration::from_millis(100));
        let hurried = tokio::time::timeout(Duration::from_millis(50), client.execute("", &[])).await;
        assert!(hurried.is_err());
        client.execute("", &[]).await.unwrap();
        assert_eq!(cluster.noted(), "execute 1, connect 1, execute 1");
    }

    #[tokio::test(start_paused = true)]
    async fn no_connection_outlives_the_death_of_its_host() {
        let cluster = Scripted::new("w1/5");
        let client = client(&cluster, 1).await;
        cluster.set(1, "-");
        assert!(client.execute("", &[]).await.is_err());
        cluster.set(1, "w1/5");
        client.execute("", &[]).await.unwrap();
        assert_eq!(cluster.noted(), "execute 1, connect 1, execute 1");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_for_a_connection_is_told() {
        let cluster = Scripted::new("w1/5");
        let client = client(&cluster, 1).await;
        cluster.slow(1, Duration::from_secs(60));
        let busy = client.clone();
        let busy = tokio::spawn(async move { busy.execute("", &[]).await });
        tokio::task::yield_now().await;
        let error = client.execute("", &[]).await.unwrap_err();
        assert_eq!(error.to_string(), "no connection to host:1 was free within 1s");
        assert!(busy.await.unwrap().is_ok());
    }
}
