use std::borrow::Cow;
use std::time::Duration;
use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use crate::metric::Histogram;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::MetricPoint;
use crate::metric::Snapshot;
use crate::model::Resource;
use crate::recorders::cloudwatch_emf::DimensionSet;
use crate::recorders::cloudwatch_emf::Histograms;
use crate::recorders::cloudwatch_emf::encode::Wording;
use crate::recorders::cloudwatch_emf::encode::lines;

const LIMIT: usize = 262_118;

fn metric(name: &str, unit: &'static str, labels: &[(&'static str, &str)], data: MetricData) -> Metric {
    let kind = match data {
        MetricData::Counter(_) => MetricKind::Counter,
        MetricData::Gauge(_) => MetricKind::Gauge,
        MetricData::Histogram(_) => MetricKind::Histogram,
        MetricData::UpDownCounter(_) => MetricKind::UpDownCounter,
    };
    let labels = labels.iter().map(|(name, value)| (*name, Cow::Owned((*value).to_owned()))).collect();
    Metric {
        name: Cow::Owned(name.to_owned()),
        template: Cow::Borrowed(""),
        description: Cow::Borrowed(""),
        unit: Cow::Borrowed(unit),
        kind,
        points: vec![MetricPoint { labels, data }],
    }
}

fn snapshot(metrics: Vec<Metric>) -> Snapshot {
    Snapshot {
        resource: Resource::default().with("service.name", "shop").with("host.name", "h1"),
        started: SystemTime::UNIX_EPOCH,
        taken: SystemTime::UNIX_EPOCH + Duration::from_millis(1_574_109_732_004),
        functions: Vec::new(),
        metrics,
    }
}

fn told(metrics: Vec<Metric>, wording: &Wording) -> Vec<Value> {
    let told = lines(&snapshot(metrics), wording, LIMIT);
    assert_eq!(told.refused, 0);
    told.lines.iter().map(|line| serde_json::from_slice(line).unwrap()).collect()
}

fn histogram(values: impl IntoIterator<Item = f64>) -> MetricData {
    let mut histogram = Histogram::exponential();
    values.into_iter().for_each(|value| assert!(histogram.record(value)));
    MetricData::Histogram(histogram)
}

#[test]
fn what_has_the_same_labels_is_one_line() {
    let by = [("function", "answer"), ("outcome", "ok")];
    let metrics = vec![
        metric("calls", "{call}", &by, MetricData::Counter(17)),
        metric("size", "MiBy", &by, MetricData::Gauge(1.5)),
        metric("under.way", "", &[], MetricData::UpDownCounter(-2)),
    ];
    let told = lines(&snapshot(metrics), &Wording::default(), LIMIT);
    let told: Vec<_> = told.lines.iter().map(|line| std::str::from_utf8(line).unwrap()).collect();
    assert_eq!(
        told,
        [
            r#"{"_aws":{"Timestamp":1574109732004,"CloudWatchMetrics":[{"Namespace":"shop","Dimensions":[["function","outcome"],[]],"Metrics":[{"Name":"calls","Unit":"Count"},{"Name":"size","Unit":"Bytes"}]}]},"function":"answer","outcome":"ok","calls":17,"size":1572864.0}"#,
            r#"{"_aws":{"Timestamp":1574109732004,"CloudWatchMetrics":[{"Namespace":"shop","Dimensions":[[]],"Metrics":[{"Name":"under.way","Unit":"Count"}]}]},"under.way":-2}"#,
        ]
    );
}

#[test]
fn a_set_has_what_a_series_has_of_it_and_no_set_is_there_twice() {
    let wording = Wording {
        namespace: Some("Shop/Checkout".parse().unwrap()),
        dimensions: vec![
            DimensionSet::of(["service.name", "function"]),
            DimensionSet::of(["function", "nothing"]),
            DimensionSet::of(["function"]),
        ],
        resolution: Some(1),
        ..Wording::default()
    };
    let by = [("function", "answer"), ("outcome", "ok")];
    let [line] = &told(vec![metric("calls", "{call}", &by, MetricData::Counter(1))], &wording)[..] else {
        panic!("one")
    };
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "Shop/Checkout");
    assert_eq!(directive["Dimensions"], json!([["service.name", "function"], ["function"]]));
    assert_eq!(directive["Metrics"][0], json!({"Name": "calls", "Unit": "Count", "StorageResolution": 1}));
    assert_eq!(
        (&line["service.name"], &line["outcome"], &line["host.name"]),
        (&json!("shop"), &json!("ok"), &Value::Null)
    );
}

