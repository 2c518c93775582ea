//! The OpenTelemetry API and SDK by hand: a span that is the current one, and three instruments.

use std::sync::LazyLock;
use std::time::Duration;
use std::time::Instant;

use opentelemetry::Context;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;
use opentelemetry::metrics::Histogram;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::metrics::UpDownCounter;
use opentelemetry::trace::FutureExt;
use opentelemetry::trace::Status;
use opentelemetry::trace::TraceContextExt;
use opentelemetry::trace::Tracer;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::PeriodicReader;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::BatchConfigBuilder;
use opentelemetry_sdk::trace::BatchSpanProcessor;
use opentelemetry_sdk::trace::SdkTracer;
use opentelemetry_sdk::trace::SdkTracerProvider;
use opentelemetry_sdk::trace::SpanData;
use opentelemetry_sdk::trace::SpanExporter;

use crate::contestant::BUCKETS;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::drive::Ending;
use crate::functions::functions;
use crate::sink;

/// The SDK, directly.
pub(super) const CONTESTANTS: &[Contestant] = &[Contestant {
    name: "OpenTelemetry SDK: span + metrics",
    group: Group::On,
    gives: "span, exported; metrics with outcome",
    setup,
    flush,
    records: Records::Counted,
    cases: CASES,
}];

macro_rules! measured {
    (call $function:literal, $body:expr) => {{
        let call = Call::start($function, KeyValue::new("module", "bench"));
        let attached = call.context.clone().attach();
        let value = $body;
        drop(attached);
        call.end(Ending::is_well(&value));
        value
    }};
    (polled $function:literal, $body:expr) => {{
        let call = Call::start($function, KeyValue::new("module", "bench"));
        let value = async { $body }.with_context(call.context.clone()).await;
        call.end(Ending::is_well(&value));
        value
    }};
    (labelled $function:literal, $tenant:ident, $body:expr) => {{
        let call = Call::start($function, KeyValue::new("tenant", $tenant.to_owned()));
        let attached = call.context.clone().attach();
        let value = $body;
        drop(attached);
        call.end(Ending::is_well(&value));
        value
    }};
}

functions! {
    call: {}
    failing: {}
    polled: {}
    labelled(tenant): {}
    by_hand: measured
    around: in_a_root
}

/// One call under way.
struct Call {
    context: Context,
    labels: [KeyValue; 2],
    started: Instant,
}

impl Call {
    fn start(function: &'static str, label: KeyValue) -> Self {
        let labels = [KeyValue::new("function", function), label];
        let span = TRACER.start(function);
        INSTRUMENTS.concurrent.add(1, &labels);
        Self { context: Context::current_with_span(span), labels, started: Instant::now() }
    }

    fn end(self, is_well: bool) {
        INSTRUMENTS.duration.record(self.started.elapsed().as_secs_f64(), &self.labels);
        INSTRUMENTS.concurrent.add(-1, &self.labels);
        let span = self.context.span();
        if !is_well {
            span.set_status(Status::error("refused"));
        }
        span.end();
        let [function, label] = self.labels;
        let outcome = KeyValue::new("outcome", if is_well { "ok" } else { "error" });
        INSTRUMENTS.calls.add(1, &[function, label, outcome]);
    }
}

struct Instruments {
    calls: Counter<u64>,
    concurrent: UpDownCounter<i64>,
    duration: Histogram<f64>,
}

static TRACES: LazyLock<SdkTracerProvider> = LazyLock::new(|| {
    // The default queue of 2,048 would drop most of a tight loop, and dropping is cheaper than recording.
    let config = BatchConfigBuilder::default().with_max_queue_size(65_536).build();
    let processor = BatchSpanProcessor::builder(Counting).with_batch_config(config).build();
    SdkTracerProvider::builder().with_span_processor(processor).build()
});

static TRACER: LazyLock<SdkTracer> = LazyLock::new(|| TRACES.tracer("bench"));

static METRICS: LazyLock<SdkMeterProvider> = LazyLock::new(|| {
    let reader = PeriodicReader::builder(Discarding).with_interval(Duration::from_secs(5)).build();
    SdkMeterProvider::builder().with_reader(reader).build()
});

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = METRICS.meter("bench");
    Instruments {
        calls: meter.u64_counter("calls").build(),
        concurrent: meter.i64_up_down_counter("calls.concurrent").build(),
        duration: meter.f64_histogram("calls.duration").with_boundaries(BUCKETS.to_vec()).build(),
    }
});

/// The provider whose spans are counted.
pub(super) fn tracer_provider() -> &'static SdkTracerProvider {
    &TRACES
}

/// Hands every finished span to the exporter.
pub(super) fn flush() {
    // A time-out only leaves fewer spans delivered, which the table tells.
    let _ = TRACES.force_flush();
}

fn in_a_root(run: &mut dyn FnMut()) {
    let _attached = Context::current_with_span(TRACER.start("root")).attach();
    run();
}

fn setup() {
    LazyLock::force(&TRACER);
    LazyLock::force(&INSTRUMENTS);
}

#[derive(Debug)]
struct Counting;

impl SpanExporter for Counting {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        sink::count(batch.len());
        Ok(())
    }
}

struct Discarding;

impl PushMetricExporter for Discarding {
    async fn export(&self, _metrics: &ResourceMetrics) -> OTelSdkResult {
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}
