//! Asks the reader that answers fastest.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;
use std::time::Duration;

use async_trait::async_trait;
use monitor_core::monitored;
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
    times: Arc<Mutex<HashMap<Address, Duration>>>,
}

impl FastestResponse {
    /// Measures as often as this.
    pub fn new(interval: Duration) -> Self {
        Self { interval, times: Arc::default() }
    }

    /// How fast a host answered when it was measured last; nothing where it did not.
    pub fn response_time(&self, host: &Address) -> Option<Duration> {
        locked(&self.times).get(host).copied()
    }
}

#[async_trait]
impl Plugin for FastestResponse {
    fn about(&self) -> &'static About {
        &About { name: "fastest_response", weight: 600, methods: &[] }
    }

    fn start(&self, driver: &Arc<Driver>) {
        for member in driver.topology().members() {
            let probe = Probe::new(&member.address);
            driver.spawn(measure_often(
                Arc::downgrade(driver),
                probe,
                self.interval,
                Arc::clone(&self.times),
            ));
        }
    }

    fn choose(&self, topology: &Topology) -> Option<Address> {
        let times = locked(&self.times);
        let measured = topology.readers().filter_map(|reader| Some((times.get(reader)?, reader)));
        measured.min().map(|(_, reader)| reader.clone())
    }
}

/// Measures a host as long as the driver lives.
async fn measure_often(
    driver: Weak<Driver>,
    mut probe: Probe,
    interval: Duration,
    times: Arc<Mutex<HashMap<Address, Duration>>>,
) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(driver) = driver.upgrade() else { return };
        let measured = measure(&driver, &mut probe, interval).await;
        let mut times = locked(&times);
        match measured {
            Some(time) => times.insert(probe.host().clone(), time),
            None => times.remove(probe.host()),
        };
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
}
