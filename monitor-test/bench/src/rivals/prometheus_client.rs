//! `prometheus-client` by hand: handles resolved once, or looked up where a label comes from an argument.

use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::nothing;
use crate::contestant::BUCKETS;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::drive::Ending;
use crate::functions::functions;

type Labels = Vec<(&'static str, String)>;

/// The families, as a registry would hold them.
struct Metrics {
    calls: Family<Labels, Counter<u64, AtomicU64>>,
    duration: Family<Labels, Histogram, fn() -> Histogram>,
    concurrent: Family<Labels, Gauge>,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics {
    calls: Family::default(),
    duration: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
    concurrent: Family::default(),
});

/// The handles of one set of labels.
struct Handles {
    ok: Counter<u64, AtomicU64>,
    error: Counter<u64, AtomicU64>,
    duration: Histogram,
    concurrent: Gauge,
}

impl Handles {
    fn of(labels: &[(&'static str, &str)]) -> Self {
        let labels: Labels = labels.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        let counter = |outcome: &str| {
            let labels = [labels.as_slice(), &[("outcome", outcome.to_owned())]].concat();
            METRICS.calls.get_or_create_owned(&labels)
        };
        Self {
            ok: counter("ok"),
            error: counter("error"),
            duration: METRICS.duration.get_or_create_owned(&labels),
            concurrent: METRICS.concurrent.get_or_create_owned(&labels),
        }
    }

    #[inline]
    fn end(&self, started: Instant, is_well: bool) {
        self.duration.observe(started.elapsed().as_secs_f64());
        self.concurrent.dec();
        if is_well { &self.ok } else { &self.error }.inc();
    }
}

macro_rules! measured {
    (call $function:literal, $body:expr) => {{
        static HANDLES: LazyLock<Handles> =
            LazyLock::new(|| Handles::of(&[("function", $function), ("module", "bench")]));
        let handles = &*HANDLES;
        handles.concurrent.inc();
        let started = Instant::now();
        let value = $body;
        handles.end(started, Ending::is_well(&value));
        value
    }};
    (polled $function:literal, $body:expr) => {
        measured!(call $function, $body)
    };
    (labelled $function:literal, $tenant:ident, $body:expr) => {{
        let labels = vec![("function", $function.to_owned()), ("tenant", $tenant.to_owned())];
        let with_outcome = vec![("outcome", "ok".to_owned()), labels[0].clone(), labels[1].clone()];
        METRICS.concurrent.get_or_create(&labels).inc();
        let started = Instant::now();
        let value = $body;
        METRICS.duration.get_or_create(&labels).observe(started.elapsed().as_secs_f64());
        METRICS.concurrent.get_or_create(&labels).dec();
        METRICS.calls.get_or_create(&with_outcome).inc();
        value
    }};
}

functions! {
    call: {}
    failing: {}
    polled: {}
    labelled(tenant): {}
    by_hand: measured
    around: crate::drive::directly
}

/// The official client.
pub(super) const CONTESTANTS: &[Contestant] = &[Contestant {
    name: "prometheus-client, handles",
    group: Group::On,
    gives: "metrics with outcome; label looked up; no span",
    setup: nothing,
    flush: nothing,
    records: Records::Kept,
    cases: CASES,
}];
