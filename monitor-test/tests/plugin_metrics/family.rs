//! Every metric of the AWS drivers: there with zero before the first call, and right after what makes it change.

use std::future::Future;
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::task::Context;
use std::task::Waker;
use std::time::Duration;

use monitor_core::MetricData;
use monitor_core::MetricKind;
use monitor_core::Monitor;

use crate::count;
use crate::count_with;
use crate::drivers::Connections;
use crate::drivers::ContextPool;
use crate::drivers::Credentials;
use crate::drivers::CustomEndpoint;
use crate::drivers::Failover;
use crate::drivers::FastestResponse;
use crate::drivers::HostMonitor;
use crate::drivers::Lookup;
use crate::drivers::ResponseTime;
use crate::drivers::ResultCache;
use crate::drivers::StaleDns;
use crate::gauge;
use crate::point;

/// Counters without labels, each with what it counts in the test below.
const COUNTERS: [(&str, u64); 46] = [
    ("host_monitoring.connections.aborted", 1),
    ("efm.connections.aborted", 1),
    ("efm2.connections.aborted", 3),
    ("secrets_manager.fetch_credentials.count", 1),
    ("secretsManager.fetchCredentials.count", 1),
    ("iam.fetch_token.count", 2),
    ("iam.fetchToken.count", 2),
    ("iam.fetchTokenCount", 2),
    ("federated.fetch_token.count", 1),
    ("federatedAuth.fetchToken.count", 1),
    ("okta.fetch_token.count", 1),
    ("oktaAuth.fetchToken.count", 1),
    ("writer_failover.triggered.count", 3),
    ("writer_failover.completed.success.count", 1),
    ("writer_failover.completed.failed.count", 2),
    ("writerFailover.triggered.count", 3),
    ("writerFailover.completed.success.count", 1),
    ("writerFailover.completed.failed.count", 2),
    ("reader_failover.triggered.count", 3),
    ("reader_failover.completed.success.count", 1),
    ("reader_failover.completed.failed.count", 2),
    ("readerFailover.triggered.count", 3),
    ("readerFailover.completed.success.count", 1),
    ("readerFailover.completed.failed.count", 2),
    ("stale_dns.stale.detected", 1),
    ("staleDNS.stale.detected", 1),
    ("customEndpoint.infoChanged.counter", 1),
    ("customEndpoint.waitForInfo.counter", 1),
    ("custom_endpoint.wait_for_info.count", 1),
    ("aurora_connection_tracker.writer_changes.count", 1),
    ("rws.switches.to_reader.count", 2),
    ("rws.switches.to_writer.count", 1),
    ("connect_time.total.count", 1),
    ("execute_time.total.count", 2),
    ("dataCache.cache.hit", 2),
    ("dataCache.cache.miss", 1),
    ("dataCache.cache.totalCalls", 3),
    ("remoteQueryCache.cache.hit", 1),
    ("remoteQueryCache.cache.miss", 2),
    ("remoteQueryCache.cache.totalQueries", 6),
    ("remoteQueryCache.cache.malformedHints", 1),
    ("remoteQueryCache.cache.bypass", 1),
    ("remoteQueryCache.cache.error", 1),
    ("remoteQueryCache.cache.stateTransition", 1),
    ("remoteQueryCache.cache.healthCheck.success", 1),
    ("remoteQueryCache.cache.healthCheck.failure", 1),
];

/// Counters by host, with the path of the host `db-1.x`.
const COUNTERS_BY_HOST: [(&str, &str); 3] = [
    ("host", "host_monitoring.host_unhealthy.count.db-1_x"),
    ("node", "efm.nodeUnhealthy.count.db-1_x"),
    ("instance", "efm.hostUnhealthy.count.db-1_x"),
];

/// Gauges without labels.
const GAUGES: [&str; 11] = [
    "efm.contextPool.size",
    "iam.token_cache.size",
    "iam.tokenCache.size",
    "federated.token_cache.size",
    "federatedAuth.tokenCache.size",
    "okta.token_cache.size",
    "oktaAuth.tokenCache.size",
    "frt.hosts.count",
    "dataCache.cache.size",
    "remoteQueryCache.cache.healthCheck.consecutiveSuccess",
    "remoteQueryCache.cache.healthCheck.consecutiveFailure",
];

/// Gauges by host.
const GAUGES_BY_HOST: [&str; 4] =
    ["efm2.newContexts.size", "efm2.activeContexts.size", "efm2.hostHealthy", "frt.response.time"];

#[test]
fn before_the_first_call_all_are_there_with_zero_and_with_the_kinds_of_jdbc() {
    let monitor = Monitor::builder().build();
    let snapshot = monitor.snapshot();
    let kind = |name: &str| snapshot.metric(name).unwrap_or_else(|| panic!("no `{name}`")).kind;
    for (name, _) in COUNTERS {
        assert_eq!((kind(name), count(&monitor, name)), (MetricKind::Counter, 0), "{name}");
    }
    for (_, path) in COUNTERS_BY_HOST {
        let name = path.trim_end_matches(".db-1_x");
        assert_eq!(kind(name), MetricKind::Counter, "{name}");
        assert!(snapshot.metric(name).unwrap().points.is_empty(), "{name} knows no host yet");
    }
    for name in GAUGES.into_iter().chain(GAUGES_BY_HOST) {
        assert_eq!(kind(name), MetricKind::Gauge, "{name}");
    }
}

