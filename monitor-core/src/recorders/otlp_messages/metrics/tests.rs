use std::borrow::Cow;
use std::time::Duration;
use std::time::SystemTime;

use proptest::collection::vec;
use proptest::prop_assert;
use proptest::proptest;
use serde_json::Value as Json;
use serde_json::json;

use super::Data;
use super::Form;
use super::MetricsData;
use super::Temporality;
use crate::metric;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::MetricPoint;
use crate::metric::Snapshot;
use crate::recorders::otlp_messages::Histograms;

fn metric(name: &'static str, unit: &'static str, kind: MetricKind, points: Vec<MetricData>) -> Metric {
    let labels = vec![("shop", Cow::Borrowed("a"))];
    Metric {
        name: name.into(),
        template: "".into(),
        description: "what".into(),
        unit: unit.into(),
        kind,
        points: points.into_iter().map(|data| MetricPoint { labels: labels.clone(), data }).collect(),
    }
}

fn snapshot(metrics: Vec<Metric>) -> Snapshot {
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let resource = crate::model::Resource::default().with("service.name", "shop");
    Snapshot { resource, started: at(1), taken: at(61), functions: Vec::new(), metrics }
}

fn histogram(mut histogram: metric::Histogram, values: &[f64]) -> MetricData {
    values.iter().for_each(|value| assert!(histogram.record(*value)));
    MetricData::Histogram(histogram)
}

#[track_caller]
fn check_metric(metric: Metric, form: impl FnOnce(&mut Form), expected: Json) {
    let snapshot = snapshot(vec![metric]);
    let mut of = Form::cumulative(&snapshot);
    form(&mut of);
    let json = serde_json::to_value(MetricsData::of(&snapshot, of)).unwrap();
    let told = json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].clone();
    assert_eq!(told, expected, "{told:#}");
}

fn point(started: &str, value: Json) -> Json {
    let mut point = json!({
        "attributes": [{"key": "shop", "value": {"stringValue": "a"}}],
        "startTimeUnixNano": started,
        "timeUnixNano": "61000000000",
    });
    let fields = point.as_object_mut().unwrap();
    if started.is_empty() {
        fields.remove("startTimeUnixNano");
    }
    value
        .as_object()
        .unwrap()
        .iter()
        .for_each(|(name, value)| drop(fields.insert(name.clone(), value.clone())));
    point
}

#[test]
fn each_kind_of_metric_has_its_form() {
    let start = "1000000000";
    let told = |data: &str, content: Json| json!([{"name": "m", "description": "what", "unit": "{x}", data: content}]);
    check_metric(
        metric("m", "{x}", MetricKind::Counter, vec![MetricData::Counter(7)]),
        |_| {},
        told(
            "sum",
            json!({
                "aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point(start, json!({"asInt": "7"}))],
            }),
        ),
    );
    check_metric(
        metric("m", "{x}", MetricKind::UpDownCounter, vec![MetricData::UpDownCounter(-7)]),
        |_| {},
        told(
            "sum",
            json!({"aggregationTemporality": 2, "dataPoints": [point(start, json!({"asInt": "-7"}))]}),
        ),
    );
    check_metric(
        metric("m", "{x}", MetricKind::Gauge, vec![MetricData::Gauge(0.5)]),
        |_| {},
        told("gauge", json!({"dataPoints": [point("", json!({"asDouble": 0.5}))]})),
    );
    check_metric(
        metric(
            "m",
            "{x}",
            MetricKind::Histogram,
            vec![histogram(metric::Histogram::explicit(&[1.0, 2.0]), &[0.5, 1.0, 5.0])],
        ),
        |_| {},
        told(
            "histogram",
            json!({"aggregationTemporality": 2, "dataPoints": [point(start, json!({
                "count": "3", "sum": 6.5, "min": 0.5, "max": 5.0,
                "bucketCounts": ["2", "0", "1"], "explicitBounds": [1.0, 2.0],
            }))]}),
        ),
    );
}

