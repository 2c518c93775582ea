//! Our values in a recorder of the `metrics` facade.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use metrics::with_local_recorder;
use metrics_exporter_prometheus::PrometheusBuilder;
use metrics_exporter_prometheus::PrometheusRecorder;
use monitor_core::ManualClock;
use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::Span;
use monitor_core::bridge::MetricsRecorder;
use monitor_core::bridge::forward_to_metrics;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::instrument::UpDownCounter;
use monitor_core::monitored;

use crate::poll::pause;
use crate::poll::poll;

/// Forwarding is on for the whole process, so one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub(crate) fn prometheus() -> PrometheusRecorder {
    PrometheusBuilder::new().set_buckets(&[60.0]).unwrap().build_recorder()
}

/// The lines of these metrics as Prometheus would read them, but for sums of durations.
#[track_caller]
fn check(recorder: &PrometheusRecorder, expected: &[&str]) {
    recorder.handle().run_upkeep();
    let text = recorder.handle().render();
    let mut lines: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty() && !line.contains("duration_sum"))
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, expected, "{text}");
}

pub(crate) fn forwarding(recorder: &PrometheusRecorder, body: impl FnOnce()) {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let forward = forward_to_metrics();
    with_local_recorder(recorder, body);
    forward.stop();
    // Nothing comes any more.
    with_local_recorder(recorder, || drop(parse("1", "none")));
}

#[monitored(labels(shard = shard, max = 2))]
fn parse(text: &str, shard: &str) -> Result<u32, std::num::ParseIntError> {
    let _ = shard;
    text.parse()
}

