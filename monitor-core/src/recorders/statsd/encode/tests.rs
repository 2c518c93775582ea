use std::collections::BTreeMap;
use std::time::Duration;
use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use serde_json::Value;

use crate::export::socket::Packer;
use crate::metric::Histogram;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::Snapshot;
use crate::model::Resource;
use crate::recorders::Statsd;
use crate::recorders::any_metric::any_data;
use crate::recorders::any_metric::any_text;
use crate::recorders::any_metric::metric;
use crate::recorders::statsd::Dialect;
use crate::recorders::statsd::HistogramType;
use crate::recorders::statsd::encode::Form;
use crate::recorders::statsd::encode::values::standing_for;
use crate::recorders::statsd::strict;
use crate::recorders::statsd::strict::Daemon;

const CLASSIC: [&str; 3] = ["c", "g", "ms"];
const DATADOG: [&str; 5] = ["c", "g", "ms", "h", "d"];

pub(crate) fn golden(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn counter(name: &str, value: u64) -> Metric {
    metric(name, "", &[], MetricData::Counter(value))
}

fn gauge(name: &str, value: f64) -> Metric {
    metric(name, "", &[], MetricData::Gauge(value))
}

fn timer(unit: &'static str, values: impl IntoIterator<Item = f64>) -> Metric {
    let mut histogram = Histogram::exponential();
    values.into_iter().for_each(|value| assert!(histogram.record(value)));
    metric("t", unit, &[], MetricData::Histogram(histogram))
}

fn encoded(statsd: &Statsd, resource: &Resource, metrics: Vec<Metric>) -> Packer {
    let delta = Snapshot {
        resource: resource.clone(),
        started: UNIX_EPOCH,
        taken: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        functions: Vec::new(),
        metrics,
    };
    let mut packer = Packer::new(statsd.options.datagram());
    Form::new(&statsd.options, resource).metrics(&delta, &mut packer);
    packer
}

fn lines(statsd: &Statsd, metrics: Vec<Metric>) -> Vec<String> {
    let packer = encoded(statsd, &Resource::default(), metrics);
    String::from_utf8(packer.bytes().to_vec()).unwrap().lines().map(str::to_owned).collect()
}

#[track_caller]
fn check(statsd: Statsd, metrics: Vec<Metric>, expected: &[&str]) {
    assert_eq!(lines(&statsd, metrics), expected);
}

fn datadog() -> Statsd {
    Statsd::default().dialect(Dialect::DogStatsD)
}

#[test]
fn labels_are_parts_of_the_name_where_there_are_no_labels() {
    let calls =
        || vec![metric("calls", "", &[("function", "Pool::get"), ("outcome", "ok")], MetricData::Counter(3))];
    check(Statsd::default(), calls(), &["calls.Pool__get.ok:3|c"]);
    check(Statsd::default().prefix("shop"), calls(), &["shop.calls.Pool__get.ok:3|c"]);
    let tagged = Statsd::default().dialect(Dialect::Tagged);
    check(tagged, calls(), &["calls:3|c|#function:Pool__get,outcome:ok"]);
    let labelled = datadog().labels([("env", "prod"), ("outcome", "unknown")]);
    check(labelled, calls(), &["calls:3|c|#function:Pool__get,outcome:ok,env:prod"]);
}

#[test]
fn namespace_and_constant_labels_are_written_as_datadogs_client_writes_them() {
    let golden = golden(include_str!("../../../../../monitor-test/tests/data/golden/dogstatsd.json"));
    let expected = &golden["lines_with_namespace_and_constant_labels"];
    let metrics = vec![metric("a", "", &[("x", "1")], MetricData::Counter(1)), counter("b", 1)];
    let lines = lines(&datadog().prefix("ns").labels([("env", "dev")]), metrics);
    assert_eq!(Value::from(lines), *expected);
}

#[test]
fn f56_a_gauge_is_set_and_never_moved() {
    check(Statsd::default(), vec![gauge("z", -3.0), gauge("p", 4.5)], &["z:0|g", "z:-3|g", "p:4.5|g"]);
    check(Statsd::default(), vec![gauge("z", -0.0)], &["z:0|g"]);
    check(datadog(), vec![gauge("z", -3.0)], &["z:-3|g"]);
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    check(Statsd::default(), odd.map(|value| gauge("odd", value)).to_vec(), &[]);
    let up_down = metric("u", "", &[], MetricData::UpDownCounter(-2));
    let mut daemon = Daemon::default();
    daemon.take("u:7|g");
    lines(&Statsd::default(), vec![up_down]).iter().for_each(|line| daemon.take(line));
    assert_eq!(daemon.gauges["u"], -2.0);
}

#[test]
fn a_negative_gauge_is_not_torn_apart_by_the_end_of_a_datagram() {
    let metrics = (0..500).map(|number| gauge(&format!("gauge.{number}"), -1.0)).collect();
    let packer = encoded(&Statsd::default(), &Resource::default(), metrics);
    assert!(packer.datagrams().count() > 5);
    for datagram in packer.datagrams() {
        assert!(datagram.len() <= 1_432);
        assert_eq!(std::str::from_utf8(datagram).unwrap().lines().count() % 2, 0);
    }
}

#[test]
fn a_counter_that_did_not_move_says_nothing() {
    check(Statsd::default(), vec![counter("a", 0), counter("b", u64::MAX)], &["b:18446744073709551615|c"]);
}

#[test]
fn numbers_have_no_exponent() {
    check(Statsd::default(), vec![gauge("small", 1e-7)], &["small:0.0000001|g"]);
    let large = lines(&Statsd::default(), vec![gauge("large", 1e300)]);
    assert!(strict::line(&large[0], &CLASSIC).is_some_and(|line| line.values == [1e300]), "{large:?}");
    let many = lines(&Statsd::default().values(1), vec![timer("s", (0..3_000_000).map(|_| 1.0))]);
    assert_eq!(many, ["t:1000|ms|@0.00000033333333333333335"]);
}

#[test]
fn times_are_milliseconds_and_all_else_is_as_it_is() {
    check(Statsd::default(), vec![timer("s", [0.25])], &["t:250|ms"]);
    check(Statsd::default(), vec![timer("us", [250.0])], &["t:0.25|ms"]);
    check(Statsd::default(), vec![timer("By", [1_024.0])], &["t:1024|ms"]);
    check(datadog(), vec![timer("ms", [3.0])], &["t:3|d"]);
    check(datadog().histograms(HistogramType::Histogram), vec![timer("", [3.0])], &["t:3|h"]);
}

#[test]
fn several_values_share_a_line_only_where_the_daemon_knows_that() {
    let values = || vec![timer("ms", [1.0, 1_000.0])];
    assert_eq!(lines(&Statsd::default(), values()).len(), 2);
    let packed = lines(&datadog(), values());
    assert_eq!(packed.len(), 1);
    assert_eq!(strict::line(&packed[0], &DATADOG).unwrap().values.len(), 2);
    let long = lines(&datadog().values(10_000), vec![timer("ms", (1..5_000).map(f64::from))]);
    assert!(long.len() > 10 && long.iter().all(|line| line.len() <= 1_432));
    let all: Vec<_> = long.iter().flat_map(|line| strict::line(line, &DATADOG).unwrap().values).collect();
    assert_eq!(all.len(), 4_999);
}

#[test]
fn names_that_etsys_daemon_cannot_count_have_another_end() {
    check(Statsd::default(), vec![counter("constructor", 1)], &["constructor_:1|c"]);
    check(Statsd::default().prefix("a"), vec![counter("constructor", 1)], &["a.constructor:1|c"]);
}

#[test]
fn datadog_is_told_what_it_shows_everywhere() {
    let resource = Resource::default()
        .with("service.name", "shop")
        .with("service.version", "1.2+3")
        .with("deployment.environment.name", "prod")
        .with("container.id", "abc");
    let packer = encoded(&datadog().labels([("env", "mine")]).timestamps(), &resource, vec![counter("a", 1)]);
    let line = std::str::from_utf8(packer.bytes()).unwrap().trim_end();
    assert_eq!(line, "a:1|c|#env:mine,service:shop,version:1.2_3|c:abc|T1700000000");
}

#[test]
fn the_reader_and_the_daemon_of_these_tests_are_right() {
    let golden =
        golden(include_str!("../../../../../monitor-test/tests/data/golden/statsd_aggregation.json"));
    let packets = golden["is_valid_packet"].as_array().unwrap();
    for packet in packets {
        let fields: Vec<_> = packet["fields"].as_array().unwrap().iter().map(Value::as_str).collect();
        assert_eq!(strict::is_valid_packet(&fields), packet["valid"].as_bool().unwrap(), "{packet}");
    }
    let mut compared = 0;
    for case in golden["process_metrics"].as_array().unwrap() {
        let input = &case["input"];
        let numbers = |value: &Value| -> Vec<f64> {
            value.as_array().map(|all| all.iter().filter_map(Value::as_f64).collect()).unwrap_or_default()
        };
        let Some(timers) = input["timers"].as_object() else { continue };
        for (key, values) in timers {
            let mut daemon = Daemon::default();
            daemon.timers.insert(key.clone(), numbers(values));
            daemon.timer_counters.insert(key.clone(), input["timer_counters"][key].as_f64().unwrap());
            let percentiles = match input["pctThreshold"].as_array() {
                Some(_) => numbers(&input["pctThreshold"]),
                None => vec![90.0],
            };
            let positive: Vec<_> = percentiles.into_iter().filter(|it| *it > 0.0).collect();
            let seconds = input["flushInterval"].as_f64().unwrap_or(10_000.0) / 1_000.0;
            let expected: BTreeMap<_, _> = case["timer_data"][key]
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, _)| !name.contains("top") && *name != "histogram")
                .map(|(name, value)| (name.clone(), value.as_f64().unwrap()))
                .collect();
            assert_eq!(daemon.timer_data(key, &positive, seconds), expected, "{case}");
            compared += 1;
        }
    }
    assert_eq!((packets.len(), compared), (31, 10));
}

