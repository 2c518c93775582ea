//! A program with something of everything.

use std::future::Future;
use std::task::Context;
use std::task::Waker;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::Span;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::CheckOutFailedReason;
use monitor_core::event::ConnectionCheckOutFailed;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::instrument::UpDownCounter;
use monitor_core::monitored;
use monitor_core::recorders::Otlp;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::ResourceLogs;
use opentelemetry_proto::tonic::metrics::v1::HistogramDataPoint;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::metrics::v1::ResourceMetrics;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use opentelemetry_proto::tonic::trace::v1::Span as Told;

static SOLD: Counter = Counter::new("shop.sold").unit("{item}").labels(&["kind"], 10);
static STOCK: UpDownCounter = UpDownCounter::new("shop.stock");
static HEAT: Gauge = Gauge::new("shop.heat").unit("Cel");
static SIZE: Histogram = Histogram::new("shop.size").unit("By");

#[monitored(kind = client, fields(id = id), buckets(0.5, 1.0))]
fn order(id: u64) -> Result<u64, std::num::ParseIntError> {
    SOLD.add_with(2, &["book"]);
    STOCK.add(-3);
    HEAT.set(21.5);
    SIZE.record(1_234.0);
    check_out();
    if id == 2 { "x".parse() } else { Ok(id) }
}

#[monitored]
fn check_out() {
    let waited = Duration::from_secs(2);
    emit(|| ConnectionCheckOutFailed::new(Address::tcp("db", 5432), CheckOutFailedReason::Timeout, waited));
}

#[monitored]
fn break_down() {
    panic!("the belt has torn");
}

#[monitored]
async fn wait() {
    std::future::pending::<()>().await;
}

/// Runs it with this recorder, and ships everything.
pub(crate) fn run(otlp: Otlp) {
    let monitor = Monitor::builder().recorder(otlp).build();
    monitor.scope(|| {
        assert!(order(1).is_ok() && order(2).is_err());
        assert!(std::panic::catch_unwind(break_down).is_err());
        let mut waiting = Box::pin(wait());
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(waiting);
        drop(Span::start("by hand"));
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    for account in monitor.accounts() {
        assert_eq!((account.dropped(), account.queued), (0, 0), "{account:?}");
        assert!(account.exported > 0, "{account:?}");
    }
}

/// What came, by signal.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) traces: Vec<ResourceSpans>,
    pub(crate) metrics: Vec<ResourceMetrics>,
    pub(crate) logs: Vec<ResourceLogs>,
}

fn text<'a>(attributes: &'a [KeyValue], name: &str) -> Option<&'a str> {
    let mut found = attributes.iter().filter(|attribute| attribute.key == name);
    let value = found.next()?.value.as_ref()?.value.as_ref()?;
    assert!(found.next().is_none(), "`{name}` is there twice");
    match value {
        Value::StringValue(text) => Some(text),
        other => panic!("`{name}` is {other:?}"),
    }
}

impl Received {
    /// Checks that everything came that the program did, once, and as it was.
    #[track_caller]
    pub(crate) fn check(&self) {
        let spans: Vec<_> =
            self.traces.iter().flat_map(|it| &it.scope_spans).flat_map(|it| &it.spans).collect();
        let mut told: Vec<_> = spans.iter().map(|span| ending(span)).collect();
        told.sort();
        let error = "core::num::error::ParseIntError";
        assert_eq!(
            told,
            [
                ("break_down", "panic", Some("panic"), 2),
                ("by hand", "ok", None, 0),
                ("check_out", "ok", None, 0),
                ("check_out", "ok", None, 0),
                ("order", "error", Some(error), 2),
                ("order", "ok", None, 0),
                ("wait", "cancelled", None, 0),
            ]
        );
        self.check_places(&spans);
        self.check_logs(&spans);
        self.check_metrics();
    }

    fn check_places(&self, spans: &[&Told]) {
        let order = spans.iter().find(|span| span.name == "order").unwrap();
        // SPAN_KIND_CLIENT
        assert_eq!(order.kind, 3);
        assert_eq!(text(&order.attributes, "code.function.name"), Some("otlp::program::order"));
        assert!(text(&order.attributes, "code.file.path").unwrap().ends_with("tests/otlp/program.rs"));
        let number = |name: &str| {
            order.attributes.iter().find(|it| it.key == name).unwrap().value.clone().unwrap().value
        };
        assert_eq!(number("id"), Some(Value::IntValue(1)));
        assert!(matches!(number("code.line.number"), Some(Value::IntValue(line)) if line > 0));
        let child = spans.iter().find(|span| span.name == "check_out").unwrap();
        assert_eq!((&child.parent_span_id, &child.trace_id), (&order.span_id, &order.trace_id));
        assert!(order.start_time_unix_nano <= child.start_time_unix_nano);
        assert!(child.end_time_unix_nano <= order.end_time_unix_nano);
        let scopes = self
            .traces
            .iter()
            .flat_map(|it| &it.scope_spans)
            .map(|it| it.scope.as_ref().unwrap().name.as_str());
        assert!(
            scopes.clone().any(|name| name == "otlp::program")
                && scopes.clone().any(|name| name == "monitor-core")
        );
        for resource in self.traces.iter().map(|it| it.resource.as_ref().unwrap()) {
            assert!(text(&resource.attributes, "service.name").is_some());
        }
    }