#[test]
fn an_exponential_histogram_keeps_its_buckets() {
    // At scale 7 the bucket of a power of two ends there: (2^(-1/128), 1] is bucket -1, (2^(127/128), 2] is bucket 127.
    let values = [0.0, 1.0, 2.0, 2.0];
    let data = vec![histogram(metric::Histogram::exponential(), &values)];
    let mut counts = vec!["0"; 129];
    (counts[0], counts[128]) = ("1", "2");
    check_metric(
        metric("m", "s", MetricKind::Histogram, data),
        |_| {},
        json!([{"name": "m", "description": "what", "unit": "s", "exponentialHistogram": {
            "aggregationTemporality": 2,
            "dataPoints": [point("1000000000", json!({
                "count": "4", "sum": 5.0, "min": 0.0, "max": 2.0, "scale": 7, "zeroCount": "1",
                "positive": {"offset": -1, "bucketCounts": counts},
            }))],
        }}]),
    );
}

#[test]
fn an_exponential_histogram_can_be_told_with_the_usual_bounds() {
    let values = [0.005, 0.006, 0.3, 0.3, 42.0];
    let counts = |unit, values: &[f64]| {
        let data = vec![histogram(metric::Histogram::exponential(), values)];
        let snapshot = snapshot(vec![metric("m", unit, MetricKind::Histogram, data)]);
        let form = Form { histograms: Histograms::Explicit, ..Form::cumulative(&snapshot) };
        let json = serde_json::to_value(MetricsData::of(&snapshot, form)).unwrap();
        let point =
            &json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["histogram"]["dataPoints"][0];
        (
            point["bucketCounts"].clone(),
            point["explicitBounds"].as_array().unwrap().len(),
            point["count"].clone(),
        )
    };
    let expected = json!(["1", "1", "0", "0", "0", "0", "0", "2", "0", "0", "0", "0", "0", "0", "1"]);
    assert_eq!(counts("s", &values), (expected, 14, json!("5")));
    let expected = json!(["1", "1", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "1"]);
    assert_eq!(counts("By", &[0.0, 3.0, 20_000.0]), (expected, 15, json!("3")));
}

/// What is told of a metric with these series: which kinds, how many points each, and the bounds of each.
fn kinds(series: Vec<MetricData>, temporality: Temporality) -> Vec<(String, Vec<usize>)> {
    let snapshot = snapshot(vec![metric("m", "s", MetricKind::Histogram, series)]);
    let form = Form { temporality, ..Form::cumulative(&snapshot) };
    let json = serde_json::to_value(MetricsData::of(&snapshot, form)).unwrap();
    let metrics = json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap().clone();
    let kind = |metric: &Json| {
        let kind = ["histogram", "exponentialHistogram"].into_iter().find(|kind| metric.get(kind).is_some());
        let points = metric[kind.unwrap()]["dataPoints"].as_array().unwrap();
        let bounds = points.iter().map(|point| point["explicitBounds"].as_array().map_or(0, Vec::len));
        (kind.unwrap().to_owned(), bounds.collect())
    };
    metrics.iter().map(kind).collect()
}

#[test]
fn f69_a_metric_of_which_some_series_declare_bounds_is_told_with_bounds_and_once() {
    let bounds: &[f64] = &[0.1, 0.2];
    let explicit = |values: &[f64]| histogram(metric::Histogram::explicit(bounds), values);
    let exponential = || histogram(metric::Histogram::exponential(), &[0.3]);
    let both = || vec![exponential(), explicit(&[0.3]), exponential()];
    let told = vec![("histogram".to_owned(), vec![14, 2, 14])];
    assert_eq!(kinds(both(), Temporality::Cumulative), told);
    assert_eq!(kinds(both(), Temporality::Delta), told);
    // The kind does not change from one time to the next because a series was silent.
    let silent = vec![exponential(), explicit(&[])];
    assert_eq!(kinds(silent, Temporality::Delta), [("histogram".to_owned(), vec![14])]);
    let alone = vec![exponential()];
    assert_eq!(kinds(alone, Temporality::Delta), [("exponentialHistogram".to_owned(), vec![0])]);
}

#[test]
fn bounds_that_the_protocol_cannot_have_are_left_out_and_nothing_that_was_counted() {
    let odd: &[f64] = &[f64::NEG_INFINITY, 1.0, 1.0, 2.0, f64::INFINITY];
    check_metric(
        metric(
            "m",
            "",
            MetricKind::Histogram,
            vec![histogram(metric::Histogram::explicit(odd), &[0.5, 1.5, 9.0])],
        ),
        |_| {},
        json!([{"name": "m", "description": "what", "histogram": {
            "aggregationTemporality": 2,
            "dataPoints": [point("1000000000", json!({
                "count": "3", "sum": 11.0, "min": 0.5, "max": 9.0,
                "bucketCounts": ["1", "1", "1"], "explicitBounds": [1.0, 2.0],
            }))],
        }}]),
    );
}

