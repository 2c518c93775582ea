//! What goes wrong in a metric stays there.

use std::sync::Barrier;
use std::thread;

use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::instrument::Counter;
use monitor_core::monitored;
use monitor_core::plugin_metric;

use crate::count;
use crate::count_with;
use crate::gauge;

fn fails<T>() -> T {
    panic!("of the user's own")
}

#[plugin_metric(counter = "f03.value", value = fails::<u64>())]
#[plugin_metric(counter = "f03.label.{host}", labels(host = fails::<String>(), max = 4))]
#[plugin_metric(counter = "f03.on", on = |_| fails())]
#[plugin_metric(counter = "f03.seen", value = |_| fails::<u64>())]
#[plugin_metric(counter = "f03.good", value = |number| *number)]
#[plugin_metric(counter = "f03.begun")]
#[monitored(ret)]
fn number() -> u64 {
    7
}

#[test]
fn f03_a_panic_in_a_value_a_label_or_a_look_is_counted_and_the_rest_goes_on() {
    let monitor = Monitor::builder().build();
    assert_eq!(monitor.scope(number), 7);
    assert_eq!(["value", "on", "seen"].map(|name| count(&monitor, &format!("f03.{name}"))), [0; 3]);
    assert_eq!((count(&monitor, "f03.good"), count(&monitor, "f03.begun")), (7, 1));
    assert_eq!(count(&monitor, "f03.label"), 1, "a value whose label panicked is recorded without labels");
    assert_eq!(monitor.losses().evaluations_panicked, 4);
}

#[plugin_metric(gauge = "f56.gauge", value = value)]
#[plugin_metric(histogram = "f56.histogram", value = value)]
fn float(value: f64) {
    let _ = value;
}

#[plugin_metric(counter = "f57.counter", value = value)]
#[plugin_metric(histogram = "f57.histogram", value = value)]
fn whole(value: i64) {
    let _ = value;
}

#[test]
fn f56_f57_what_is_no_number_or_negative_is_dropped_and_counted() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        [1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().for_each(float);
        [3, -1, i64::MIN].into_iter().for_each(whole);
    });
    assert_eq!(gauge(&monitor, "f56.gauge"), Some(1.5));
    let Some(MetricData::Histogram(histogram)) = crate::point(&monitor, "f56.histogram", &[]) else {
        panic!()
    };
    assert_eq!((histogram.count(), histogram.sum()), (1, 1.5));
    assert_eq!((count(&monitor, "f57.counter"), count(&monitor, "f57.histogram")), (3, 1));
    assert_eq!(monitor.losses().values_rejected, 3 + 3 + 2 + 2);
}

#[plugin_metric(counter = "f59.hosts.{host}", labels(max = 16))]
fn visit(host: &str) {
    let _ = host;
}

#[test]
fn f59_label_values_without_end_share_one_overflow_series() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| (0..100_000).for_each(|number| visit(&number.to_string())));
    let snapshot = monitor.snapshot();
    let metric = snapshot.metric("f59.hosts").unwrap();
    assert_eq!(metric.points.len(), 17);
    let overflow = [("otel.metric.overflow", "true")];
    assert_eq!(count_with(&monitor, "f59.hosts", &overflow), 100_000 - 16);
    let point = metric.points.iter().find(|point| point.labels[0].0 == overflow[0].0).unwrap();
    assert_eq!(metric.path(point), "f59.hosts.other.true");
}

#[plugin_metric(counter = "f70.calls.{number}", labels(max = 4))]
fn race(number: u32) {
    let _ = number;
}

#[test]
fn f70_the_first_call_of_many_threads_makes_one_series() {
    let monitor = Monitor::builder().build();
    let barrier = Barrier::new(64);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                barrier.wait();
                monitor.scope(|| race(7));
            });
        }
    });
    assert_eq!(count_with(&monitor, "f70.calls", &[("number", "7")]), 64);
    assert_eq!(monitor.snapshot().metric("f70.calls").unwrap().points.len(), 1);
}

#[plugin_metric(counter = "filtered.value")]
fn filtered() {}

#[test]
fn a_filter_takes_the_metrics_of_a_module_away() {
    for filter in ["plugin_metrics::isolation=off", "spans"] {
        let monitor = Monitor::builder().filter(filter.parse().unwrap()).build();
        monitor.scope(filtered);
        assert!(monitor.snapshot().metric("filtered.value").is_none(), "{filter}");
    }
}

/// Declared as a counter here, and as a gauge below. Which of them comes first, only the linker knows.
#[plugin_metric(counter = "f69.contradicted")]
fn one() {}

#[plugin_metric(gauge = "f69.contradicted", value = 5)]
fn other() {}

#[plugin_metric(counter = "f69.twice", unit = "{call}")]
fn first() {}

#[plugin_metric(counter = "f69.twice", unit = "{call}")]
fn second() {}

static BY_HAND: Counter = Counter::new("f69.twice").unit("{call}");
static CONTRADICTING: Counter = Counter::new("f69.twice").unit("By");

#[test]
fn f69_of_two_declarations_that_contradict_each_other_the_first_counts() {
    let monitor = Monitor::builder().build();
    let refused = monitor.losses().sources_refused;
    assert!(refused > 0, "it is known when the monitor is built");
    monitor.scope(|| {
        one();
        other();
        first();
        second();
        BY_HAND.add(3);
        CONTRADICTING.add(100);
    });
    let points = monitor.snapshot().metric("f69.contradicted").unwrap().points.clone();
    assert_eq!(points.len(), 1, "{points:?}");
    assert!(matches!(points[0].data, MetricData::Counter(1) | MetricData::Gauge(5.0)), "{points:?}");
    assert_eq!(count(&monitor, "f69.twice"), 5, "alike, they share one series");
    assert!(
        monitor.losses().sources_refused > refused,
        "the contradicting one by hand is refused and counted"
    );
}
