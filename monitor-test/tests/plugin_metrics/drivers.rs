//! The plugins of the AWS drivers, as far as their metrics go: every metric by the names that Python, JDBC and Node
//! give it, with the kinds of JDBC.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use monitor_core::plugin;
use monitor_core::plugin_metric;

/// Watches one host by asking it again and again, and aborts its connections when it is gone.
pub(crate) struct HostMonitor {
    pub(crate) host: &'static str,
    pub(crate) new_contexts: usize,
    pub(crate) active_contexts: usize,
    pub(crate) healthy: bool,
}

#[plugin(name = "host_monitoring")]
impl HostMonitor {
    #[plugin_metric(counter = "host_monitoring.host_unhealthy.count.{host}", labels(host = self.host, max = 64), on(error, panic, cancelled))]
    #[plugin_metric(counter = "efm.nodeUnhealthy.count.{node}", labels(node = self.host, max = 64), on(error, panic, cancelled))]
    #[plugin_metric(counter = "efm.hostUnhealthy.count.{instance}", labels(instance = self.host, max = 64), on(error, panic, cancelled))]
    pub(crate) fn probe(&self, answers: bool) -> Result<(), &'static str> {
        if answers { Ok(()) } else { Err("no answer") }
    }

    /// One that is closed already counts as well.
    #[plugin_metric(counter = "host_monitoring.connections.aborted")]
    #[plugin_metric(counter = "efm.connections.aborted")]
    pub(crate) fn abort(&self) {}

    /// Of the second version, all connections of the host at once.
    #[plugin_metric(counter = "efm2.connections.aborted", value = connections)]
    pub(crate) fn abort_all(&self, connections: usize) {
        let _ = connections;
    }

    #[plugin_metric(gauge = "efm2.newContexts.size.{host}", labels(host = self.host, max = 64), watch)]
    pub(crate) fn new_contexts(&self) -> usize {
        self.new_contexts
    }

    #[plugin_metric(gauge = "efm2.activeContexts.size.{host}", labels(host = self.host, max = 64), watch)]
    pub(crate) fn active_contexts(&self) -> usize {
        self.active_contexts
    }

    #[plugin_metric(gauge = "efm2.hostHealthy.{host}", labels(host = self.host, max = 64), watch)]
    pub(crate) fn is_healthy(&self) -> bool {
        self.healthy
    }
}

/// Contexts that wait to be used again.
pub(crate) struct ContextPool(pub(crate) usize);

impl ContextPool {
    #[plugin_metric(gauge = "efm.contextPool.size", watch)]
    pub(crate) fn size(&self) -> usize {
        self.0
    }
}

/// The tokens of all kinds of authentication, which share one cache.
static TOKENS: AtomicUsize = AtomicUsize::new(0);

#[plugin_metric(gauge = "iam.token_cache.size", read)]
#[plugin_metric(gauge = "iam.tokenCache.size", read)]
#[plugin_metric(gauge = "federated.token_cache.size", read)]
#[plugin_metric(gauge = "federatedAuth.tokenCache.size", read)]
#[plugin_metric(gauge = "okta.token_cache.size", read)]
#[plugin_metric(gauge = "oktaAuth.tokenCache.size", read)]
fn cached_tokens() -> usize {
    TOKENS.load(Ordering::Relaxed)
}

/// A token or credentials that are fetched unless they are in the cache.
pub(crate) struct Credentials;

impl Credentials {
    /// Only real fetches count; a hit of the cache is none.
    pub(crate) fn get(&self, cached: bool, fetch: fn(&Credentials)) {
        if !cached {
            fetch(self);
        }
    }
}

#[plugin(name = "credentials")]
impl Credentials {
    #[plugin_metric(counter = "secrets_manager.fetch_credentials.count")]
    #[plugin_metric(counter = "secretsManager.fetchCredentials.count")]
    pub(crate) fn fetch_secret(&self) {}

