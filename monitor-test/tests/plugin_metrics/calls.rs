//! When a call gives a value, and where the attributes may stand.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::Duration;

use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::monitored;
use monitor_core::plugin_metric;
use monitor_test::Capture;
use monitor_test::ManualClock;

use crate::count;
use crate::count_with;
use crate::gauge;

#[plugin_metric(counter = "calls.begun")]
#[plugin_metric(counter = "calls.ok", on = ok)]
#[plugin_metric(counter = "calls.failed", on = error)]
#[plugin_metric(counter = "calls.panicked", on = panic)]
#[plugin_metric(counter = "calls.bad", on(error, panic))]
fn divide(dividend: u32, divisor: u32) -> Result<u32, &'static str> {
    assert!(dividend < 100, "too much");
    dividend.checked_div(divisor).ok_or("by zero")
}

#[test]
fn a_value_is_recorded_at_its_moments() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        assert_eq!(divide(8, 2), Ok(4));
        assert_eq!(divide(8, 4), Ok(2));
        assert!(divide(1, 0).is_err());
        assert!(catch_unwind(|| divide(100, 1)).is_err());
    });
    let names = ["begun", "ok", "failed", "panicked", "bad"];
    assert_eq!(names.map(|name| count(&monitor, &format!("calls.{name}"))), [4, 2, 1, 1, 2]);
    // As a bare `#[monitored]` measures it.
    let snapshot = monitor.snapshot();
    assert_eq!(snapshot.function("divide").unwrap().ended(Outcome::Error), 1);
}

#[plugin_metric(counter = "looks.stale", on = |rows| rows.is_empty())]
#[plugin_metric(counter = "looks.rows", value = |rows| rows.len())]
#[plugin_metric(counter = "looks.asked.in.vain", on = |rows| rows.is_empty(), value = wanted)]
#[plugin_metric(histogram = "looks.size", unit = "{row}", value = |rows: &Vec<u32>| rows.len(), buckets(1, 10))]
#[plugin_metric(gauge = "looks.first", value = |rows| rows.first())]
fn rows(wanted: usize, found: u32) -> Vec<u32> {
    let _ = wanted;
    (1..=found).collect()
}

#[test]
fn a_closure_looks_at_the_result() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        rows(5, 3);
        rows(7, 0);
    });
    assert_eq!(count(&monitor, "looks.stale"), 1);
    assert_eq!(count(&monitor, "looks.rows"), 3);
    assert_eq!(count(&monitor, "looks.asked.in.vain"), 7);
    assert_eq!(count(&monitor, "looks.size"), 2);
    // `None` of the second call changes nothing.
    assert_eq!(gauge(&monitor, "looks.first"), Some(1.0));
}

#[plugin_metric(counter = "patterns.bytes", value = |Ok(text)| text.len())]
#[plugin_metric(counter = "patterns.timeouts", on = |Err(kind)| kind == "timeout")]
fn fetch(answer: Result<&str, &str>) -> Result<String, String> {
    Ok(answer?.to_owned())
}

#[test]
fn a_look_whose_pattern_does_not_fit_gives_nothing() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        for answer in [Ok("four"), Err("timeout"), Err("refused"), Ok("")] {
            let _ = fetch(answer);
        }
    });
    assert_eq!((count(&monitor, "patterns.bytes"), count(&monitor, "patterns.timeouts")), (4, 1));
}

#[plugin_metric(gauge = "results.size")]
fn size(size: u16) -> u16 {
    size
}

#[plugin_metric(gauge = "results.wait", unit = "ms")]
fn wait(seconds: Option<f32>) -> Result<Duration, ()> {
    seconds.map(Duration::from_secs_f32).ok_or(())
}

#[plugin_metric(gauge = "results.healthy")]
fn is_healthy() -> bool {
    true
}

#[test]
fn a_gauge_without_a_value_has_the_result() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        let _ = (size(3), size(2), wait(Some(1.5)), wait(None), is_healthy());
    });
    assert_eq!(gauge(&monitor, "results.size"), Some(2.0));
    assert_eq!(gauge(&monitor, "results.wait"), Some(1_500.0), "a duration is told in the metric's unit");
    assert_eq!(gauge(&monitor, "results.healthy"), Some(1.0));
}

#[plugin_metric(histogram = "durations.all")]
#[plugin_metric(histogram = "durations.good", unit = "ms", on = ok)]
fn take(clock: &ManualClock, well: bool) -> Result<(), ()> {
    clock.advance(Duration::from_millis(250));
    if well { Ok(()) } else { Err(()) }
}

