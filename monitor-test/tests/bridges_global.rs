//! The bridges where everything is installed for the whole program: a `tracing` program and a `metrics` program,
//! unchanged but for that, beside our own.

use std::thread;
use std::time::Duration;

use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::bridge::MetricsRecorder;
use monitor_core::bridge::TracingLayer;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A program that knows only `tracing` and `metrics`.
mod theirs {
    pub(super) fn request(body: impl FnOnce()) {
        let span = tracing::info_span!("request", path = "/");
        let _entered = span.enter();
        metrics::counter!("requests", "path" => "/").increment(1);
        body();
        tracing::info!("done");
    }
}

#[monitored]
fn handle() {
    theirs::request(look_up);
}

#[monitored]
fn look_up() {}

#[test]
fn everything_shows_up_together_whatever_is_installed_first() {
    // The program runs for a while before anything is installed.
    handle();
    MetricsRecorder::install().unwrap();
    tracing_subscriber::registry().with(TracingLayer::new()).init();
    handle();

    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).install().unwrap();
    thread::spawn(handle).join().unwrap();
    monitor.flush(Duration::from_secs(60)).unwrap();

    let spans = memory.spans();
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!(spans.len(), 3);
    assert_eq!(find("handle").parent, None);
    assert_eq!(find("request").parent, Some(find("handle").span_id));
    assert_eq!(find("look_up").parent, Some(find("request").span_id));
    assert!(spans.iter().all(|span| span.trace_id == spans[0].trace_id));

    let snapshot = monitor.snapshot();
    assert_eq!(snapshot.metric("requests").unwrap().points[0].data, MetricData::Counter(1));
    assert_eq!(snapshot.function("look_up").unwrap().calls(), 1);
    assert!(MetricsRecorder::install().is_err());
}
