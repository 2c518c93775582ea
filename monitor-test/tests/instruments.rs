//! Counters, gauges and histograms by hand.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;
use std::thread;

use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::instrument::UpDownCounter;
use monitor_test::Capture;

static COUNTER: Counter = Counter::new("instruments.counter").unit("{thing}").labels(&["kind", "size"], 8);
static GAUGE: Gauge = Gauge::new("instruments.gauge").unit("Cel");
static HISTOGRAM: Histogram = Histogram::new("instruments.histogram").unit("By");
static EXPLICIT: Histogram = Histogram::new("instruments.explicit").buckets(&[5.0, 50.0, 95.0]);
static UP_DOWN: UpDownCounter = UpDownCounter::new("instruments.up_down");

/// The histogram of this name.
#[track_caller]
fn histogram(monitor: &Monitor, name: &str) -> monitor_core::Histogram {
    let snapshot = monitor.snapshot();
    let MetricData::Histogram(histogram) = &snapshot.metric(name).unwrap().points[0].data else {
        panic!("`{name}` is no histogram");
    };
    histogram.clone()
}

#[test]
fn m10_m11_a_counter_adds_up_over_threads_that_have_ended() {
    let captured = Capture::run(|| {
        let context = monitor_core::Context::current();
        for _ in 0..4 {
            let context = context.clone();
            thread::spawn(move || context.run(|| COUNTER.add(2))).join().unwrap();
        }
        COUNTER.add(0);
        COUNTER.add(1);
    });
    assert_eq!(captured.point("instruments.counter", &[]), &MetricData::Counter(9));
}

#[test]
fn a_label_that_is_missing_is_empty_and_one_too_many_is_left_out() {
    let captured = Capture::run(|| {
        COUNTER.add_with(1, &["read"]);
        COUNTER.add_with(2, &["write", "large", "more"]);
    });
    let point = |kind, size| captured.point("instruments.counter", &[("kind", kind), ("size", size)]);
    assert_eq!(
        (point("read", ""), point("write", "large")),
        (&MetricData::Counter(1), &MetricData::Counter(2))
    );
}

#[test]
fn f56_what_is_no_finite_number_is_rejected_and_counted() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        GAUGE.set(21.5);
        HISTOGRAM.record(2.0);
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            GAUGE.set(value);
            HISTOGRAM.record(value);
        }
        HISTOGRAM.record(-0.0);
        HISTOGRAM.record(f64::MIN_POSITIVE / 2.0);
    });
    let histogram = histogram(&monitor, "instruments.histogram");
    assert_eq!((histogram.count(), histogram.sum()), (3, 2.0));
    assert_eq!(
        monitor.snapshot().metric("instruments.gauge").unwrap().points[0].data,
        MetricData::Gauge(21.5)
    );
    assert_eq!(monitor.losses().values_rejected, 6);
}

#[test]
fn f57_m14_a_negative_value_of_a_histogram_is_rejected_and_counted() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        EXPLICIT.record(-1.0);
        EXPLICIT.record(f64::MIN);
    });
    assert_eq!(histogram(&monitor, "instruments.explicit").count(), 0);
    assert_eq!(monitor.losses().values_rejected, 2);
}

#[test]
fn f58_a_counter_that_overflows_wraps() {
    let captured = Capture::run(|| {
        COUNTER.add(u64::MAX);
        COUNTER.add(3);
        UP_DOWN.add(i64::MAX);
        UP_DOWN.add(1);
    });
    assert_eq!(captured.point("instruments.counter", &[]), &MetricData::Counter(2));
    assert_eq!(captured.point("instruments.up_down", &[]), &MetricData::UpDownCounter(i64::MIN));
}

#[test]
fn m19_explicit_buckets_count_what_is_at_most_their_bound() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| [22.0, 55.0, 66.0, 98.0, 50.0].iter().for_each(|value| EXPLICIT.record(*value)));
    let histogram = histogram(&monitor, "instruments.explicit");
    assert_eq!(histogram.as_explicit().unwrap(), (&[5.0, 50.0, 95.0][..], &[0, 2, 2, 1][..]));
}

#[test]
fn m20_a_gauge_shows_what_was_set_last_whichever_thread_did() {
    let monitor = Monitor::builder().build();
    for value in 0..50 {
        let theirs = monitor.clone();
        thread::spawn(move || theirs.scope(|| GAUGE.set(f64::from(value)))).join().unwrap();
        let snapshot = monitor.snapshot();
        assert_eq!(
            snapshot.metric("instruments.gauge").unwrap().points[0].data,
            MetricData::Gauge(f64::from(value))
        );
    }
}

#[test]
fn m36_what_is_under_way_is_over_when_its_guard_is_dropped_by_a_panic_too() {
    let monitor = Monitor::builder().build();
    let now = || monitor.snapshot().metric("instruments.up_down").unwrap().points[0].data.clone();
    monitor.scope(|| {
        let outer = UP_DOWN.enter();
        let unwound = catch_unwind(AssertUnwindSafe(|| {
            let _inner = UP_DOWN.enter();
            assert_eq!(now(), MetricData::UpDownCounter(2));
            resume_unwind(Box::new(()));
        }));
        assert!(unwound.is_err());
        assert_eq!(now(), MetricData::UpDownCounter(1));
        drop(outer);
    });
    assert_eq!(now(), MetricData::UpDownCounter(0));
}

#[test]
fn m49_a_timer_records_once_when_it_is_dropped() {
    static TIMED: Histogram = Histogram::new("instruments.timed").unit("s");
    let monitor = Monitor::builder().build();
    monitor.scope(|| drop((TIMED.start(), TIMED.start())));
    assert_eq!(histogram(&monitor, "instruments.timed").count(), 2);
}

#[test]
fn f53_a_value_of_zero_is_counted() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| HISTOGRAM.record(0.0));
    let histogram = histogram(&monitor, "instruments.histogram");
    assert_eq!((histogram.count(), histogram.sum(), histogram.max()), (1, 0.0, Some(0.0)));
}
