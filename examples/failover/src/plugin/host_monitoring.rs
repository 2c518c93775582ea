//! Gives up calls to a host that does not answer any more.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::Weak;
use std::time::Duration;

use async_trait::async_trait;
use monitor_core::monitored;
use monitor_core::plugin;
use monitor_core::plugin_metric;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio::time::MissedTickBehavior;

use crate::Address;
use crate::Call;
use crate::Driver;
use crate::Error;
use crate::Method;
use crate::Plugin;
use crate::Reply;
use crate::Status;
use crate::plugin::About;
use crate::plugin::Detection;
use crate::plugin::Next;
use crate::plugin::detection::Health;
use crate::plugin::probe::Probe;

/// Probes every host in the background, and gives up the calls to one that is dead: a host that vanishes does not
/// close its connections, and a call would wait for its answer for ever.
pub struct HostMonitoring {
    detection: Detection,
    hosts: OnceLock<HashMap<Address, watch::Receiver<Health>>>,
}

impl HostMonitoring {
    /// A monitoring that is as patient as this.
    pub fn new(detection: Detection) -> Self {
        Self { detection, hosts: OnceLock::new() }
    }

    /// Ends when a call to the host that was begun now is to be given up.
    async fn death(&self, host: &Address) {
        let begun = Instant::now();
        let Some(mut health) = self.hosts.get().and_then(|hosts| hosts.get(host)).cloned() else {
            return std::future::pending().await;
        };
        loop {
            let deadline = health.borrow_and_update().deadline(begun, self.detection);
            tokio::select! {
                changed = health.changed() => if changed.is_err() {
                    // The driver is gone, and with it whoever could tell us of a death.
                    return std::future::pending().await;
                },
                () = reached(deadline) => return,
            }
        }
    }
}

#[plugin(name = "host_monitoring")]
#[async_trait]
impl Plugin for HostMonitoring {
    #[monitored(skip)]
    fn about(&self) -> &'static About {
        &About { name: "host_monitoring", weight: 500, methods: &[Method::Execute, Method::Query] }
    }

    #[monitored(skip)]
    fn start(&self, driver: &Arc<Driver>) {
        let topology = driver.topology();
        let hosts = topology.members().iter().map(|member| {
            let (told, health) = watch::channel(Health::default());
            let probe = Probe::new(&member.address);
            driver.spawn(watch_over(Arc::downgrade(driver), probe, self.detection, told));
            (member.address.clone(), health)
        });
        // A plugin is started by one driver; a second one would only be told by the first one's probes.
        let _ = self.hosts.set(hosts.collect());
    }

    async fn execute(&self, call: &Call, next: Next<'_>) -> Result<Reply, Error> {
        tokio::select! {
            biased;
            reply = next.execute(call) => reply,
            () = self.death(&call.host) => Err(self.abort(next.driver(), &call.host)),
        }
    }
}

#[monitored]
impl HostMonitoring {
    /// Gives up a call, and with it its connection, since the host is dead.
    #[plugin_metric(
        counter = "host_monitoring.connections.aborted",
        description = "Connections that were given up since their host is dead."
    )]
    fn abort(&self, driver: &Driver, host: &Address) -> Error {
        driver.observe(host, None);
        Error::Aborted { host: host.clone() }
    }
}

/// Probes a host as long as the driver lives, and tells the driver what it says of itself.
async fn watch_over(
    driver: Weak<Driver>,
    mut probe: Probe,
    detection: Detection,
    told: watch::Sender<Health>,
) {
    let mut ticks = tokio::time::interval(detection.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let begun = ticks.tick().await.max(Instant::now());
        let Some(driver) = driver.upgrade() else { return };
        let asked = driver.pool(probe.host()).generation();
        let status = check(&driver, &mut probe, detection.interval).await;
        driver.hear(probe.host(), asked, status.as_ref().ok().copied());
        told.send_modify(|health| *health = health.after(begun, status.map(drop).map_err(drop)));
    }
}

/// Asks a host what it is.
#[monitored(name = "host monitoring probe")]
#[plugin_metric(
    counter = "host_monitoring.host_unhealthy.count.{host}",
    labels(host = probe.host().to_string(), max = 64),
    // One that is cut short by the end of the driver says nothing of the host.
    on(error, panic),
    description = "Probes of a host that failed.",
)]
async fn check(driver: &Arc<Driver>, probe: &mut Probe, patience: Duration) -> Result<Status, Error> {
    probe.ask(driver, patience).await
}

async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use monitor_core::MetricData;
    use monitor_test::Capture;

    use super::*;
    use crate::Client;
    use crate::scripted::Scripted;
    use crate::scripted::address;

    /// Dead is who failed for three seconds; nothing is said about a call that is younger than four.
    async fn client(cluster: &Scripted) -> Client {
        let second = Duration::from_secs(1);
        let detection = Detection { grace: 4 * second, interval: second, count: 3 };
        cluster.client(Arc::new(HostMonitoring::new(detection))).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_to_a_host_that_is_dead_is_given_up() {
        let cluster = Scripted::new("w1/5 r1/5");
        let client = client(&cluster).await;
        client.query("", &[]).await.unwrap();
        cluster.set(2, "?");
        let begun = Instant::now();
        let error = client.query("", &[]).await.unwrap_err();
        assert!(matches!(&error, Error::Aborted { host } if *host == address(2)), "{error}");
        assert!((4..6).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
        assert_eq!(client.topology().readers().count(), 0, "and nobody is sent there");
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_answer_of_a_host_that_lives_is_waited_for() {
        let cluster = Scripted::new("w1/5 r1/5");
        let client = client(&cluster).await;
        client.query("", &[]).await.unwrap();
        cluster.slow(2, Duration::from_secs(60));
        let slow = tokio::spawn(async move { client.query("", &[]).await });
        tokio::time::sleep(Duration::from_millis(1)).await;
        cluster.slow(2, Duration::ZERO);
        assert!(slow.await.unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_is_back_is_seen() {
        let cluster = Scripted::new("w1/5 r1/5");
        let client = client(&cluster).await;
        for (word, readers) in [("-", 0), ("r1/5", 1)] {
            cluster.set(2, word);
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert_eq!(client.topology().readers().count(), readers, "{word}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failed_probes_and_the_calls_that_were_given_up_are_counted() {
        let captured = Capture::run_async(async {
            let cluster = Scripted::new("w1/5 r1/5");
            let client = client(&cluster).await;
            client.query("", &[]).await.unwrap();
            cluster.set(2, "?");
            assert!(client.query("", &[]).await.is_err());
        });
        let captured = captured.await;
        assert_eq!(captured.point("host_monitoring.connections.aborted", &[]), &MetricData::Counter(1));
        let unhealthy = captured.metric("host_monitoring.host_unhealthy.count");
        let [point] = &unhealthy.points[..] else { panic!("{unhealthy:?}") };
        assert_eq!(unhealthy.path(point), "host_monitoring.host_unhealthy.count.host_2");
        assert!(matches!(point.data, MetricData::Counter(2..)), "{point:?}");
    }
}