#[test]
fn a_distribution_is_a_summary_values_or_values_with_counts() {
    let check = |histograms, data: MetricData| {
        let wording = Wording { histograms, ..Wording::default() };
        told(vec![metric("took", "s", &[], data)], &wording).remove(0)
    };
    let line = check(Histograms::Summary, histogram([0.5, 0.5, 0.5, 2.0]));
    let members =
        ["took.count", "took.sum", "took.min", "took.max", "took.p90"].map(|name| line[name].clone());
    assert_eq!(members, [json!(4), json!(3.5), json!(0.5), json!(2.0), json!(2.0)]);
    let metrics = &line["_aws"]["CloudWatchMetrics"][0]["Metrics"];
    assert_eq!(metrics[0], json!({"Name": "took.count", "Unit": "Count"}));
    assert_eq!(metrics[1], json!({"Name": "took.sum", "Unit": "Seconds"}));

    let line = check(Histograms::Values, histogram([0.5, 1.0, 2.0]));
    let values: Vec<_> =
        line["took"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!((values.len(), values[0], values[2]), (3, 0.5, 2.0));
    assert!((values[1] - 1.0).abs() < 0.01);
    let line = check(Histograms::Values, histogram((1..=10_000).map(f64::from)));
    let values: Vec<_> =
        line["took"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!((values.len(), values[0], values[99]), (100, 1.0, 10_000.0));
    assert!((values[50] / 5_050.0 - 1.0).abs() < 0.1 && values.is_sorted(), "{values:?}");
    assert_eq!((&line["took.count"], &line["took.sum"]), (&json!(10_000), &json!(50_005_000.0)));

    let line =
        check(Histograms::Distribution, histogram((0..150).flat_map(|step| [1.0, f64::from(step).exp2()])));
    let took = &line["took"];
    let counts = took["Counts"].as_array().unwrap();
    assert_eq!(counts.len(), took["Values"].as_array().unwrap().len());
    assert!(counts.len() <= 100);
    assert_eq!(counts.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), 300);
    assert_eq!((&took["Min"], &took["Count"]), (&json!(1.0), &json!(300)));
}

#[test]
fn where_nothing_happened_nothing_is_told() {
    let metrics = vec![
        metric("calls", "{call}", &[("a", "b")], MetricData::Counter(0)),
        metric("took", "s", &[("a", "b")], histogram([])),
    ];
    assert!(told(metrics, &Wording::default()).is_empty());
}

#[test]
fn f65_what_cloudwatch_rejects_is_left_out_and_counted() {
    let metrics =
        [f64::NAN, f64::INFINITY, 1e200, 1.0].map(|value| metric("g", "", &[], MetricData::Gauge(value)));
    let told = lines(&snapshot(metrics.into()), &Wording::default(), LIMIT);
    assert_eq!((told.lines.len(), told.refused), (1, 3));
}

#[test]
fn f65_names_that_meet_do_not_hide_each_other() {
    let by = [("_aws", "forged"), ("calls", "a"), ("grün", "1"), ("gran", "2"), ("gr_n", "3")];
    let metrics = vec![
        metric("calls", "", &by, MetricData::Counter(1)),
        metric("x\n", "", &by, MetricData::Counter(2)),
        metric("x\r", "", &by, MetricData::Counter(3)),
    ];
    let told = told(metrics, &Wording::default());
    let [first, second] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&first["calls"], &first["x_"], &second["x_"]), (&json!(1), &json!(2), &json!(3)));
    assert!(first["_aws"].is_object());
    let labels = ["_aws_2", "calls_2", "gr_n", "gran", "gr_n_2"].map(|name| first[name].clone());
    assert_eq!(labels, ["forged", "a", "1", "2", "3"].map(|value| json!(value)));
}

#[test]
fn f65_lines_have_at_most_100_metrics_and_so_many_bytes() {
    let names: Vec<_> = (0..250).map(|number| format!("metric.{number}.{}", "x".repeat(200))).collect();
    let metrics: Vec<_> = names.iter().map(|name| metric(name, "", &[], MetricData::Gauge(0.5))).collect();
    let all = told(metrics.clone(), &Wording::default());
    let counts =
        all.iter().map(|line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap().len());
    assert_eq!(counts.collect::<Vec<_>>(), [100, 100, 50]);
    let short = lines(&snapshot(metrics), &Wording::default(), 4_000);
    assert!(short.lines.iter().all(|line| line.len() <= 4_000) && short.refused == 0);
    let members: usize = short
        .lines
        .iter()
        .map(|line| serde_json::from_slice::<Value>(line).unwrap().as_object().unwrap().len() - 1)
        .sum();
    assert_eq!(members, 250);
    let none = lines(&snapshot(vec![metric("g", "", &[], MetricData::Gauge(0.5))]), &Wording::default(), 50);
    assert_eq!((none.lines.len(), none.refused), (0, 1));
}
