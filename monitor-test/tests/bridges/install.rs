//! Other crates' `metrics` in our monitor.

use std::time::Duration;

use metrics::Unit;
use metrics::counter;
use metrics::describe_histogram;
use metrics::gauge;
use metrics::histogram;
use metrics::with_local_recorder;
use monitor_core::Metric;
use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::bridge::MetricsRecorder;
use monitor_core::monitored;
use monitor_core::recorders::Memory;

fn monitor() -> Monitor {
    Monitor::builder().build()
}

fn metric(monitor: &Monitor, name: &str) -> Metric {
    monitor.snapshot().metric(name).unwrap_or_else(|| panic!("there is no {name}")).clone()
}

/// The points as `label=value,..: data`, in the order of the labels.
#[track_caller]
fn check(monitor: &Monitor, name: &str, expected: &[&str]) {
    let metric = metric(monitor, name);
    let mut points: Vec<_> = metric
        .points
        .iter()
        .map(|point| {
            let labels: Vec<_> = point.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let data = match &point.data {
                MetricData::Counter(sum) => sum.to_string(),
                MetricData::Gauge(value) => value.to_string(),
                MetricData::Histogram(histogram) => {
                    format!("{} values, {}", histogram.count(), histogram.sum())
                }
                other => format!("{other:?}"),
            };
            format!("{}: {data}", labels.join(","))
        })
        .collect();
    points.sort();
    assert_eq!(points, expected);
}

#[monitored]
fn ours() {}

#[test]
fn their_metrics_appear_beside_ours_and_reach_a_recorder() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    with_local_recorder(&MetricsRecorder::new(), || {
        monitor.scope(|| {
            ours();
            describe_histogram!("mail.size", Unit::Bytes, "How large a mail is.");
            counter!("mail.sent", "to" => "alice").increment(2);
            counter!("mail.sent", "to" => "bob").increment(1);
            gauge!("mail.waiting").set(7);
            gauge!("mail.waiting").increment(2.5);
            gauge!("mail.waiting").decrement(1);
            histogram!("mail.size").record(512);
            histogram!("mail.size").record_many(1.0, 3);
        });
    });
    assert_eq!(monitor.snapshot().function("ours").unwrap().calls(), 1);
    check(&monitor, "mail.sent", &["to=alice: 2", "to=bob: 1"]);
    check(&monitor, "mail.waiting", &[": 8.5"]);
    check(&monitor, "mail.size", &[": 4 values, 515"]);
    let size = metric(&monitor, "mail.size");
    assert_eq!((&*size.unit, &*size.description), ("By", "How large a mail is."));
    monitor.shutdown(Duration::from_secs(60)).unwrap();
    assert!(memory.metrics().unwrap().metric("mail.sent").is_some());
}

#[test]
fn labels_in_another_order_or_of_other_names_are_one_metric() {
    let monitor = monitor();
    with_local_recorder(&MetricsRecorder::new(), || {
        monitor.scope(|| {
            gauge!("doors.shut", "house" => "a", "floor" => "1").increment(1);
            gauge!("doors.shut", "floor" => "1", "house" => "a").increment(1);
            gauge!("doors.shut", "barn" => "x").increment(1);
            gauge!("doors.shut").increment(1);
        });
    });
    check(&monitor, "doors.shut", &[": 1", "barn=x: 1", "floor=1,house=a: 2"]);
}

#[test]
fn an_absolute_counter_never_goes_back_and_counts_for_a_later_monitor_too() {
    let (early, late) = (monitor(), monitor());
    with_local_recorder(&MetricsRecorder::new(), || {
        let read = counter!("bytes.read");
        early.scope(|| {
            read.increment(5);
            read.absolute(100);
            read.absolute(90);
            read.increment(1);
            read.absolute(110);
            counter!("bytes.read").absolute(105);
        });
        late.scope(|| read.absolute(120));
    });
    check(&early, "bytes.read", &[": 110"]);
    check(&late, "bytes.read", &[": 120"]);
}

#[test]
fn a_handle_older_than_the_monitor_reaches_it() {
    let (hits, heat, size) = with_local_recorder(&MetricsRecorder::new(), || {
        (counter!("old.hits", "tier" => "one"), gauge!("old.heat"), histogram!("old.size"))
    });
    hits.increment(1);
    for _ in 0..2 {
        let monitor = monitor();
        monitor.scope(|| {
            hits.increment(3);
            heat.set(4.0);
            size.record(5.0);
        });
        check(&monitor, "old.hits", &["tier=one: 3"]);
        check(&monitor, "old.heat", &[": 4"]);
        check(&monitor, "old.size", &[": 1 values, 5"]);
    }
}

#[test]
fn many_threads_lose_nothing() {
    let monitor = monitor();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                with_local_recorder(&MetricsRecorder::new(), || {
                    monitor.scope(|| {
                        for number in 0..1_000 {
                            counter!("thread.turns").increment(1);
                            counter!("thread.labels", "mod" => (number % 3).to_string()).increment(1);
                            gauge!("thread.balance").increment(1);
                            gauge!("thread.balance").decrement(1);
                        }
                    });
                });
            });
        }
    });
    check(&monitor, "thread.turns", &[": 4000"]);
    check(&monitor, "thread.labels", &["mod=0: 1336", "mod=1: 1332", "mod=2: 1332"]);
    check(&monitor, "thread.balance", &[": 0"]);
}

#[test]
fn labels_without_bound_share_the_overflow_series() {
    let monitor = monitor();
    with_local_recorder(&MetricsRecorder::new(), || {
        monitor.scope(|| {
            for number in 0..2_100 {
                counter!("user.visits", "user" => number.to_string()).increment(1);
            }
        });
    });
    let visits = metric(&monitor, "user.visits");
    assert_eq!(visits.points.len(), 2_001);
    assert!(visits.points.iter().any(|point| {
        point.labels[0].0 == "otel.metric.overflow" && point.data == MetricData::Counter(100)
    }));
}

#[test]
fn a_name_of_another_kind_is_refused_and_counted() {
    let monitor = monitor();
    with_local_recorder(&MetricsRecorder::new(), || {
        monitor.scope(|| {
            counter!("two.faced").increment(1);
            gauge!("two.faced").set(2.0);
        });
    });
    check(&monitor, "two.faced", &[": 1"]);
    assert!(monitor.losses().sources_refused >= 1);
}