#[test]
fn a_daemon_computes_from_our_lines_what_it_would_from_every_single_call() {
    // The timers of the golden file, and many calls spread over three decades.
    let golden =
        golden(include_str!("../../../../../monitor-test/tests/data/golden/statsd_aggregation.json"));
    let mut cases: Vec<Vec<f64>> = Vec::new();
    for case in golden["process_metrics"].as_array().unwrap() {
        let timers = case["input"]["timers"].as_object();
        cases.extend(
            timers
                .into_iter()
                .flat_map(|timers| timers.values())
                .filter_map(|values| Some(values.as_array()?.iter().filter_map(Value::as_f64).collect())),
        );
    }
    cases.push((0..100_000).map(|step| 10_f64.powf(f64::from(step % 1_000) / 333.0)).collect());
    for values in cases.into_iter().filter(|values| !values.is_empty()) {
        let (mut every, mut ours) = (Daemon::default(), Daemon::default());
        values.iter().for_each(|value| every.take(&format!("t:{value}|ms")));
        lines(&Statsd::default(), vec![timer("ms", values.iter().copied())])
            .iter()
            .for_each(|line| ours.take(line));
        let (every, ours) =
            (every.timer_data("t", &[50.0, 90.0], 10.0), ours.timer_data("t", &[50.0, 90.0], 10.0));
        assert!((ours["count"] / every["count"] - 1.0).abs() < 1e-9, "{ours:?}");
        for name in ["mean", "median", "upper_50", "upper_90", "mean_90"] {
            let (ours, every) = (ours[name], every[name]);
            assert!(
                (ours / every - 1.0).abs() < 0.05,
                "{name}: {ours} for {every} of {} values",
                values.len()
            );
        }
    }
}

