//! The `metrics` facade on its Prometheus recorder, by its macros and by handles resolved once.

use std::sync::Once;
use std::thread;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;

use super::nothing;
use crate::contestant::BUCKETS;
use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;

const GIVES: &str = "metrics with outcome; no span";

/// Without a recorder and with one.
pub(super) const CONTESTANTS: &[Contestant] = &[
    by_hand("metrics: no recorder, cached", Group::Off, nothing, CACHED),
    by_hand("metrics: no recorder", Group::Off, nothing, macros::CASES),
    by_hand("metrics: prometheus, cached", Group::On, install_prometheus, CACHED),
    by_hand("metrics: prometheus", Group::On, install_prometheus, macros::CASES),
];

/// A label from an argument cannot be resolved once.
const CACHED: Cases = Cases { labelled: None, ..cached::CASES };

/// Calls, duration and in-flight by the facade's macros, looked up on each call.
macro_rules! by_macros {
    (call $function:literal, $body:expr) => {
        by_macros!(@ $function, $body, "module" => "bench")
    };
    (polled $function:literal, $body:expr) => {
        by_macros!(@ $function, $body, "module" => "bench")
    };
    (labelled $function:literal, $tenant:ident, $body:expr) => {
        by_macros!(@ $function, $body, "tenant" => $tenant.to_owned())
    };
    (@ $function:literal, $body:expr, $key:literal => $label:expr) => {{
        metrics::gauge!("calls_concurrent", "function" => $function, $key => $label).increment(1.0);
        let started = std::time::Instant::now();
        let value = $body;
        let duration = started.elapsed();
        metrics::histogram!("calls_duration", "function" => $function, $key => $label).record(duration);
        metrics::gauge!("calls_concurrent", "function" => $function, $key => $label).decrement(1.0);
        if $crate::drive::Ending::is_well(&value) {
            metrics::counter!("calls", "function" => $function, $key => $label, "outcome" => "ok")
                .increment(1);
        } else {
            metrics::counter!("calls", "function" => $function, $key => $label, "outcome" => "error")
                .increment(1);
        }
        value
    }};
}

/// The same by handles resolved at the first call.
macro_rules! by_handles {
    (call $function:literal, $body:expr) => {{
        type Handles = $crate::rivals::metrics::Handles;
        static HANDLES: std::sync::LazyLock<Handles> = std::sync::LazyLock::new(|| Handles {
            concurrent: metrics::gauge!("calls_concurrent", "function" => $function, "module" => "bench"),
            duration: metrics::histogram!("calls_duration", "function" => $function, "module" => "bench"),
            ok: by_handles!(@ $function, "ok"),
            error: by_handles!(@ $function, "error"),
        });
        let handles = &*HANDLES;
        handles.concurrent.increment(1.0);
        let started = std::time::Instant::now();
        let value = $body;
        handles.duration.record(started.elapsed());
        handles.concurrent.decrement(1.0);
        if $crate::drive::Ending::is_well(&value) { &handles.ok } else { &handles.error }.increment(1);
        value
    }};
    (polled $function:literal, $body:expr) => {
        by_handles!(call $function, $body)
    };
    (labelled $function:literal, $tenant:ident, $body:expr) => {
        by_handles!(call $function, $body)
    };
    (@ $function:literal, $outcome:literal) => {
        metrics::counter!("calls", "function" => $function, "module" => "bench", "outcome" => $outcome)
    };
}

pub(super) use by_handles;
pub(super) use by_macros;

/// The handles of one function.
pub(super) struct Handles {
    pub(super) concurrent: metrics::Gauge,
    pub(super) duration: metrics::Histogram,
    pub(super) ok: metrics::Counter,
    pub(super) error: metrics::Counter,
}

mod macros {
    use crate::functions::functions;

    functions! {
        call: {}
        failing: {}
        polled: {}
        labelled(tenant): {}
        by_hand: by_macros
        around: crate::drive::directly
    }
}

mod cached {
    use crate::functions::functions;

    functions! {
        call: {}
        failing: {}
        polled: {}
        labelled(tenant): {}
        by_hand: by_handles
        around: crate::drive::directly
    }
}

const fn by_hand(name: &'static str, group: Group, setup: fn(), cases: Cases) -> Contestant {
    Contestant { name, group, gives: GIVES, setup, flush: nothing, records: Records::Kept, cases }
}

/// Installs the recorder and does the upkeep its documentation asks for, as often as its own exporter does.
pub(super) fn install_prometheus() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).expect("there are buckets");
        let handle = builder.install_recorder().expect("nobody else installs a recorder");
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_secs(5));
                handle.run_upkeep();
            }
        });
    });
}
