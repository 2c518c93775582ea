//! The connections to one host.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use monitor_core::monitored;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use crate::failover::Address;
use crate::failover::Call;
use crate::failover::Connection;
use crate::failover::Driver;
use crate::failover::Error;
use crate::failover::Method;
use crate::failover::Reply;
use crate::failover::Target;

/// The connections to one host, opened as they are needed.
pub(crate) struct Pool {
    host: Address,
    idle: Mutex<Idle>,
    permits: Arc<Semaphore>,
    patience: Duration,
}

#[derive(Default)]
struct Idle {
    connections: Vec<Box<dyn Connection>>,
    /// Goes up when the host dies: connections from before are not taken back.
    generation: u64,
}

impl Pool {
    /// A pool of so many connections at most, for which a caller waits so long.
    pub(crate) fn new(host: &Address, size: NonZeroUsize, patience: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(size.get()));
        Self { host: host.clone(), idle: Mutex::default(), permits, patience }
    }

    /// Takes in a connection that was opened elsewhere.
    pub(crate) fn put(&self, connection: Box<dyn Connection>) {
        self.idle().connections.push(connection);
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[monitored]
impl Pool {
    /// Gives an idle connection or a new one, once there is room for it.
    pub(crate) async fn check_out(self: &Arc<Self>, driver: &Arc<Driver>) -> Result<Lease, Error> {
        let permit = tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned());
        let permit = permit.await.map_err(|_| self.exhausted())?.expect("the semaphore is never closed");
        let (idle, generation) = {
            let mut idle = self.idle();
            (idle.connections.pop(), idle.generation)
        };
        let connection = match idle {
            Some(connection) => connection,
            None => driver.connect(&Target::at(&self.host)).await?,
        };
        Ok(Lease { connection: Some(connection), generation, pool: Arc::clone(self), _permit: permit })
    }

    /// Closes all idle connections, and those in use once they come back.
    pub(crate) fn clear(&self) {
        let mut idle = self.idle();
        idle.generation += 1;
        let closed = std::mem::take(&mut idle.connections);
        drop(idle);
        drop(closed);
    }

    fn check_in(&self, connection: Box<dyn Connection>, generation: u64) {
        let mut idle = self.idle();
        if idle.generation == generation {
            idle.connections.push(connection);
        }
    }
}

impl Pool {
    fn exhausted(&self) -> Error {
        Error::PoolExhausted { host: self.host.clone(), waited: self.patience }
    }
}

/// A connection that is checked out; it goes back when dropped, unless it may be in the middle of something.
pub(crate) struct Lease {
    connection: Option<Box<dyn Connection>>,
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
        if let Some(connection) = self.connection.take() {
            self.pool.check_in(connection, self.generation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failover::Client;
    use crate::failover::plugin::StaleName;
    use crate::failover::scripted::Scripted;

    async fn client(cluster: &Scripted, size: usize) -> Client {
        let mut settings = cluster.settings(1, Arc::new(StaleName::default()));
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