#[test]
fn few_values_are_told_one_by_one_and_many_by_their_ranks() {
    let mut histogram = Histogram::exponential();
    (1..=1_000).for_each(|value| assert!(histogram.record(f64::from(value))));
    let (values, share) = standing_for(&histogram, 100);
    assert_eq!((values.len(), share), (100, 0.1));
    for (place, value) in values.iter().enumerate() {
        let exact = place as f64 * 10.0 + 6.0;
        assert!((value - exact).abs() <= exact * 0.006 + 1.0, "{value} for {exact}");
    }
    let mut explicit = Histogram::explicit(&[10.0, 100.0]);
    [5.0, 50.0, 5_000.0].iter().for_each(|value| assert!(explicit.record(*value)));
    assert_eq!(standing_for(&explicit, 64), (vec![7.5, 55.0, 2_550.0], 1.0));
    assert_eq!(standing_for(&Histogram::exponential(), 64), (Vec::new(), 1.0));
}

fn any_dialect() -> impl Strategy<Value = Dialect> {
    prop_oneof![Just(Dialect::Classic), Just(Dialect::DogStatsD), Just(Dialect::Tagged)]
}

fn text() -> impl Strategy<Value = String> {
    any_text("[a-z:|@#,;=~.\\n\\r\\t \\\\\"{}]{0,12}", "\n:1|c|#forged:1")
}

