//! Finds another host when one dies.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use monitor_core::event::FailoverKind;
use monitor_core::monitored;
use monitor_core::plugin;
use monitor_core::plugin_metric;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Address;
use crate::Call;
use crate::Connection;
use crate::Driver;
use crate::Error;
use crate::Host;
use crate::Method;
use crate::Plugin;
use crate::Reply;
use crate::Role;
use crate::Status;
use crate::Target;
use crate::plugin::About;
use crate::plugin::Next;
use crate::plugin::search::Search;

/// Finds another host when one dies. A query is run again there; a write is told [`Error::FailoverSuccess`], since
/// nobody knows whether it was done.
pub struct Failover {
    patience: Duration,
    promote_after: Duration,
    /// One search at a time: who comes later takes what it found.
    last_search: Mutex<Option<Result<Address, Error>>>,
    searches: AtomicU64,
}

impl Failover {
    /// Looks for another host for so long at most. A cluster that does not name a new writer by itself within
    /// `promote_after` has its best reader promoted.
    pub fn new(patience: Duration, promote_after: Duration) -> Self {
        Self { patience, promote_after, last_search: Mutex::default(), searches: AtomicU64::new(0) }
    }

    /// The new writer. Of all calls that the same death has cut short one searches, and the others wait for it.
    async fn switch(&self, driver: &Arc<Driver>, lost: &Address, searches: u64) -> Result<Address, Error> {
        let mut last = self.last_search.lock().await;
        if let Some(found) = &*last {
            let meanwhile = self.searches.load(Ordering::Acquire) != searches;
            // A call may have chosen the lost host before that search, and have begun only after it.
            let known = |writer: &Address| driver.topology().last_writer() == Some(writer) && writer != lost;
            if meanwhile || found.as_ref().is_ok_and(known) {
                return found.clone();
            }
        }
        let found = self.fail_over(driver, lost).await;
        *last = Some(found.clone());
        self.searches.fetch_add(1, Ordering::Release);
        found
    }
}

impl Default for Failover {
    /// Half a minute, and a second for the cluster to help itself.
    fn default() -> Self {
        Self::new(Duration::from_secs(30), Duration::from_secs(1))
    }
}

#[plugin(name = "failover")]
#[async_trait]
impl Plugin for Failover {
    #[monitored(skip)]
    fn about(&self) -> &'static About {
        &About { name: "failover", weight: 400, methods: Method::ALL }
    }

    async fn connect(&self, target: &Target, next: Next<'_>) -> Result<Box<dyn Connection>, Error> {
        let connected = next.connect(target).await;
        // Only a name can mean another host; who asks for an address wants this one or none.
        match (connected, &target.host) {
            (Err(error), Host::Named(_)) if error.is_failover_worthy() => {
                let topology = next.driver().refresh().await;
                let writer = topology.writer().ok_or(error)?;
                next.connect(&Target::at(writer)).await
            }
            (connected, _) => connected,
        }
    }

    async fn execute(&self, call: &Call, next: Next<'_>) -> Result<Reply, Error> {
        let searches = self.searches.load(Ordering::Acquire);
        match next.execute(call).await {
            Err(error) if error.is_failover_worthy() && call.method == Method::Query => {
                self.read_elsewhere(call, next, error).await
            }
            Err(error) if error.is_failover_worthy() => {
                let writer = self.switch(next.driver(), &call.host, searches).await?;
                Err(Error::FailoverSuccess { lost: call.host.clone(), writer })
            }
            reply => reply,
        }
    }
}

#[monitored]
impl Failover {
    /// Searches for a new writer in the place of the one that is lost.
    #[monitored(name = "failover to writer host", copy = force_top_level)]
    #[plugin_metric(counter = "writer_failover.triggered.count")]
    #[plugin_metric(counter = "writer_failover.completed.success.count", on = ok)]
    #[plugin_metric(counter = "writer_failover.completed.failed.count", on(error, panic, cancelled))]
    async fn fail_over(&self, driver: &Arc<Driver>, lost: &Address) -> Result<Address, Error> {
        let search = Search::begin(FailoverKind::Writer, lost);
        let found = self.find_writer(driver, lost).await;
        search.end(found.as_ref());
        found
    }

