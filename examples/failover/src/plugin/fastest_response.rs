//! Asks the reader that answers fastest.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;
use std::time::Duration;

use async_trait::async_trait;
use monitor_core::instrument::Watch;
use monitor_core::monitored;
use monitor_core::plugin;
use monitor_core::plugin_metric;
use tokio::time::Instant;
use tokio::time::MissedTickBehavior;

use crate::Address;
use crate::Driver;
use crate::Plugin;
use crate::Topology;
use crate::plugin::About;
use crate::plugin::probe::Probe;

/// Measures how fast each host answers, and lets queries go to the fastest reader.
pub struct FastestResponse {
    interval: Duration,
    hosts: Arc<Hosts>,
    /// As long as there is the plugin, the number of its hosts is a metric.
    _count: Watch,
}

/// The hosts that are measured.
#[derive(Default)]
struct Hosts(Mutex<HashMap<Address, Arc<Measured>>>);

/// One of them.
struct Measured {
    host: Address,
    last: Mutex<Option<Duration>>,
}

impl FastestResponse {
    /// Measures as often as this.
    pub fn new(interval: Duration) -> Self {
        let hosts = Arc::new(Hosts::default());
        Self { interval, _count: hosts.watch_count(), hosts }
    }

    /// How fast a host answered when it was measured last; nothing where it did not.
    pub fn response_time(&self, host: &Address) -> Option<Duration> {
        locked(&self.hosts.0).get(host)?.response_time()
    }
}

impl Hosts {
    /// Hosts whose response time is measured.
    #[plugin_metric(gauge = "frt.hosts.count", watch)]
    fn count(&self) -> usize {
        locked(&self.0).len()
    }
}

impl Measured {
    /// How fast a host answers.
    #[plugin_metric(
        gauge = "frt.response.time.{host}",
        unit = "ms",
        labels(host = self.host.to_string(), max = 64),
        watch
    )]
    fn response_time(&self) -> Option<Duration> {
        *locked(&self.last)
    }
}

#[plugin(name = "fastest_response")]
#[async_trait]
impl Plugin for FastestResponse {
    #[monitored(skip)]
    fn about(&self) -> &'static About {
        &About { name: "fastest_response", weight: 600, methods: &[] }
    }

    #[monitored(skip)]
    fn start(&self, driver: &Arc<Driver>) {
        for member in driver.topology().members() {
            let measured = Arc::new(Measured { host: member.address.clone(), last: Mutex::default() });
            locked(&self.hosts.0).insert(member.address.clone(), Arc::clone(&measured));
            driver.spawn(measure_often(Arc::downgrade(driver), self.interval, measured));
        }
    }

    #[monitored(skip)]
    fn choose(&self, topology: &Topology) -> Option<Address> {
        let hosts = locked(&self.hosts.0);
        let time = |reader: &Address| hosts.get(reader)?.response_time();
        let measured = topology.readers().filter_map(|reader| Some((time(reader)?, reader)));
        measured.min().map(|(_, reader)| reader.clone())
    }
}

/// Measures a host as long as the driver lives.
async fn measure_often(driver: Weak<Driver>, interval: Duration, measured: Arc<Measured>) {
    // As long as the host is measured, its response time is a metric.
    let _time = measured.watch_response_time();
    let mut probe = Probe::new(&measured.host);
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(driver) = driver.upgrade() else { return };
        let time = measure(&driver, &mut probe, interval).await;
        *locked(&measured.last) = time;
    }
}

/// The mean of a few answers; nothing where the host gave none.
#[monitored(name = "host response time")]
async fn measure(driver: &Arc<Driver>, probe: &mut Probe, patience: Duration) -> Option<Duration> {
    // The first one opens the connection, which is not what a query waits for.
    probe.ask(driver, patience).await.ok()?;
    let (mut all, mut answers) = (Duration::ZERO, 0);
    for _ in 0..PINGS {
        let begun = Instant::now();
        if probe.ask(driver, patience).await.is_ok() {
            all += begun.elapsed();
            answers += 1;
        }
    }
    (answers > 0).then(|| all / answers)
}

/// Answers that are measured each time.
const PINGS: u32 = 5;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use monitor_core::MetricData;
    use monitor_core::Monitor;

    use super::*;
    use crate::scripted::Scripted;
    use crate::scripted::address;

    #[tokio::test(start_paused = true)]
    async fn queries_go_to_the_reader_that_answers_fastest() {
        let cluster = Scripted::new("w1/5 r1/5 r1/5");
        cluster.slow(2, Duration::from_millis(30));
        cluster.slow(3, Duration::from_millis(20));
        let plugin = Arc::new(FastestResponse::new(Duration::from_secs(1)));
        let client = cluster.client(plugin.clone()).await;
        for expected in [3, 2] {
            tokio::time::sleep(Duration::from_secs(3)).await;
            assert_eq!(client.query("", &[]).await.unwrap(), [[i64::from(expected).into()]]);
            cluster.slow(3, Duration::from_millis(40));
        }
        assert_eq!(plugin.response_time(&address(2)), Some(Duration::from_millis(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_does_not_answer_has_no_response_time() {
        let cluster = Scripted::new("w1/5 r1/5 r1/5");
        let plugin = Arc::new(FastestResponse::new(Duration::from_secs(1)));
        let _client = cluster.client(plugin.clone()).await;
        cluster.set(3, "?");
        tokio::time::sleep(Duration::from_secs(4)).await;
        let known = [1, 2, 3].map(|port| plugin.response_time(&address(port)).is_some());
        assert_eq!(known, [true, true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_metrics_are_those_of_the_hosts_that_are_measured() {
        // Other hosts than those of the tests beside this one, since whoever is measured is in every snapshot.
        let cluster = Scripted::new("w1/5 r1/5 r1/5 r1/5 r1/5");
        cluster.slow(4, Duration::from_millis(30));
        cluster.set(5, "?");
        let plugin = FastestResponse::new(Duration::from_secs(1));
        let _client = cluster.client(Arc::new(plugin)).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        let snapshot = Monitor::builder().build().snapshot();
        let times = snapshot.metric("frt.response.time").unwrap();
        let time = |host: &str| {
            let mut of_host = times.points.iter().filter(|point| point.labels[0].1 == host);
            of_host.next().map(|point| point.data.clone())
        };
        assert_eq!(times.unit, "ms");
        assert_eq!((time("host:4"), time("host:5")), (Some(MetricData::Gauge(30.0)), None));
        assert!(matches!(snapshot.metric("frt.hosts.count").unwrap().points[..], [_]));
    }
}