proptest! {
    #[test]
    fn f63_whatever_names_and_values_are_a_line_is_one_metric(
        dialect in any_dialect(),
        prefix in text(),
        name in text(),
        labels in proptest::collection::vec((text(), text()), 0..4),
        constant in text(),
        data in any_data(),
    ) {
        let statsd = Statsd::default().dialect(dialect).prefix(&prefix).labels([(&constant, &constant)]);
        let pairs: Vec<_> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let packer = encoded(&statsd, &Resource::default(), vec![metric(&name, "s", &pairs, data.clone())]);
        let text = std::str::from_utf8(packer.bytes()).unwrap();
        let kinds: &[&str] = if dialect == Dialect::DogStatsD { &DATADOG } else { &CLASSIC };
        let read: Option<Vec<_>> = text.lines().map(|line| strict::line(line, kinds)).collect();
        let read = read.ok_or_else(|| TestCaseError::fail(text.to_owned()))?;
        // A prefix or name can be so long that it fits no datagram.
        if packer.refused() > 0 {
            return Ok(());
        }
        prop_assert!(read.windows(2).all(|two| two[0].name == two[1].name && two[0].labels == two[1].labels), "{}", text);
        if let Some(first) = read.first() {
            let own = labels.iter().filter(|(_, value)| !value.is_empty() && dialect != Dialect::Classic).count();
            prop_assert!((own..=own + 1).contains(&first.labels.len()), "{}", text);
        }
        match data {
            MetricData::Counter(count) => prop_assert_eq!(read.len(), usize::from(count > 0)),
            MetricData::Gauge(value) => {
                let last = read.last().map(|line| line.values[0]);
                prop_assert_eq!(last, value.is_finite().then_some(value));
            }
            MetricData::UpDownCounter(value) => prop_assert_eq!(read.last().unwrap().values[0], value as f64),
            MetricData::Histogram(histogram) => {
                let count: f64 = read.iter().map(|line| line.values.len() as f64 / line.rate).sum();
                prop_assert!((count - histogram.count() as f64).abs() < 1e-6 * count.max(1.0), "{}", text);
                let extremes = histogram.min().zip(histogram.max()).unwrap_or_default();
                for value in read.iter().flat_map(|line| &line.values) {
                    let (low, high) = (extremes.0 * 1e3 * 0.9999, extremes.1 * 1e3 * 1.0001);
                    prop_assert!((low..=high).contains(value), "{} not in {:?}", value, extremes);
                }
            }
        }
    }
}
