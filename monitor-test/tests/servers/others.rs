//! A program of whose parts others wrote two: tower-http logs through `tracing`, metrics-process counts through `metrics`.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fs;
use std::time::Duration;

use http::Request;
use http::Response;
use metrics_process::Collector;
use monitor_core::Context;
use monitor_core::Monitor;
use monitor_core::SpanContext;
use monitor_core::bridge::MetricsRecorder;
use monitor_core::bridge::TracingLayer;
use monitor_core::monitored;
use tower::Service as _;
use tower::service_fn;
use tower_http::trace::Trace;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::otlp::Span;
use crate::peer::Peer as _;
use crate::program::finish;
use crate::prometheus::Labels;
use crate::prometheus::Prometheus;
use crate::rotel::Rotel;
use crate::server::eventually;

const PATIENCE: Duration = Duration::from_secs(60);
/// How many requests there are.
const REQUESTS: usize = 3;

thread_local! {
    /// Where each answer was given.
    static ANSWERS: RefCell<Vec<SpanContext>> = const { RefCell::new(Vec::new()) };
}

/// Asks a service around which tower-http logs; where that was.
#[monitored]
fn serve() -> SpanContext {
    let mut service =
        Trace::new_for_http(service_fn(|request| async move { Ok::<_, Infallible>(answer(&request)) }));
    for number in 0..REQUESTS {
        let request = Request::builder().uri(format!("/orders/{number}")).body(String::new()).unwrap();
        finish(service.call(request)).unwrap();
    }
    Context::current().span().unwrap()
}

#[monitored]
fn answer(request: &Request<String>) -> Response<String> {
    ANSWERS.with_borrow_mut(|answers| answers.push(Context::current().span().unwrap()));
    Response::new(request.uri().path().to_owned())
}

/// Runs the program with both recorders, and reads back from both servers.
pub(crate) fn check(prometheus: &Prometheus, rotel: &Rotel) {
    let monitor =
        Monitor::builder().boxed_recorder(prometheus.recorder()).boxed_recorder(rotel.recorder()).build();
    let subscriber = tracing_subscriber::registry().with(TracingLayer::new());
    let served = monitor.scope(|| {
        metrics::with_local_recorder(&MetricsRecorder::new(), || {
            let process = Collector::default();
            process.describe();
            process.collect();
        });
        tracing::subscriber::with_default(subscriber, serve)
    });
    monitor.flush(PATIENCE).unwrap();
    check_trace(rotel, served);
    check_metrics(prometheus);
    monitor.shutdown(PATIENCE).unwrap();
}

/// Their span of each request is within ours, and ours that answers is within theirs.
fn check_trace(rotel: &Rotel, served: SpanContext) {
    let wanted = 1 + 2 * REQUESTS;
    let spans = eventually(|| {
        let spans = rotel.read()?.spans;
        if spans.len() >= wanted {
            Ok(spans)
        } else {
            Err(format!("{} spans instead of {wanted}", spans.len()))
        }
    });
    assert_eq!(spans.len(), wanted, "{spans:?}");
    let trace = served.trace_id().to_string();
    assert!(spans.iter().all(|span| span.trace == trace), "{spans:?}");
    let theirs: Vec<&Span> = spans.iter().filter(|span| span.name == "request").collect();
    let mut asked: Vec<_> = theirs.iter().map(|span| &*span.attributes["uri"]).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["/orders/0", "/orders/1", "/orders/2"]);
    let place = served.span_id().to_string();
    assert!(
        theirs.iter().all(|span| span.parent == place && span.attributes["method"] == "GET"),
        "{theirs:?}"
    );
    let answers = ANSWERS.take();
    assert_eq!(answers.len(), REQUESTS);
    for answer in answers {
        let id = answer.span_id().to_string();
        let ours =
            spans.iter().find(|span| span.span == id).unwrap_or_else(|| panic!("no {id} in {spans:?}"));
        assert!(ours.name == "answer" && theirs.iter().any(|span| span.span == ours.parent), "{ours:?}");
    }
}

/// Their spans and events are counted as ours are, and their metrics are there.
fn check_metrics(prometheus: &Prometheus) {
    let only = |query: &str, wanted: f64| {
        eventually(|| match &*prometheus.query(query)? {
            [(_, value)] if (value - wanted).abs() <= wanted / 1e9 => Ok(()),
            other => Err(format!("{query}: {other:?} instead of {wanted}")),
        });
    };
    for function in ["request", "answer"] {
        only(&format!("function_calls_total{{function=\"{function}\"}}"), REQUESTS as f64);
    }
    only("function_calls_total{function=\"serve\"}", 1.0);
    only("tracing_events_total{target=\"tower_http::trace::on_response\"}", REQUESTS as f64);
    only("process_max_fds", limit("Max open files"));
    let resident: Vec<(Labels, f64)> = prometheus.query("process_resident_memory_bytes").unwrap();
    assert!(resident.len() == 1 && resident[0].1 > 1e6, "{resident:?}");
}

/// What the system itself says about the process.
fn limit(name: &str) -> f64 {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