    /// Searches for another host that answers a query.
    #[monitored(name = "failover to replica", copy = force_top_level)]
    #[plugin_metric(counter = "reader_failover.triggered.count")]
    #[plugin_metric(counter = "reader_failover.completed.success.count", on = ok)]
    #[plugin_metric(counter = "reader_failover.completed.failed.count", on(error, panic, cancelled))]
    async fn read_elsewhere(&self, call: &Call, next: Next<'_>, error: Error) -> Result<Reply, Error> {
        let search = Search::begin(FailoverKind::Reader, &call.host);
        let found = self.find_reader(call, next, error).await;
        search.end(found.as_ref().map(|(host, _)| host));
        found.map(|(_, reply)| reply)
    }

    /// Makes a reader the writer, and gives what it then says of itself.
    async fn promote(&self, driver: &Arc<Driver>, heir: &Address) -> Result<Status, Error> {
        let promoted = async {
            let mut connection = driver.connect(&Target::at(heir)).await?;
            connection.promote().await?;
            connection.status().await
        };
        let late = |_| Err(Error::late(heir, self.patience));
        let status = tokio::time::timeout(self.patience, promoted).await.unwrap_or_else(late)?;
        driver.observe(heir, Some(status));
        Ok(status)
    }
}

impl Failover {
    /// Asks the hosts until one of them is the writer, and promotes one if they do not agree on it themselves.
    async fn find_writer(&self, driver: &Arc<Driver>, lost: &Address) -> Result<Address, Error> {
        let begun = Instant::now();
        loop {
            let topology = driver.refresh().await;
            if let Some(writer) = topology.writer() {
                return Ok(writer.clone());
            }
            if begun.elapsed() >= self.patience {
                return Err(Error::FailoverFailed { lost: lost.clone(), waited: self.patience });
            }
            match topology.heir() {
                Some(heir) if begun.elapsed() >= self.promote_after => {
                    // Where it did not work the next round begins with what the hosts say then.
                    if let Ok(Status { role: Role::Writer, .. }) = self.promote(driver, heir).await {
                        return Ok(heir.clone());
                    }
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Runs a query at every other host until one answers; gives which one did.
    async fn find_reader(
        &self,
        call: &Call,
        next: Next<'_>,
        mut error: Error,
    ) -> Result<(Address, Reply), Error> {
        let begun = Instant::now();
        let mut topology = next.driver().topology();
        while begun.elapsed() < self.patience {
            for host in topology.for_queries() {
                match next.execute(&call.at(host)).await {
                    Err(again) if again.is_failover_worthy() => error = again,
                    reply => return reply.map(|reply| (host.clone(), reply)),
                }
            }
            tokio::time::sleep(PAUSE).await;
            topology = next.driver().refresh().await;
        }
        Err(error)
    }
}

/// Between two looks at the cluster.
const PAUSE: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use monitor_core::FutureExt;
    use monitor_core::MetricData;
    use monitor_test::Capture;
    use monitor_test::Captured;

    use super::*;
    use crate::Statement;
    use crate::scripted::Scripted;
    use crate::scripted::address;

    fn plugin() -> Arc<Failover> {
        Arc::new(Failover::new(Duration::from_secs(5), Duration::from_secs(1)))
    }

    /// A write while the hosts become what `then` says: how it ended, and whether the next one is done.
    async fn check(hosts: &str, then: &[(u16, &str)], expected: &str, next: Result<u64, ()>) {
        let cluster = Scripted::new(hosts);
        let client = cluster.client(plugin()).await;
        then.iter().for_each(|(port, word)| cluster.set(*port, word));
        let error = client.execute("", &[]).await.expect_err("the writer is dead");
        assert!(error.to_string().contains(expected), "`{expected}` is not in `{error}`");
        assert_eq!(client.execute("", &[]).await.map_err(drop), next, "for {then:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_is_told_that_the_connection_was_switched() {
        check("w1/5 r1/5", &[(1, "-"), (2, "w2/5")], "from host:1 to host:2", Ok(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_reader_that_knows_most_is_promoted_where_the_cluster_does_not_help_itself() {
        check("w1/5 r1/4 r1/5", &[(1, "-")], "from host:1 to host:3", Ok(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_writer_that_has_become_a_reader_is_no_writer_any_more() {
        check("w1/5 r1/5", &[(1, "r2/5"), (2, "w2/5")], "from host:1 to host:2", Ok(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_writer_that_lives_is_not_replaced_for_a_lost_connection() {
        let cluster = Scripted::new("w1/5 r1/5");
        let client = cluster.client(plugin()).await;
        cluster.set(1, "-");
        let write = tokio::spawn(async move { client.execute("", &[]).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        cluster.set(1, "w1/5");
        let error = write.await.unwrap().unwrap_err();
        assert!(error.to_string().contains("from host:1 to host:1"), "{error}");
        assert!(!cluster.noted().contains("promote"));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_new_writer_it_is_told_how_long_one_was_looked_for() {
        check("w1/5 r1/5", &[(1, "-"), (2, "-")], "no host became the writer within 5s", Err(())).await;
    }

    /// How many searches for a `writer` or `reader` there were, and how many of them found one and found none.
    #[track_caller]
    fn check_searches(captured: &Captured, kind: &str, expected: [u64; 3]) {
        let names = ["triggered", "completed.success", "completed.failed"];
        let counts = names.map(|name| captured.point(&format!("{kind}_failover.{name}.count"), &[]).clone());
        assert_eq!(counts, expected.map(MetricData::Counter));
    }

    #[tokio::test(start_paused = true)]
    async fn of_all_writes_that_a_death_cuts_short_one_searches() {
        let cluster = Scripted::new("w1/5 r1/5");
        let captured = Capture::run_async(async {
            let client = cluster.client(plugin()).await;
            cluster.set(1, "-");
            let mut writes = tokio::task::JoinSet::new();
            for _ in 0..5 {
                let client = client.clone();
                writes.spawn(async move { client.execute("", &[]).await }.in_current_context());
            }
            let told = writes.join_all().await;
            assert!(told.iter().all(|reply| reply.as_ref().is_err_and(Error::asks_to_run_again)), "{told:?}");
            assert_eq!(cluster.noted().matches("promote").count(), 1);
        });
        check_searches(&captured.await, "writer", [1, 1, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_comes_too_late_to_the_old_writer_takes_what_was_found_before() {
        let cluster = Scripted::new("w1/5 r1/5");
        let captured = Capture::run_async(async {
            let (plugin, late) = (plugin(), Statement::new("", &[]));
            let driver = cluster.driver(1, plugin);
            driver.refresh().await;
            cluster.set(1, "-");
            let late = Call { method: Method::Execute, host: address(1), statement: late };
            for _ in 0..2 {
                assert!(driver.run(&late).await.unwrap_err().asks_to_run_again());
            }
            cluster.set(2, "-");
            let later = Call { host: address(2), ..late };
            assert!(!driver.run(&later).await.unwrap_err().asks_to_run_again(), "that one is dead too");
        });
        check_searches(&captured.await, "writer", [2, 1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn searches_for_a_reader_are_counted_apart() {
        let cluster = Scripted::new("w1/5 r1/5");
        let captured = Capture::run_async(async {
            let client = cluster.client(plugin()).await;
            for (dead, answers) in [(2, true), (1, false)] {
                cluster.set(dead, "-");
                assert_eq!(client.query("", &[]).await.is_ok(), answers);
            }
        });
        let captured = captured.await;
        check_searches(&captured, "reader", [2, 1, 1]);
        check_searches(&captured, "writer", [0, 0, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_query_is_run_again_at_another_host_and_nobody_notices() {
        let cluster = Scripted::new("w1/5 r1/5 r1/5");
        let client = cluster.client(plugin()).await;
        for (dead, answers) in [(2, 3), (3, 1)] {
            cluster.set(dead, "-");
            assert_eq!(client.query("", &[]).await.unwrap(), [[i64::from(answers).into()]]);
        }
        cluster.set(1, "-");
        assert!(client.query("", &[]).await.unwrap_err().is_failover_worthy());
        cluster.set(2, "r1/5");
        assert_eq!(client.query("", &[]).await.unwrap(), [[2.into()]], "a host that is back is found");
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_points_at_a_dead_host_is_no_hindrance() {
        let driver = Scripted::new("- w1/5").driver(1, plugin());
        let connection = driver.connect(&Target::named(crate::WRITER)).await.unwrap();
        assert_eq!(connection.host(), &address(2));
        let refused = driver.connect(&Target::at(&address(1))).await.map(drop).unwrap_err();
        assert!(refused.to_string().contains("host:1 is lost"), "{refused}");
    }
}