#[test]
fn a_histogram_without_a_value_has_the_durations_of_the_calls() {
    let clock = ManualClock::default();
    let monitor = Monitor::builder().clock(clock.clone()).build();
    monitor.scope(|| assert!(take(&clock, true).is_ok() && take(&clock, false).is_err()));
    let sum = |name| match crate::point(&monitor, name, &[]) {
        Some(MetricData::Histogram(histogram)) => (histogram.count(), histogram.sum()),
        other => panic!("{other:?}"),
    };
    assert_eq!(sum("durations.all"), (2, 0.5));
    assert_eq!(sum("durations.good"), (1, 250.0));
    assert_eq!(monitor.snapshot().metric("durations.all").unwrap().unit, "s");
}

#[plugin_metric(histogram = "durations.h", unit = "h")]
#[plugin_metric(histogram = "durations.min", unit = "min")]
#[plugin_metric(histogram = "durations.ms", unit = "ms")]
#[plugin_metric(histogram = "durations.ns", unit = "ns")]
#[plugin_metric(histogram = "durations.s", unit = "s")]
#[plugin_metric(histogram = "durations.us", unit = "us")]
fn take_half_an_hour(clock: &ManualClock) {
    clock.advance(Duration::from_secs(1_800));
}

#[test]
fn a_duration_is_told_in_each_unit_of_time_that_the_attribute_takes() {
    let clock = ManualClock::default();
    let monitor = Monitor::builder().clock(clock.clone()).build();
    monitor.scope(|| take_half_an_hour(&clock));
    let units = [("h", 0.5), ("min", 30.0), ("ms", 1.8e6), ("ns", 1.8e12), ("s", 1_800.0), ("us", 1.8e9)];
    for (unit, expected) in units {
        let told = crate::point(&monitor, &format!("durations.{unit}"), &[]);
        let Some(MetricData::Histogram(histogram)) = told else { panic!("{told:?}") };
        assert!((histogram.sum() / expected - 1.0).abs() < 1e-9, "{} {unit}", histogram.sum());
    }
    // What the attribute knows is compiled elsewhere than what the runtime knows: here they meet.
    let quoted = |source: &str, from: &str, to: &str| -> Vec<String> {
        let (_, source) = source.split_once(from).unwrap();
        let (list, _) = source.split_once(to).unwrap();
        let mut words: Vec<_> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        words.sort();
        words
    };
    let attribute = include_str!("../../../monitor-macros/src/plan/metric_way.rs");
    let runtime = include_str!("../../../monitor-core/src/metric/amount.rs");
    let expected = units.map(|(unit, _)| unit);
    assert_eq!(quoted(attribute, "const TIMES", ";\n"), expected);
    assert_eq!(quoted(runtime, "fn of_second", "_ =>"), expected);
}

#[plugin_metric(up_down_counter = "slots.used", value = change)]
fn change_slots(change: i64) {
    let _ = change;
}

#[test]
fn an_up_down_counter_goes_both_ways() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| [5, -2, -4].into_iter().for_each(change_slots));
    assert_eq!(crate::point(&monitor, "slots.used", &[]), Some(MetricData::UpDownCounter(-1)));
}

/// Above `#[monitored]`.
#[plugin_metric(counter = "order.above")]
#[monitored(name = "order-above", fields(size = text.len()))]
fn above(text: &str) -> usize {
    text.len()
}

/// Below `#[monitored]`, and on both sides.
#[plugin_metric(counter = "order.around.1")]
#[monitored(name = "order-around")]
#[plugin_metric(counter = "order.around.2")]
#[plugin_metric(counter = "order.around.3", description = "The third.")]
fn around() {}

struct Client {
    monitor: Monitor,
}

#[monitored(monitor = self.monitor)]
impl Client {
    #[plugin_metric(counter = "order.method", value = text.len())]
    #[monitored(labels(long = text.len() > 3))]
    fn run(&self, text: &str) -> bool {
        text.is_empty()
    }

    #[plugin_metric(counter = "order.default")]
    fn rest(&self) {}
}

struct Plain;

impl Plain {
    #[plugin_metric(counter = "order.plain.{host}", labels(max = 4))]
    fn run(&self, host: &str) -> usize {
        host.len()
    }
}

trait Place {
    #[plugin_metric(counter = "order.trait")]
    fn place(&self) -> &'static str {
        "here"
    }
}

impl Place for Plain {}

