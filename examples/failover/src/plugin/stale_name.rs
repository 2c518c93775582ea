//! Mistrusts the name of the writer.

use std::sync::Arc;

use async_trait::async_trait;
use monitor_core::monitored;
use monitor_core::plugin;
use monitor_core::plugin_metric;

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
pub struct StaleName;

#[plugin(name = "stale_name")]
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
        match self.other_writer(next.driver(), connection.host()).await? {
            Some(writer) => next.connect(&Target::at(&writer)).await,
            None => Ok(connection),
        }
    }
}

#[monitored]
impl StaleName {
    /// The writer, where the name has led to another host. Who it is the hosts say: two may do so for a moment, and
    /// the later one is.
    #[plugin_metric(
        counter = "stale_dns.stale.detected",
        on = |Ok(Some(_))| true,
        description = "Names of the writer that led to another host.",
    )]
    async fn other_writer(&self, driver: &Arc<Driver>, led_to: &Address) -> Result<Option<Address>, Error> {
        let topology = driver.refresh().await;
        let writer = topology.writer().ok_or(Error::NoHost { wanted: "a writer" })?;
        Ok((writer != led_to).then(|| writer.clone()))
    }
}

#[cfg(test)]
mod tests {
    use monitor_core::MetricData;
    use monitor_test::Capture;

    use super::*;
    use crate::WRITER;
    use crate::scripted::Scripted;
    use crate::scripted::address;

    /// The name points at the first host; who is connected, and how often the name was found to be stale.
    async fn check(hosts: &str, expected: Result<u16, &str>, detected: u64) {
        let captured = Capture::run_async(async {
            let driver = Scripted::new(hosts).driver(1, Arc::new(StaleName));
            let connected = driver.connect(&Target::named(WRITER)).await;
            let connected =
                connected.map(|connection| connection.host().port()).map_err(|error| error.to_string());
            assert_eq!(connected, expected.map_err(str::to_owned), "for {hosts}");
        });
        let told = captured.await;
        assert_eq!(told.point(DETECTED, &[]), &MetricData::Counter(detected), "for {hosts}");
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
        let captured = Capture::run_async(async {
            let driver = Scripted::new("r2/5 w2/5").driver(1, Arc::new(StaleName));
            assert_eq!(driver.connect(&Target::at(&address(1))).await.unwrap().host(), &address(1));
        });
        assert_eq!(captured.await.point(DETECTED, &[]), &MetricData::Counter(0));
    }

    const DETECTED: &str = "stale_dns.stale.detected";
}
