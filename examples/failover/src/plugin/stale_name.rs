//! Mistrusts the name of the writer.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use monitor_core::monitored;

use crate::Address;
use crate::Connection;
use crate::Driver;
use crate::Error;
use crate::Host;
use crate::Method;
use crate::Plugin;
use crate::Target;
use crate::plugin::About;
use crate::plugin::Next;

/// Mistrusts the name of the writer: for a while after a failover it points at the old one, which may be alive again
/// as a reader. Every host that a name has led to is asked whether it is the writer.
#[derive(Default)]
pub struct StaleName {
    detected: AtomicU64,
}

impl StaleName {
    /// How often the name was found to be stale.
    pub fn detected(&self) -> u64 {
        self.detected.load(Ordering::Relaxed)
    }
}

#[monitored]
#[async_trait]
impl Plugin for StaleName {
    #[monitored(skip)]
    fn about(&self) -> &'static About {
        &About { name: "stale_name", weight: 200, methods: &[Method::Connect] }
    }

    async fn connect(&self, target: &Target, next: Next<'_>) -> Result<Box<dyn Connection>, Error> {
        let connection = next.connect(target).await?;
        if !matches!(target.host, Host::Named(_)) {
            return Ok(connection);
        }
        let writer = self.writer(next.driver()).await?;
        if writer == *connection.host() {
            return Ok(connection);
        }
        self.detected.fetch_add(1, Ordering::Relaxed);
        next.connect(&Target::at(&writer)).await
    }
}

#[monitored]
impl StaleName {
    /// Who is the writer, in the words of the hosts. Two may say so for a moment; the later one is.
    async fn writer(&self, driver: &Arc<Driver>) -> Result<Address, Error> {
        let topology = driver.refresh().await;
        topology.writer().cloned().ok_or(Error::NoHost { wanted: "a writer" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WRITER;
    use crate::scripted::Scripted;
    use crate::scripted::address;

    /// The name points at the first host; who is connected, and how often the name was found to be stale.
    async fn check(hosts: &str, expected: Result<u16, &str>, detected: u64) {
        let (cluster, plugin) = (Scripted::new(hosts), Arc::new(StaleName::default()));
        let driver = cluster.driver(1, plugin.clone());
        let connected = driver.connect(&Target::named(WRITER)).await;
        let connected =
            connected.map(|connection| connection.host().port()).map_err(|error| error.to_string());
        assert_eq!(connected, expected.map_err(str::to_owned), "for {hosts}");
        assert_eq!(plugin.detected(), detected, "for {hosts}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_points_at_a_former_writer_is_corrected() {
        check("w1/5 r1/5", Ok(1), 0).await;
        check("r2/5 w2/5", Ok(2), 1).await;
        check("w1/5 w2/5", Ok(2), 1).await;
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_writer_nobody_is_connected() {
        check("r2/5 -", Err("no host of the cluster is known to be a writer"), 0).await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_an_address_gets_it() {
        let plugin = Arc::new(StaleName::default());
        let driver = Scripted::new("r2/5 w2/5").driver(1, plugin.clone());
        assert_eq!(driver.connect(&Target::at(&address(1))).await.unwrap().host(), &address(1));
        assert_eq!(plugin.detected(), 0);
    }
}