    fn check_logs(&self, spans: &[&Told]) {
        let records: Vec<_> =
            self.logs.iter().flat_map(|it| &it.scope_logs).flat_map(|it| &it.log_records).collect();
        assert_eq!(records.len(), 2);
        for record in records {
            let span = spans.iter().find(|span| span.span_id == record.span_id).unwrap();
            assert_eq!((span.name.as_str(), &span.trace_id), ("check_out", &record.trace_id));
            assert_eq!(
                (record.event_name.as_str(), record.severity_number),
                ("pool.connection_check_out_failed", 9)
            );
            assert_eq!(text(&record.attributes, "reason"), Some("timeout"));
        }
    }

    /// The metrics that came last.
    fn metric(&self, name: &str) -> &Metric {
        let mut metrics = self.metrics.iter().flat_map(|it| &it.scope_metrics).flat_map(|it| &it.metrics);
        metrics.rfind(|metric| metric.name == name).unwrap_or_else(|| panic!("no metric `{name}`"))
    }

    fn check_metrics(&self) {
        // AGGREGATION_TEMPORALITY_CUMULATIVE
        let cumulative = 2;
        match &self.metric("shop.sold").data {
            Some(Data::Sum(sum)) => {
                assert!(sum.is_monotonic && sum.aggregation_temporality == cumulative);
                assert_eq!(sum.data_points[0].value, Some(Number::AsInt(4)));
                assert_eq!(text(&sum.data_points[0].attributes, "kind"), Some("book"));
                assert!(sum.data_points[0].start_time_unix_nano < sum.data_points[0].time_unix_nano);
            }
            other => panic!("{other:?}"),
        }
        match &self.metric("shop.stock").data {
            Some(Data::Sum(sum)) => {
                assert!(!sum.is_monotonic && sum.aggregation_temporality == cumulative);
                assert_eq!(sum.data_points[0].value, Some(Number::AsInt(-6)));
            }
            other => panic!("{other:?}"),
        }
        match &self.metric("shop.heat").data {
            Some(Data::Gauge(gauge)) => assert_eq!(gauge.data_points[0].value, Some(Number::AsDouble(21.5))),
            other => panic!("{other:?}"),
        }
        match &self.metric("shop.size").data {
            Some(Data::ExponentialHistogram(histogram)) => {
                let point = &histogram.data_points[0];
                let buckets = point.positive.as_ref().unwrap();
                let base = f64::from(-point.scale).exp2().exp2();
                let (below, above) = (base.powi(buckets.offset), base.powi(buckets.offset + 1));
                assert!(below < 1_234.0 && 1_234.0 <= above, "{below} {above}");
                assert_eq!((buckets.bucket_counts.as_slice(), point.count), (&[2][..], 2));
                assert_eq!((point.sum, point.min, point.max), (Some(2_468.0), Some(1_234.0), Some(1_234.0)));
            }
            other => panic!("{other:?}"),
        }
        self.check_exemplars();
    }

    /// Of a metric of which one function declares bounds, and the others none.
    fn check_exemplars(&self) {
        for scope in self.metrics.iter().flat_map(|it| &it.scope_metrics) {
            let names: Vec<_> = scope.metrics.iter().map(|metric| &metric.name).collect();
            let once = |name: &&String| names.iter().filter(|other| other == &name).count() == 1;
            assert!(names.iter().all(once), "a metric is of two kinds: {names:?}");
        }
        let Some(Data::Histogram(durations)) = &self.metric("function.calls.duration").data else {
            panic!("some series declare bounds");
        };
        let spans: Vec<_> =
            self.traces.iter().flat_map(|it| &it.scope_spans).flat_map(|it| &it.spans).collect();
        for point in &durations.data_points {
            let function = text(&point.attributes, "function").unwrap();
            let bounds = if function == "order" { 2 } else { 14 };
            assert_eq!((point.explicit_bounds.len(), point.bucket_counts.len()), (bounds, bounds + 1));
            assert_eq!(point.bucket_counts.iter().sum::<u64>(), point.count);
            for exemplar in &point.exemplars {
                let span = spans.iter().find(|span| span.span_id == exemplar.span_id).unwrap();
                assert_eq!((span.name.as_str(), &span.trace_id), (function, &exemplar.trace_id));
            }
        }
        let has = |function| {
            let of = |point: &&HistogramDataPoint| text(&point.attributes, "function") == Some(function);
            durations.data_points.iter().filter(of).any(|point| !point.exemplars.is_empty())
        };
        assert!(has("order") && has("check_out"));
    }
}

/// Name, outcome, kind of error and code of the status.
fn ending(span: &Told) -> (&str, &str, Option<&str>, i32) {
    let status = span.status.as_ref();
    let error = text(&span.attributes, "error.type");
    assert_eq!(status.map(|status| status.message.as_str()), error);
    (&span.name, text(&span.attributes, "outcome").unwrap(), error, status.map_or(0, |status| status.code))
}
