//! `#[monitored]`, off and with a recorder that throws away what it gets.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Duration;

use monitor_core::Delivery;
use monitor_core::Installed;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::SpanBatch;
use monitor_core::event::PoolEvent;
use monitor_core::listener::from_fn;

use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::sink;

/// The row that the others are compared with.
pub(crate) const ALL: &str = "ours: all";

/// Nothing installed; then metrics, spans and both, chosen where the function is annotated.
pub(crate) const CONTESTANTS: &[Contestant] = &[
    contestant("ours: off", Group::Off, "nothing, until enabled", off, all::CASES),
    contestant("ours: metrics only", Group::On, "metrics with outcome", install, metrics::CASES),
    contestant("ours: spans only", Group::On, "span with times and outcome", install, spans::CASES),
    contestant(ALL, Group::On, "span, metrics with outcome", install, all::CASES),
];

mod all {
    use crate::functions::functions;
    use crate::functions::unwrapped;

    #[monitor_core::monitored]
    fn in_a_root(run: &mut dyn FnMut()) {
        run();
    }

    functions! {
        call: { #[monitor_core::monitored] }
        failing: { #[monitor_core::monitored] }
        polled: { #[monitor_core::monitored] }
        labelled(tenant): { #[monitor_core::monitored(labels(tenant = tenant, max = 16))] }
        by_hand: unwrapped
        around: in_a_root
    }
}

mod metrics {
    use crate::functions::functions;
    use crate::functions::unwrapped;

    #[monitor_core::monitored(signals(metrics))]
    fn in_a_root(run: &mut dyn FnMut()) {
        run();
    }

    functions! {
        call: { #[monitor_core::monitored(signals(metrics))] }
        failing: { #[monitor_core::monitored(signals(metrics))] }
        polled: { #[monitor_core::monitored(signals(metrics))] }
        labelled(tenant): { #[monitor_core::monitored(signals(metrics), labels(tenant = tenant, max = 16))] }
        by_hand: unwrapped
        around: in_a_root
    }
}

mod spans {
    use crate::functions::functions;
    use crate::functions::unwrapped;

    #[monitor_core::monitored(signals(spans))]
    fn in_a_root(run: &mut dyn FnMut()) {
        run();
    }

    functions! {
        call: { #[monitor_core::monitored(signals(spans))] }
        failing: { #[monitor_core::monitored(signals(spans))] }
        polled: { #[monitor_core::monitored(signals(spans))] }
        labelled(tenant): { #[monitor_core::monitored(signals(spans), labels(tenant = tenant, max = 16))] }
        by_hand: unwrapped
        around: in_a_root
    }
}

const fn contestant(
    name: &'static str,
    group: Group,
    gives: &'static str,
    setup: fn(),
    cases: Cases,
) -> Contestant {
    Contestant { name, group, gives, setup, flush, records: Records::Counted, cases }
}

/// Counts what reaches it, like the exporters of the rivals.
struct Counting;

impl Recorder for Counting {
    fn name(&self) -> &str {
        "counting"
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    fn signals(&self) -> Signals {
        Signals::METRICS | Signals::SPANS
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        sink::count(batch.len());
        Ok(())
    }
}

/// Lives as long as the process: statics are not dropped, and nothing is lost by that but the last flush.
static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// Nothing to set up, and nothing to hand over.
pub(crate) fn off() {}

pub(crate) fn install() {
    INSTALLED.get_or_init(|| {
        // Somebody listens to events of pools, as calls and other events must not notice.
        let pools = from_fn(|event: &PoolEvent| {
            black_box(event);
        });
        let installed = Monitor::builder().recorder(Counting).listener(pools).install();
        installed.unwrap_or_else(|error| panic!("our monitor was not installed: {error}"))
    });
}

pub(crate) fn flush() {
    if let Some(monitor) = INSTALLED.get() {
        let flushed = monitor.flush(Duration::from_secs(10));
        flushed.unwrap_or_else(|late| panic!("our monitor was not flushed: {late}"));
    }
}