    #[plugin_metric(counter = "iam.fetch_token.count")]
    #[plugin_metric(counter = "iam.fetchToken.count")]
    #[plugin_metric(counter = "iam.fetchTokenCount")]
    pub(crate) fn fetch_iam(&self) {
        TOKENS.fetch_add(1, Ordering::Relaxed);
    }

    #[plugin_metric(counter = "federated.fetch_token.count")]
    #[plugin_metric(counter = "federatedAuth.fetchToken.count")]
    pub(crate) fn fetch_federated(&self) {
        TOKENS.fetch_add(1, Ordering::Relaxed);
    }

    #[plugin_metric(counter = "okta.fetch_token.count")]
    #[plugin_metric(counter = "oktaAuth.fetchToken.count")]
    pub(crate) fn fetch_okta(&self) {
        TOKENS.fetch_add(1, Ordering::Relaxed);
    }
}

/// Switches to another host when one is gone.
pub(crate) struct Failover;

#[plugin(name = "failover")]
impl Failover {
    #[plugin_metric(counter = "writer_failover.triggered.count")]
    #[plugin_metric(counter = "writer_failover.completed.success.count", on = ok)]
    #[plugin_metric(counter = "writer_failover.completed.failed.count", on(error, panic, cancelled))]
    #[plugin_metric(counter = "writerFailover.triggered.count")]
    #[plugin_metric(counter = "writerFailover.completed.success.count", on = ok)]
    #[plugin_metric(counter = "writerFailover.completed.failed.count", on(error, panic, cancelled))]
    pub(crate) fn to_writer(&self, found: Option<&'static str>) -> Result<&'static str, &'static str> {
        assert_ne!(found, Some("panic"));
        found.ok_or("no writer")
    }

    #[plugin_metric(counter = "reader_failover.triggered.count")]
    #[plugin_metric(counter = "reader_failover.completed.success.count", on = ok)]
    #[plugin_metric(counter = "reader_failover.completed.failed.count", on(error, panic, cancelled))]
    #[plugin_metric(counter = "readerFailover.triggered.count")]
    #[plugin_metric(counter = "readerFailover.completed.success.count", on = ok)]
    #[plugin_metric(counter = "readerFailover.completed.failed.count", on(error, panic, cancelled))]
    pub(crate) async fn to_reader(&self, found: Option<&'static str>) -> Result<&'static str, &'static str> {
        if found == Some("wait") {
            std::future::pending::<()>().await;
        }
        found.ok_or("no reader")
    }
}

/// The mean of the last answers of one host.
pub(crate) struct ResponseTime {
    pub(crate) host: &'static str,
    pub(crate) pings: Vec<Duration>,
}

impl ResponseTime {
    /// Nothing where it was not measured, which the drivers tell as −1.
    #[plugin_metric(gauge = "frt.response.time.{host}", unit = "ms", labels(host = self.host, max = 64), watch)]
    pub(crate) fn mean(&self) -> Option<Duration> {
        let last = &self.pings[self.pings.len().saturating_sub(5)..];
        (!last.is_empty()).then(|| last.iter().sum::<Duration>() / last.len() as u32)
    }
}

/// The hosts that are measured.
pub(crate) struct FastestResponse(pub(crate) Mutex<Vec<ResponseTime>>);

