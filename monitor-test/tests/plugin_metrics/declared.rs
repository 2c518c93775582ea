//! A declared metric is there before the first call.

use monitor_core::MetricData;
use monitor_core::MetricKind;
use monitor_core::Monitor;
use monitor_core::plugin_metric;

use crate::count;

#[plugin_metric(counter = "never.counter", unit = "{call}", description = "Never.")]
#[plugin_metric(histogram = "never.histogram", buckets(1, 2))]
#[plugin_metric(up_down_counter = "never.up.down", value = 1)]
#[plugin_metric(gauge = "never.gauge", value = 1)]
#[plugin_metric(counter = "never.labelled.{host}", labels(max = 2))]
#[expect(dead_code, reason = "nobody calls it")]
fn never(host: &str) {
    let _ = host;
}

struct Holder<T>(T);

impl<T: Clone> Holder<T> {
    #[plugin_metric(counter = "never.generic")]
    #[expect(dead_code, reason = "nobody calls it, for no type")]
    fn get<U: From<T>>(&self) -> U {
        self.0.clone().into()
    }
}

#[test]
fn a_metric_that_never_had_a_value_is_in_every_snapshot() {
    let monitor = Monitor::builder().build();
    let snapshot = monitor.snapshot();
    let metric = |name| snapshot.metric(name).unwrap();
    let only = |name| metric(name).points.iter().map(|point| point.data.clone()).collect::<Vec<_>>();
    assert_eq!(only("never.counter"), [MetricData::Counter(0)]);
    assert_eq!(only("never.up.down"), [MetricData::UpDownCounter(0)]);
    assert_eq!(only("never.generic"), [MetricData::Counter(0)]);
    let [MetricData::Histogram(histogram)] = &only("never.histogram")[..] else { panic!() };
    assert_eq!((histogram.count(), histogram.as_explicit().unwrap().0), (0, &[1.0, 2.0][..]));
    assert!(only("never.gauge").is_empty(), "what was never set is not zero");
    assert!(only("never.labelled").is_empty(), "no label has a value yet");
    let counter = metric("never.counter");
    assert_eq!(
        (&*counter.unit, &*counter.description, counter.kind),
        ("{call}", "Never.", MetricKind::Counter)
    );
    assert_eq!(metric("never.labelled").template, "never.labelled.{host}");
}

#[plugin_metric(counter = "one.monitor.only")]
fn once() {}

#[test]
fn each_monitor_has_values_of_its_own() {
    let [one, other] = [(); 2].map(|()| Monitor::builder().build());
    one.scope(once);
    assert_eq!((count(&one, "one.monitor.only"), count(&other, "one.monitor.only")), (1, 0));
}
