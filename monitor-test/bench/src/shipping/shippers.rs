//! Who ships: each as its documentation shows it.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::Duration;

use fastrace::collector::Config;
use fastrace_opentelemetry::OpenTelemetryReporter;
use monitor_core::Installed;
use monitor_core::Monitor;
use monitor_core::Signals;
use monitor_core::recorders::Otlp;
use opentelemetry::InstrumentationScope;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::Protocol;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;

use crate::contestant::Batch;
use crate::contestant::Group;
use crate::rivals;

/// One way to ship spans.
pub(super) struct Shipper {
    /// What the table calls it.
    pub name: &'static str,
    /// Whose functions are called.
    contestant: (Group, &'static str),
    /// Ships to this address from now on.
    pub setup: fn(endpoint: &str),
    /// Hands over what it still holds.
    pub flush: fn(),
}

impl Shipper {
    /// The function to call.
    pub(super) fn leaf(&self) -> Batch {
        let (group, name) = self.contestant;
        let contestant = rivals::named(group, name).expect("the table names those that there are");
        contestant.cases.leaf.expect("each of them has a plain function")
    }
}

/// All of them; the first one ships nothing, and shows what the loop costs.
pub(super) const ALL: &[Shipper] = &[
    Shipper { name: "bare", contestant: (Group::On, rivals::BARE), setup: |_| (), flush: || () },
    Shipper {
        name: "ours: spans, otlp",
        contestant: (Group::On, "ours: spans only"),
        setup: ours,
        flush: flush_ours,
    },
    Shipper {
        name: "fastrace, fastrace-opentelemetry",
        contestant: (Group::On, "fastrace: in a root"),
        setup: fastrace,
        flush: fastrace::flush,
    },
    Shipper {
        name: "tracing, OpenTelemetry layer, batch",
        contestant: (Group::Otel, "tracing: OpenTelemetry layer, batch"),
        setup: tracing,
        flush: flush_tracing,
    },
];

static OURS: OnceLock<Installed> = OnceLock::new();

fn ours(endpoint: &str) {
    let endpoint = endpoint.parse().expect("the server says an address");
    let otlp = Otlp::default().endpoint(endpoint).only(Signals::SPANS);
    let installed = Monitor::builder().recorder(otlp).install().expect("nobody else installs a monitor");
    OURS.set(installed).expect("this happens once");
}

fn flush_ours() {
    let monitor = OURS.get().expect("the setup was done");
    monitor.flush(Duration::from_secs(10)).expect("the server takes everything");
}

fn fastrace(endpoint: &str) {
    let scope = InstrumentationScope::builder("bench").build();
    let reporter = OpenTelemetryReporter::new(exporter(endpoint), Cow::Owned(resource()), scope);
    fastrace::set_reporter(reporter, Config::default());
}

static TRACES: OnceLock<SdkTracerProvider> = OnceLock::new();

fn tracing(endpoint: &str) {
    let traces = SdkTracerProvider::builder().with_batch_exporter(exporter(endpoint));
    let traces = TRACES.get_or_init(|| traces.with_resource(resource()).build());
    let layer = tracing_opentelemetry::layer().with_tracer(traces.tracer("bench"));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::set_global_default(subscriber).expect("nobody else installs a subscriber");
}

fn flush_tracing() {
    TRACES.get().expect("the setup was done").force_flush().expect("the server takes everything");
}

fn exporter(endpoint: &str) -> SpanExporter {
    let builder = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = builder.with_endpoint(format!("{endpoint}/v1/traces")).build();
    exporter.expect("the server says an address")
}

fn resource() -> Resource {
    Resource::builder().with_service_name("bench").build()
}