impl FastestResponse {
    #[plugin_metric(gauge = "frt.hosts.count", watch)]
    pub(crate) fn hosts(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// Whether the name of the writer still leads to the writer.
pub(crate) struct StaleDns;

#[plugin(name = "stale_dns")]
impl StaleDns {
    #[plugin_metric(counter = "stale_dns.stale.detected", on = |stale| *stale)]
    #[plugin_metric(counter = "staleDNS.stale.detected", on = |stale| *stale)]
    pub(crate) fn is_stale(&self, resolved: &str, writer: &str) -> bool {
        resolved != writer
    }
}

/// An endpoint whose hosts change.
pub(crate) struct CustomEndpoint;

#[plugin(name = "custom_endpoint")]
impl CustomEndpoint {
    #[plugin_metric(counter = "customEndpoint.infoChanged.counter", on = |changed| *changed)]
    pub(crate) fn refresh(&self, before: &str, now: &str) -> bool {
        before != now
    }

    #[plugin_metric(counter = "customEndpoint.waitForInfo.counter")]
    #[plugin_metric(counter = "custom_endpoint.wait_for_info.count")]
    pub(crate) fn wait_for_info(&self) {}
}

/// Connections that are tracked, switched and timed.
pub(crate) struct Connections;

#[plugin(name = "connections")]
impl Connections {
    #[plugin_metric(counter = "aurora_connection_tracker.writer_changes.count", on = |Some(_)| true)]
    pub(crate) fn note_writer(&self, known: &str, now: &'static str) -> Option<&'static str> {
        (known != now).then_some(now)
    }

    #[plugin_metric(counter = "rws.switches.to_reader.count")]
    pub(crate) fn switch_to_reader(&self) {}

    #[plugin_metric(counter = "rws.switches.to_writer.count")]
    pub(crate) fn switch_to_writer(&self) {}

    #[plugin_metric(counter = "connect_time.total.count")]
    pub(crate) fn connect(&self) {}

    #[plugin_metric(counter = "execute_time.total.count")]
    pub(crate) fn execute(&self) {}
}

/// What became of a look into a cache on another machine.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Lookup {
    Bypassed,
    Failed,
    Found,
    Malformed,
    Missed,
}

/// Results that are kept.
pub(crate) struct ResultCache {
    pub(crate) size: usize,
    pub(crate) successes: u32,
    pub(crate) failures: u32,
}

impl ResultCache {
    #[plugin_metric(gauge = "dataCache.cache.size", watch)]
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    #[plugin_metric(gauge = "remoteQueryCache.cache.healthCheck.consecutiveSuccess", watch)]
    pub(crate) fn successes(&self) -> u32 {
        self.successes
    }

    #[plugin_metric(gauge = "remoteQueryCache.cache.healthCheck.consecutiveFailure", watch)]
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }
}

#[plugin(name = "cache")]
impl ResultCache {
    #[plugin_metric(counter = "dataCache.cache.totalCalls")]
    #[plugin_metric(counter = "dataCache.cache.hit", on = |Some(_)| true)]
    #[plugin_metric(counter = "dataCache.cache.miss", on = |None| true)]
    pub(crate) fn get(&self, key: u32) -> Option<u32> {
        (key < 10).then_some(key)
    }

    #[plugin_metric(counter = "remoteQueryCache.cache.totalQueries")]
    #[plugin_metric(counter = "remoteQueryCache.cache.hit", on = |found| *found == Lookup::Found)]
    #[plugin_metric(counter = "remoteQueryCache.cache.miss", on = |found| *found == Lookup::Missed)]
    #[plugin_metric(counter = "remoteQueryCache.cache.malformedHints", on = |found| *found == Lookup::Malformed)]
    #[plugin_metric(counter = "remoteQueryCache.cache.bypass", on = |found| *found == Lookup::Bypassed)]
    #[plugin_metric(counter = "remoteQueryCache.cache.error", on = |found| *found == Lookup::Failed)]
    pub(crate) fn query(&self, found: Lookup) -> Lookup {
        found
    }

    #[plugin_metric(counter = "remoteQueryCache.cache.stateTransition", on = |changed| *changed)]
    pub(crate) fn note_state(&self, before: bool, now: bool) -> bool {
        before != now
    }

    #[plugin_metric(counter = "remoteQueryCache.cache.healthCheck.success", on = ok)]
    #[plugin_metric(counter = "remoteQueryCache.cache.healthCheck.failure", on = error)]
    pub(crate) fn check_health(&self, answers: bool) -> Result<(), ()> {
        if answers { Ok(()) } else { Err(()) }
    }
}
