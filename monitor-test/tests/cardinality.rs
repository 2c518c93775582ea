//! Labels: their series, their bound, their first registration.

use std::borrow::Cow;
use std::sync::Barrier;
use std::thread;

use monitor_core::Label;
use monitor_core::Labels;
use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::monitored;
use monitor_test::Capture;

#[monitored(labels(op = op, max = 3))]
fn by_text(op: &str) -> usize {
    op.len()
}

#[derive(Clone, Copy, Labels)]
enum Kind {
    Read,
    Write,
}

#[monitored(labels(kind = kind, cached = cached))]
fn by_type(kind: Kind, cached: bool) {
    let _ = (kind, cached);
}

#[test]
fn each_combination_of_values_is_a_series() {
    let captured = Capture::run(|| {
        by_type(Kind::Read, true);
        by_type(Kind::Read, true);
        by_type(Kind::Write, false);
    });
    assert_eq!(captured.calls_with("by_type", &[("kind", Kind::value(0)), ("cached", "true")]), 2);
    assert_eq!(captured.calls_with("by_type", &[("kind", Kind::value(1)), ("cached", "false")]), 1);
    assert_eq!(captured.calls_with("by_type", &[("cached", "false")]), 1);
    captured.assert_no_losses();
}

#[test]
fn f59_what_is_beyond_the_bound_shares_one_series_and_is_counted() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| (0..1_000_000).for_each(|number: u32| assert!(by_text(&number.to_string()) > 0)));
    let snapshot = monitor.snapshot();
    let function = snapshot.function("by_text").unwrap();
    let mut series: Vec<_> = function.series().iter().map(|it| (it.labels().to_vec(), it.calls())).collect();
    series.sort();
    let one = |value: &'static str| (vec![("op", Cow::Borrowed(value))], 1);
    let overflow = (vec![("otel.metric.overflow", Cow::Borrowed("true"))], 999_997);
    assert_eq!(series, [one("0"), one("1"), one("2"), overflow]);
    assert_eq!((function.calls(), monitor.losses().labels_overflowed), (1_000_000, 999_997));
}

#[test]
fn f60_values_that_came_before_the_garbage_keep_their_series() {
    let captured = Capture::run(|| {
        by_text("wanted");
        (0..10_000).for_each(|number: u32| assert!(by_text(&number.to_string()) > 0));
        by_text("wanted");
    });
    assert_eq!(captured.calls_with("by_text", &[("op", "wanted")]), 2);
}

#[test]
fn f60_garbage_that_comes_first_does_not_take_the_places_of_reserved_values() {
    #[monitored(labels(kind = kind, tenant = tenant, max = 10))]
    fn serve(kind: Kind, tenant: &str) {
        let _ = (kind, tenant);
    }
    let monitor = Monitor::builder().reserve_labels("tenant", ["acme", "globex"]).build();
    monitor.scope(|| {
        for number in 0..10_000 {
            serve(Kind::Read, &number.to_string());
        }
        for _ in 0..3 {
            serve(Kind::Read, "acme");
            serve(Kind::Write, "acme");
            serve(Kind::Write, "globex");
        }
    });
    let snapshot = monitor.snapshot();
    let function = snapshot.function("serve").unwrap();
    let with = |kind: &str, tenant: &str| {
        let is =
            |labels: &[(&str, Cow<'_, str>)]| labels.iter().map(|(_, value)| &**value).eq([kind, tenant]);
        function.series().iter().find(|series| is(series.labels())).map(|series| series.calls())
    };
    let (read, write) = (Kind::value(0), Kind::value(1));
    assert_eq!([with(read, "acme"), with(write, "acme"), with(write, "globex")], [Some(3); 3]);
    assert_eq!(with(read, "globex"), None);
    // The ten that came first, the one of all others, and the reserved ones that came.
    assert_eq!((function.series().len(), function.calls()), (14, 10_009));
}

#[test]
fn f62_values_that_look_alike_are_told_apart() {
    #[monitored(labels(left = left, right = right, max = 100))]
    fn pair(left: &str, right: &str) {
        let _ = (left, right);
    }
    let values = ["", "a", "b", "ab", "\0", "a\0", "\u{1}a", "a,b", "\n", "\u{202e}a"];
    let captured = Capture::run(|| {
        values.iter().for_each(|left| values.iter().for_each(|right| pair(left, right)));
    });
    for left in values {
        for right in values {
            assert_eq!(
                captured.calls_with("pair", &[("left", left), ("right", right)]),
                1,
                "{left:?} {right:?}"
            );
        }
    }
}

static FIRST: Counter = Counter::new("cardinality.first").unit("{thing}").labels(&["op"], 4);
static SECOND: Counter = Counter::new("cardinality.first").unit("{thing}").labels(&["op"], 4);
static OTHER_UNIT: Counter = Counter::new("cardinality.first").unit("s").labels(&["op"], 4);
static OTHER_KIND: Gauge = Gauge::new("cardinality.first");

#[test]
fn f69_the_first_of_a_name_wins_and_what_contradicts_it_is_counted() {
    let monitor = Monitor::builder().build();
    let before = monitor.losses().sources_refused;
    monitor.scope(|| {
        FIRST.add_with(1, &["a"]);
        SECOND.add_with(2, &["a"]);
        OTHER_UNIT.add_with(4, &["a"]);
        OTHER_KIND.set(8.0);
        OTHER_KIND.set(8.0);
    });
    let snapshot = monitor.snapshot();
    let metric = snapshot.metric("cardinality.first").unwrap();
    assert_eq!((metric.points.len(), &metric.points[0].data), (1, &MetricData::Counter(3)));
    assert_eq!(monitor.losses().sources_refused - before, 2);
}

static CONTESTED: Counter = Counter::new("cardinality.contested").labels(&["op"], 4);

#[test]
fn f70_sixty_four_threads_that_come_first_make_one_series() {
    #[monitored(labels(op = op, max = 4))]
    fn contested(op: &str) {
        let _ = op;
    }
    let monitor = Monitor::builder().build();
    let barrier = Barrier::new(64);
    thread::scope(|threads| {
        for _ in 0..64 {
            threads.spawn(|| {
                barrier.wait();
                monitor.scope(|| {
                    contested("first");
                    CONTESTED.add_with(1, &["first"]);
                });
            });
        }
    });
    let snapshot = monitor.snapshot();
    let functions: Vec<_> =
        snapshot.functions().iter().filter(|function| function.name() == "contested").collect();
    assert_eq!((functions.len(), functions[0].series().len(), functions[0].calls()), (1, 1, 64));
    let metric = snapshot.metric("cardinality.contested").unwrap();
    assert_eq!((metric.points.len(), &metric.points[0].data), (1, &MetricData::Counter(64)));
    assert_eq!(monitor.losses().labels_overflowed, 0);
}