#[test]
fn every_call_comes_exactly_and_without_a_monitor() {
    let recorder = prometheus();
    forwarding(&recorder, || {
        (0..1_000).for_each(|_| drop(parse("7", "a")));
        (0..3).for_each(|_| drop(parse("seven", "b")));
        (0..5).for_each(|_| drop(parse("7", "beyond the bound")));
    });
    let place = r#"function="parse",module="bridges::forward""#;
    let error = r#"outcome="error",error_type="core::num::error::ParseIntError""#;
    check(
        &recorder,
        &[
            &format!(r#"function_calls_concurrent{{{place}}} 0"#),
            &format!(r#"function_calls_duration_bucket{{{place},{error},shard="b",le="+Inf"}} 3"#),
            &format!(r#"function_calls_duration_bucket{{{place},{error},shard="b",le="60"}} 3"#),
            &format!(
                r#"function_calls_duration_bucket{{{place},outcome="ok",otel_metric_overflow="true",le="+Inf"}} 5"#
            ),
            &format!(
                r#"function_calls_duration_bucket{{{place},outcome="ok",otel_metric_overflow="true",le="60"}} 5"#
            ),
            &format!(r#"function_calls_duration_bucket{{{place},outcome="ok",shard="a",le="+Inf"}} 1000"#),
            &format!(r#"function_calls_duration_bucket{{{place},outcome="ok",shard="a",le="60"}} 1000"#),
            &format!(r#"function_calls_duration_count{{{place},{error},shard="b"}} 3"#),
            &format!(
                r#"function_calls_duration_count{{{place},outcome="ok",otel_metric_overflow="true"}} 5"#
            ),
            &format!(r#"function_calls_duration_count{{{place},outcome="ok",shard="a"}} 1000"#),
            &format!(r#"function_calls{{{place},{error},shard="b"}} 3"#),
            &format!(r#"function_calls{{{place},outcome="ok",otel_metric_overflow="true"}} 5"#),
            &format!(r#"function_calls{{{place},outcome="ok",shard="a"}} 1000"#),
        ],
    );
}

#[test]
fn a_dropped_future_is_cancelled_and_no_longer_under_way() {
    #[monitored]
    async fn wait() {
        pause().await;
    }
    let recorder = prometheus();
    forwarding(&recorder, || {
        let mut future = Box::pin(wait());
        assert!(poll(&mut future).is_pending());
        let text = recorder.handle().render();
        assert!(
            text.contains(r#"function_calls_concurrent{function="wait",module="bridges::forward"} 1"#),
            "{text}"
        );
        drop(future);
    });
    let text = recorder.handle().render();
    let place = r#"function="wait",module="bridges::forward""#;
    assert!(text.contains(&format!("function_calls_concurrent{{{place}}} 0")), "{text}");
    assert!(text.contains(&format!(r#"function_calls{{{place},outcome="cancelled"}} 1"#)), "{text}");
}

#[test]
fn the_durations_are_those_of_our_own_snapshot() {
    #[monitored]
    fn spin() {
        std::hint::black_box((0..1_000).sum::<u64>());
    }
    let recorder = prometheus();
    let monitor = Monitor::builder().build();
    forwarding(&recorder, || monitor.scope(|| (0..100).for_each(|_| spin())));
    let text = recorder.handle().render();
    let prefix = r#"function_calls_duration_sum{function="spin",module="bridges::forward",outcome="ok"} "#;
    let theirs: f64 = text.lines().find_map(|line| line.strip_prefix(prefix)).unwrap().parse().unwrap();
    let ours = monitor.snapshot().function("spin").unwrap().duration().sum();
    assert!((theirs - ours).abs() <= ours * 1e-9, "{theirs} is not {ours}");
}

#[test]
fn the_clock_is_that_of_the_monitor() {
    let clock = ManualClock::default();
    let monitor = Monitor::builder().clock(clock.clone()).build();
    let recorder = prometheus();
    let wait = || {
        let _span = Span::start("by the clock");
        clock.advance(Duration::from_secs(3));
    };
    forwarding(&recorder, || monitor.scope(wait));
    let text = recorder.handle().render();
    let sum = r#"function_calls_duration_sum{function="by the clock",module="",outcome="ok"} 3"#;
    assert!(text.lines().any(|line| line == sum), "{text}");
}

static HITS: Counter = Counter::new("cache.hits").unit("{hit}").labels(&["tier"], 1);
static HEAT: Gauge = Gauge::new("room.heat");
static OPEN: UpDownCounter = UpDownCounter::new("doors.open");
static SIZE: Histogram = Histogram::new("letter.size").unit("By");

#[test]
fn instruments_by_hand_come_with_a_monitor_and_without() {
    let recorder = prometheus();
    let monitor = Monitor::builder().build();
    let use_them = || {
        HITS.add_with(2, &["memory"]);
        HITS.add_with(3, &["beyond the bound"]);
        HEAT.set(21.5);
        HEAT.set(f64::NAN);
        OPEN.add(2);
        OPEN.add(-1);
        SIZE.record(30.0);
        SIZE.record(-1.0);
    };
    forwarding(&recorder, || {
        use_them();
        monitor.scope(use_them);
    });
    check(
        &recorder,
        &[
            r#"cache_hits{otel_metric_overflow="true"} 6"#,
            r#"cache_hits{tier="memory"} 4"#,
            "doors_open 2",
            r#"letter_size_bucket{le="+Inf"} 2"#,
            r#"letter_size_bucket{le="60"} 2"#,
            "letter_size_count 2",
            "letter_size_sum 60",
            "room_heat 21.5",
        ],
    );
    let snapshot = monitor.snapshot();
    assert_eq!(snapshot.metric("doors.open").unwrap().points[0].data, MetricData::UpDownCounter(1));
}

static LATE: Counter = Counter::new("cache.late");

#[test]
fn what_was_used_before_forwarding_began_comes_too() {
    let recorder = prometheus();
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        LATE.add(1);
        forwarding(&recorder, || LATE.add(2));
        LATE.add(4);
    });
    check(&recorder, &["cache_late 2"]);
    assert_eq!(monitor.snapshot().metric("cache.late").unwrap().points[0].data, MetricData::Counter(7));
}

#[test]
fn calls_that_begin_while_forwarding_does_are_counted_once() {
    #[monitored]
    fn steady() {}
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let monitor = Monitor::builder().build();
    let over = AtomicBool::new(false);
    let calls: u64 = thread::scope(|threads| {
        let caller = threads.spawn(|| {
            monitor.scope(|| {
                let mut calls = 0;
                while !over.load(Ordering::Relaxed) {
                    steady();
                    calls += 1;
                }
                calls
            })
        });
        for _ in 0..4_000 {
            forward_to_metrics().stop();
        }
        over.store(true, Ordering::Relaxed);
        caller.join().unwrap()
    });
    let snapshot = monitor.snapshot();
    let function = snapshot.function("steady").unwrap();
    assert_eq!((function.calls(), function.in_flight()), (calls, 0));
}

#[test]
fn what_we_forward_to_ourselves_does_not_come_back() {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let monitor = Monitor::builder().build();
    let forward = forward_to_metrics();
    with_local_recorder(&MetricsRecorder::new(), || {
        monitor.scope(|| {
            let _ = parse("7", "a");
            metrics::counter!("circle.turns").increment(1);
        });
    });
    forward.stop();
    let snapshot = monitor.snapshot();
    let calls = snapshot.metric("function.calls").unwrap();
    assert_eq!(calls.points.len(), 1);
    assert_eq!(snapshot.metric("circle.turns").unwrap().points[0].data, MetricData::Counter(1));
}

/// Panics with each value.
struct Wild;

impl metrics::Recorder for Wild {
    fn describe_counter(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}

    fn describe_gauge(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}

    fn describe_histogram(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}

    fn register_counter(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        panic!("wild")
    }

    fn register_gauge(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        let _ = parse("3", "a");
        metrics::Gauge::noop()
    }

    fn register_histogram(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
        panic!("wild")
    }
}

#[test]
fn a_recorder_that_panics_and_is_instrumented_does_not_reach_the_program() {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let forward = forward_to_metrics();
    assert_eq!(with_local_recorder(&Wild, || parse("7", "a")), Ok(7));
    with_local_recorder(&Wild, || HITS.add_with(1, &["memory"]));
    forward.stop();
}
