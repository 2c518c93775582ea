//! `tracing` whose spans are really recorded, by its OpenTelemetry layer and the batch processor.

use std::sync::Once;

use opentelemetry::trace::TracerProvider;
use tracing_subscriber::layer::SubscriberExt;

use super::metrics;
use super::opentelemetry as sdk;
use super::tracing as spans;
use super::tracing_metrics;
use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;

/// Alone, and with metrics beside.
pub(super) const CONTESTANTS: &[Contestant] = &[
    recorded("tracing: OpenTelemetry layer, batch", "span, exported", spans::CASES),
    recorded("tracing OpenTelemetry + metrics, cached", tracing_metrics::GIVES, tracing_metrics::CACHED),
    recorded("tracing OpenTelemetry + metrics", tracing_metrics::GIVES, tracing_metrics::MACROS),
];

const fn recorded(name: &'static str, gives: &'static str, cases: Cases) -> Contestant {
    Contestant {
        name,
        group: Group::Otel,
        gives,
        setup: install_layer,
        flush: sdk::flush,
        records: Records::Counted,
        cases,
    }
}

fn install_layer() {
    static INSTALLED: Once = Once::new();
    metrics::install_prometheus();
    INSTALLED.call_once(|| {
        let layer = tracing_opentelemetry::layer().with_tracer(sdk::tracer_provider().tracer("bench"));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::set_global_default(subscriber).expect("nobody else installs a subscriber");
    });
}