#[test]
fn the_attributes_stand_in_any_order_and_place() {
    let own = Monitor::builder().build();
    let client = Client { monitor: own.clone() };
    let captured = Capture::run(|| {
        above("abc");
        around();
        client.run("four");
        client.rest();
        Plain.run("db-1");
        Plain.place();
    });
    assert_eq!(captured.tree(), "order-above ok size=3\norder-around ok\nrun ok\nplace ok\n");
    for name in ["order.above", "order.around.1", "order.around.2", "order.around.3", "order.trait"] {
        assert_eq!(captured.point(name, &[]), &MetricData::Counter(1), "{name}");
    }
    assert_eq!(captured.point("order.plain", &[("host", "db-1")]), &MetricData::Counter(1));
    let description = |name| captured.metric(name).description.to_string();
    assert_eq!(description("order.above"), "Above `#[monitored]`.");
    assert_eq!(description("order.around.3"), "The third.");
    // What is recorded by the instance's own monitor is so with its metrics.
    assert_eq!((count(&own, "order.method"), count(&own, "order.default")), (4, 1));
    assert_eq!(own.snapshot().function("Client::run").unwrap().calls(), 1);
    assert_eq!(captured.point("order.method", &[]), &MetricData::Counter(0));
}

/// A struct whose parts become labels.
struct Address<'a> {
    host: &'a str,
    port: u16,
}

#[plugin_metric(
    counter = "labelled.{host}.calls.{port}",
    labels(port = port, host = host.trim(), secure = *port == 443, max = 8)
)]
fn connect(Address { host, port }: &Address<'_>) -> usize {
    host.len() + usize::from(*port)
}

#[plugin_metric(counter = "labelled.known.{secure}", on = ok)]
fn secure(secure: bool) -> bool {
    secure
}

#[test]
fn labels_come_from_arguments_and_expressions_and_keep_their_place_in_the_path() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        connect(&Address { host: " db-1.example ", port: 443 });
        connect(&Address { host: "db-2", port: 80 });
        assert_eq!([true, true, false].map(secure), [true, true, false]);
    });
    let labels = [("host", "db-1.example"), ("port", "443"), ("secure", "true")];
    assert_eq!(count_with(&monitor, "labelled.calls", &labels), 1);
    let snapshot = monitor.snapshot();
    let metric = snapshot.metric("labelled.calls").unwrap();
    assert_eq!(metric.template, "labelled.{host}.calls.{port}");
    let mut paths: Vec<String> = metric.points.iter().map(|point| metric.path(point)).collect();
    paths.sort();
    assert_eq!(paths, ["labelled.db-1_example.calls.443.true", "labelled.db-2.calls.80.false"]);
    assert_eq!(count_with(&monitor, "labelled.known", &[("secure", "true")]), 2);
}

fn generic<T: Copy + Into<u64>>(value: T) -> T {
    #[plugin_metric(counter = "generic.inner", value = value.into())]
    fn inner<T: Copy + Into<u64>>(value: T) -> T {
        value
    }
    inner(value)
}

#[test]
fn a_generic_function_has_one_metric_for_all_types() {
    let monitor = Monitor::builder().build();
    assert_eq!(monitor.scope(|| (generic(2_u8), generic(3_u64))), (2, 3));
    assert_eq!(count(&monitor, "generic.inner"), 5);
}

#[plugin_metric(counter = "classified.errors", on = error)]
#[plugin_metric(counter = "classified.cancelled", on = cancelled)]
#[monitored(outcome = |code: &u16| if *code < 400 { Outcome::Ok } else if *code == 499 { Outcome::Cancelled } else { Outcome::Error })]
fn answer(code: u16) -> u16 {
    code
}

#[test]
fn the_outcome_is_what_the_function_says_it_is() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| [200, 404, 499, 500].map(answer));
    assert_eq!((count(&monitor, "classified.errors"), count(&monitor, "classified.cancelled")), (2, 1));
}

#[plugin_metric(counter = "opaque.count", on = ok)]
fn opaque(end: u32) -> impl Iterator<Item = u32> {
    0..end
}

#[test]
fn a_function_whose_result_is_out_of_reach_has_its_calls_and_panics() {
    let monitor = Monitor::builder().build();
    assert_eq!(monitor.scope(|| opaque(3).count()), 3);
    assert_eq!(count(&monitor, "opaque.count"), 1);
    let nobody = catch_unwind(AssertUnwindSafe(|| opaque(1).count()));
    assert_eq!((nobody.unwrap(), count(&monitor, "opaque.count")), (1, 1), "nobody records this call");
}