#[test]
fn each_counter_counts_what_it_is_for() {
    let monitor = Monitor::builder().build();
    let host = HostMonitor { host: "db-1.x", new_contexts: 0, active_contexts: 0, healthy: false };
    monitor.scope(|| {
        assert!(host.probe(true).is_ok() && host.probe(false).is_err() && host.probe(false).is_err());
        host.abort();
        host.abort_all(3);
        for cached in [true, false] {
            Credentials.get(cached, Credentials::fetch_secret);
            Credentials.get(cached, Credentials::fetch_iam);
            Credentials.get(cached, Credentials::fetch_federated);
            Credentials.get(cached, Credentials::fetch_okta);
        }
        // A cached token was refused, so that another one is fetched.
        Credentials.fetch_iam();
        assert!(Failover.to_writer(Some("db-2")).is_ok() && Failover.to_writer(None).is_err());
        assert!(catch_unwind(|| Failover.to_writer(Some("panic"))).is_err());
        for found in [Some("db-3"), None, Some("wait")] {
            // The last one is dropped while it waits.
            let _ = pin!(Failover.to_reader(found)).poll(&mut Context::from_waker(Waker::noop()));
        }
        assert!(StaleDns.is_stale("10.0.0.1", "10.0.0.2") && !StaleDns.is_stale("10.0.0.2", "10.0.0.2"));
        assert!(CustomEndpoint.refresh("a", "b") && !CustomEndpoint.refresh("b", "b"));
        CustomEndpoint.wait_for_info();
        assert!(Connections.note_writer("a", "b").is_some() && Connections.note_writer("b", "b").is_none());
        Connections.switch_to_reader();
        Connections.switch_to_reader();
        Connections.switch_to_writer();
        Connections.connect();
        Connections.execute();
        Connections.execute();
        let cache = ResultCache { size: 0, successes: 0, failures: 0 };
        assert_eq!([1, 2, 30].map(|key| cache.get(key)), [Some(1), Some(2), None]);
        for lookup in [
            Lookup::Found,
            Lookup::Missed,
            Lookup::Missed,
            Lookup::Malformed,
            Lookup::Bypassed,
            Lookup::Failed,
        ] {
            cache.query(lookup);
        }
        assert!(cache.note_state(true, false) && !cache.note_state(false, false));
        assert!(cache.check_health(true).is_ok() && cache.check_health(false).is_err());
    });
    for (name, expected) in COUNTERS {
        assert_eq!(count(&monitor, name), expected, "{name}");
    }
    let snapshot = monitor.snapshot();
    for (label, path) in COUNTERS_BY_HOST {
        let name = path.trim_end_matches(".db-1_x");
        assert_eq!(count_with(&monitor, name, &[(label, "db-1.x")]), 2, "{name}");
        let metric = snapshot.metric(name).unwrap();
        assert_eq!(metric.path(&metric.points[0]), path);
    }
    // All three kinds of tokens are in one cache, as in the drivers.
    let sizes = GAUGES[1..7].iter().map(|name| gauge(&monitor, name).unwrap());
    assert!(sizes.clone().all(|size| size == 4.0), "{:?}", sizes.collect::<Vec<_>>());
}

#[test]
fn each_gauge_is_read_from_what_it_is_of() {
    let monitor = Monitor::builder().build();
    let host = Arc::new(HostMonitor { host: "db-1", new_contexts: 2, active_contexts: 5, healthy: true });
    let pool = Arc::new(ContextPool(7));
    let times = |host, pings: &[u64]| {
        let pings = pings.iter().map(|ping| Duration::from_micros(*ping)).collect();
        Arc::new(ResponseTime { host, pings })
    };
    let (measured, unknown) =
        (times("db-1", &[9_000_000, 1_000, 2_000, 3_000, 4_000, 5_000]), times("db-2", &[]));
    let hosts = Arc::new(FastestResponse(Mutex::new(Vec::new())));
    let cache = Arc::new(ResultCache { size: 11, successes: 3, failures: 0 });
    let _watches = [
        host.watch_new_contexts(),
        host.watch_active_contexts(),
        host.watch_is_healthy(),
        pool.watch_size(),
        measured.watch_mean(),
        unknown.watch_mean(),
        hosts.watch_hosts(),
        cache.watch_size(),
        cache.watch_successes(),
        cache.watch_failures(),
    ];
    let of_host = |name| point(&monitor, name, &[("host", "db-1")]);
    assert_eq!(of_host("efm2.newContexts.size"), Some(MetricData::Gauge(2.0)));
    assert_eq!(of_host("efm2.activeContexts.size"), Some(MetricData::Gauge(5.0)));
    assert_eq!(of_host("efm2.hostHealthy"), Some(MetricData::Gauge(1.0)));
    assert_eq!(
        of_host("frt.response.time"),
        Some(MetricData::Gauge(3.0)),
        "the mean of the last five, in ms"
    );
    assert_eq!(
        point(&monitor, "frt.response.time", &[("host", "db-2")]),
        None,
        "no -1 for what is not known"
    );
    for (name, expected) in [
        ("efm.contextPool.size", 7.0),
        ("frt.hosts.count", 0.0),
        ("dataCache.cache.size", 11.0),
        ("remoteQueryCache.cache.healthCheck.consecutiveSuccess", 3.0),
        ("remoteQueryCache.cache.healthCheck.consecutiveFailure", 0.0),
    ] {
        assert_eq!(gauge(&monitor, name), Some(expected), "{name}");
    }
}