proptest! {
    #[test]
    fn counts_at_the_usual_bounds_never_fall(powers in vec(-40.0..40.0_f64, 1..40)) {
        let mut values = metric::Histogram::exponential();
        let mut before = vec![0; 15];
        for power in powers {
            prop_assert!(values.record(power.exp2()));
            let snapshot = snapshot(vec![metric("m", "s", MetricKind::Histogram, vec![MetricData::Histogram(values.clone())])]);
            let form = Form { histograms: Histograms::Explicit, ..Form::cumulative(&snapshot) };
            let data = MetricsData::of(&snapshot, form);
            let Some(Data::Histogram(told)) = &data.resource_metrics[0].scope_metrics[0].metrics[0].data else { panic!() };
            let mut sum = 0;
            let counts = told.data_points[0].bucket_counts.iter().map(|count| { sum += count; sum });
            let counts: Vec<u64> = counts.collect();
            prop_assert!(before.iter().zip(&counts).all(|(before, now)| before <= now), "{before:?} {counts:?}");
            before = counts;
        }
    }
}

#[test]
fn differences_leave_out_what_came_to_nothing() {
    let delta = |form: &mut Form| {
        form.temporality = Temporality::Delta;
        form.started = SystemTime::UNIX_EPOCH + Duration::from_secs(5);
    };
    let nothing = vec![MetricData::Counter(0), histogram(metric::Histogram::exponential(), &[])];
    check_metric(metric("m", "", MetricKind::Counter, nothing), delta, json!([]));
    let some = vec![MetricData::Counter(0), MetricData::Counter(3), MetricData::UpDownCounter(0)];
    check_metric(
        metric("m", "", MetricKind::Counter, some),
        delta,
        json!([
            {"name": "m", "description": "what", "sum": {
                "aggregationTemporality": 1, "isMonotonic": true,
                "dataPoints": [point("1000000000", json!({"asInt": "3"}))],
            }},
            {"name": "m", "description": "what", "sum": {
                // Since the start, and not as a difference.
                "aggregationTemporality": 2, "dataPoints": [point("5000000000", json!({"asInt": "0"}))],
            }},
        ]),
    );
}

#[test]
fn f56_what_is_no_number_has_a_name_in_json() {
    let values = vec![
        MetricData::Gauge(f64::NAN),
        MetricData::Gauge(f64::INFINITY),
        MetricData::Gauge(-f64::INFINITY),
    ];
    let points = ["NaN", "Infinity", "-Infinity"].map(|value| point("", json!({"asDouble": value})));
    check_metric(
        metric("m", "", MetricKind::Gauge, values),
        |_| {},
        json!([{"name": "m", "description": "what", "gauge": {"dataPoints": points}}]),
    );
}

#[test]
fn f58_a_counter_beyond_the_type_is_told_as_nearly_as_it_can_be() {
    check_metric(
        metric("m", "", MetricKind::Counter, vec![MetricData::Counter(u64::MAX)]),
        |_| {},
        json!([{"name": "m", "description": "what", "sum": {
            "aggregationTemporality": 2, "isMonotonic": true,
            "dataPoints": [point("1000000000", json!({"asDouble": 18446744073709551615.0_f64}))],
        }}]),
    );
}

#[test]
fn f59_the_series_of_what_is_too_much_is_marked_as_opentelemetry_marks_it() {
    let mut counted = metric("m", "", MetricKind::Counter, vec![MetricData::Counter(1)]);
    counted.points[0].labels = vec![("otel.metric.overflow", Cow::Borrowed("true"))];
    let snapshot = snapshot(vec![counted]);
    let json = serde_json::to_value(MetricsData::of(&snapshot, Form::cumulative(&snapshot))).unwrap();
    let point = &json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["sum"]["dataPoints"][0];
    assert_eq!(point["attributes"], json!([{"key": "otel.metric.overflow", "value": {"boolValue": true}}]));
}
