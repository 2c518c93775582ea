use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;
use std::time::SystemTime;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use crate::metric::Histogram;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::MetricPoint;
use crate::metric::Snapshot;
use crate::model::Resource;
use crate::recorders::prometheus::encode::Page;
use crate::recorders::prometheus::encode::buckets::buckets;
use crate::recorders::prometheus::encode::names;
use crate::recorders::prometheus::encode::names::Kind;
use crate::recorders::prometheus::encode::native::native;
use crate::recorders::prometheus::encode::number::Canonical;
use crate::recorders::prometheus::encode::openmetrics;
use crate::recorders::prometheus::encode::text;

fn snapshot(metrics: Vec<Metric>) -> Snapshot {
    let started = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250);
    Snapshot { resource: Resource::default(), started, taken: started, functions: Vec::new(), metrics }
}

type Point<'a> = (&'a [(&'static str, &'static str)], MetricData);

fn metric(name: &'static str, kind: MetricKind, unit: &'static str, points: &[Point<'_>]) -> Metric {
    let point = |(labels, data): &Point<'_>| MetricPoint {
        labels: labels.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))).collect(),
        data: data.clone(),
    };
    Metric {
        name: name.into(),
        template: "".into(),
        description: "".into(),
        unit: unit.into(),
        kind,
        points: points.iter().map(point).collect(),
    }
}

fn counter(name: &'static str, points: &[(&[(&'static str, &'static str)], u64)]) -> Metric {
    let points: Vec<_> =
        points.iter().map(|(labels, count)| (*labels, MetricData::Counter(*count))).collect();
    metric(name, MetricKind::Counter, "", &points)
}

fn gauge(name: &'static str, value: f64) -> Metric {
    metric(name, MetricKind::Gauge, "", &[(&[], MetricData::Gauge(value))])
}

/// What both text formats show.
#[track_caller]
fn check(metrics: Vec<Metric>, old: &str, new: &str) {
    let snapshot = snapshot(metrics);
    let page = Page::new(&snapshot);
    assert_eq!(text(&page), old);
    assert_eq!(openmetrics(&page), new);
}

#[test]
fn a_counter_is_called_total_and_says_since_when_it_counts() {
    check(
        vec![counter("jobs.done", &[(&[("queue", "a")], 3), (&[], u64::MAX)])],
        "# TYPE jobs_done_total counter\n\
         # HELP jobs_done_total jobs.done\n\
         jobs_done_total{queue=\"a\"} 3\n\
         jobs_done_total 18446744073709551615\n",
        "# TYPE jobs_done counter\n\
         # HELP jobs_done jobs.done\n\
         jobs_done_total{queue=\"a\"} 3\n\
         jobs_done_created{queue=\"a\"} 1.70000000025e+09\n\
         jobs_done_total 18446744073709551615\n\
         jobs_done_created 1.70000000025e+09\n\
         # EOF\n",
    );
}

#[test]
fn a_histogram_has_buckets_count_and_sum() {
    let mut sizes = Histogram::explicit(&[0.0, 0.5, 1e6]);
    [0.0, 0.25, 7.0, 1e7].into_iter().for_each(|size| assert!(sizes.record(size)));
    let mut sent = metric("sent", MetricKind::Histogram, "MiBy", &[(&[], MetricData::Histogram(sizes))]);
    sent.description = "A \"size\"\\\nof it".into();
    check(
        vec![sent],
        "# TYPE sent_mebibytes histogram\n\
         # HELP sent_mebibytes A \"size\"\\\\\\nof it\n\
         sent_mebibytes_bucket{le=\"0.0\"} 1\n\
         sent_mebibytes_bucket{le=\"0.5\"} 2\n\
         sent_mebibytes_bucket{le=\"1e+06\"} 3\n\
         sent_mebibytes_bucket{le=\"+Inf\"} 4\n\
         sent_mebibytes_count 4\n\
         sent_mebibytes_sum 1.000000725e+07\n",
        "# TYPE sent_mebibytes histogram\n\
         # UNIT sent_mebibytes mebibytes\n\
         # HELP sent_mebibytes A \\\"size\\\"\\\\\\nof it\n\
         sent_mebibytes_bucket{le=\"0.0\"} 1\n\
         sent_mebibytes_bucket{le=\"0.5\"} 2\n\
         sent_mebibytes_bucket{le=\"1e+06\"} 3\n\
         sent_mebibytes_bucket{le=\"+Inf\"} 4\n\
         sent_mebibytes_count 4\n\
         sent_mebibytes_sum 1.000000725e+07\n\
         sent_mebibytes_created 1.70000000025e+09\n\
         # EOF\n",
    );
}

#[test]
fn a_bound_that_makes_no_sense_is_no_bucket() {
    let mut odd = Histogram::explicit(&[-1.0, 1.0, 2.0, f64::INFINITY]);
    [0.5, 1.5, 9.0].into_iter().for_each(|value| assert!(odd.record(value)));
    let shown: Vec<_> = buckets(&odd, "").iter().map(|bucket| (bucket.upper, bucket.count)).collect();
    assert_eq!(shown, [(1.0, 1), (2.0, 2), (f64::INFINITY, 3)]);
}

/// What a page without anything but these names shows in the older format.
#[track_caller]
fn check_text(metrics: Vec<Metric>, expected: &str) {
    let snapshot = snapshot(metrics);
    assert_eq!(text(&Page::new(&snapshot)), expected);
}

#[test]
fn f64_names_that_become_one_are_one_metric_if_they_can_be() {
    check_text(
        vec![
            counter("a.b", &[(&[], 1), (&[("x", "1")], 2)]),
            counter("a-b.total", &[(&[], 10), (&[("x", "2")], 20)]),
        ],
        "# TYPE a_b_total counter\n# HELP a_b_total a.b\na_b_total 11\na_b_total{x=\"1\"} 2\na_b_total{x=\"2\"} 20\n",
    );
}

#[test]
fn f64_a_name_that_is_taken_by_another_kind_is_left_out_and_counted() {
    check_text(
        vec![
            counter("a.b", &[(&[], 1)]),
            gauge("a_b_total", 7.0),
            gauge("a.b\n_created", 8.0),
            gauge("c", 1.0),
        ],
        "# left out: 1 series of `a_b_total`, since `a_b` is a counter already\n\
         # left out: 1 series of `a.b _created`, since `a_b` is a counter already\n\
         # TYPE a_b_total counter\n\
         # HELP a_b_total a.b\n\
         a_b_total 1\n\
         # TYPE c gauge\n\
         # HELP c c\n\
         c 1.0\n\
         # TYPE monitor_prometheus_left_out gauge\n\
         # HELP monitor_prometheus_left_out Series that a scrape cannot show, since another metric has their name.\n\
         monitor_prometheus_left_out{metric=\"a_b_total\"} 1\n\
         monitor_prometheus_left_out{metric=\"a.b\\n_created\"} 1\n",
    );
}

#[test]
fn f64_of_two_gauges_for_one_series_the_first_is_shown() {
    let snapshot = snapshot(vec![gauge("a.b", 1.0), gauge("a_b", 2.0)]);
    let shown = text(&Page::new(&snapshot));
    assert!(shown.contains("\na_b 1.0\n") && !shown.contains("a_b 2.0"), "{shown}");
    assert!(shown.contains("monitor_prometheus_left_out{metric=\"a_b\"} 1\n"), "{shown}");
    assert!(
        shown.starts_with("# left out: 1 series of `a_b`, since `a_b` has such series already\n"),
        "{shown}"
    );
}

#[test]
fn f64_labels_that_become_one_are_joined_and_reserved_names_are_not_used() {
    let labels: &[_] = &[
        ("b.c", "2"),
        ("b-c", "1"),
        ("le", "x"),
        ("quantile", "y"),
        ("__name__", "z"),
        ("1st", "d"),
        ("", "e"),
        ("gone", ""),
        ("größe", "f"),
    ];
    check_text(
        vec![counter("a", &[(labels, 1)])],
        "# TYPE a_total counter\n\
         # HELP a_total a\n\
         a_total{_=\"e\",_name_=\"z\",b_c=\"1;2\",exported_le=\"x\",exported_quantile=\"y\",gr_e=\"f\",key_1st=\"d\"} 1\n",
    );
}

#[test]
fn f62_no_value_forges_a_line_or_commands_a_terminal() {
    let labels: &[_] = &[("v", "a\nb_total 1\r\u{1b}[31m\"\\\u{202e}")];
    check_text(
        vec![counter("a", &[(labels, 1)])],
        "# TYPE a_total counter\n# HELP a_total a\na_total{v=\"a\\nb_total 1\\\\u{d}\\\\u{1b}[31m\\\"\\\\\\\\u{202e}\"} 1\n",
    );
}

#[test]
fn what_has_no_points_or_another_kind_of_value_is_not_shown() {
    let odd = metric("odd", MetricKind::Counter, "", &[(&[], MetricData::Gauge(1.0))]);
    let snapshot = snapshot(vec![counter("none", &[]), odd]);
    let shown = text(&Page::new(&snapshot));
    assert!(!shown.contains("none") && !shown.contains("\nodd_total "), "{shown}");
}

/// The name of a family and its unit.
#[track_caller]
fn check_name(name: &str, unit: &str, kind: Kind, expected: &str, words: Option<&str>) {
    let (name, unit) = names::family(name, unit, kind);
    assert_eq!((name.as_str(), unit.as_deref()), (expected, words));
}

#[test]
fn names_are_translated_as_opentelemetry_does() {
    let (counter, gauge, histogram) = (Kind::Counter, Kind::Gauge, Kind::Histogram);
    check_name(
        "db.client.operation.duration",
        "s",
        histogram,
        "db_client_operation_duration_seconds",
        Some("seconds"),
    );
    check_name("function.calls", "{call}", counter, "function_calls", None);
    check_name("calls.total", "", counter, "calls", None);
    check_name("calls.total", "", gauge, "calls_total", None);
    check_name("total", "", counter, "total", None);
    check_name("disk.io", "By", counter, "disk_io_bytes", Some("bytes"));
    check_name("io.bytes", "By", counter, "io_bytes", Some("bytes"));
    check_name("io.bytes.total", "By", counter, "io_bytes", Some("bytes"));
    check_name("bytes", "By", gauge, "bytes", None);
    check_name("speed", "m/s", gauge, "speed_meters_per_second", Some("meters_per_second"));
    check_name("rate", "{request}/s", gauge, "rate_per_second", Some("per_second"));
    check_name("rate", "1/min", gauge, "rate_per_minute", Some("per_minute"));
    check_name("load", "1", gauge, "load_ratio", Some("ratio"));
    check_name("load", "1", counter, "load", None);
    check_name("load.ratio", "1", gauge, "load_ratio", Some("ratio"));
    check_name("share", "%", gauge, "share_percent", Some("percent"));
    check_name("p", "kPa", gauge, "p_kPa", Some("kPa"));
    check_name("p", "m{x}/{y}", gauge, "p_meters", Some("meters"));
    check_name("p", "[in_i]/s2", gauge, "p_in_i_per_s2", Some("in_i_per_s2"));
    check_name("a..b--c:d ", "", gauge, "a_b_c_d", None);
    check_name("_private", "", gauge, "_private", None);
    check_name("2xx", "", counter, "_2xx", None);
    check_name("", "", counter, "_", None);
    check_name("名前", "s", gauge, "_seconds", Some("seconds"));
}

#[test]
fn numbers_are_printed_as_go_prints_them() {
    // As `floatToGoString` of Python's `prometheus_client` 0.26.0 prints them.
    let printed = [
        (1.0, "1.0"),
        (0.005, "0.005"),
        (1e-5, "1e-05"),
        (0.0001, "0.0001"),
        (123_456.0, "123456.0"),
        (1_234_567.0, "1.234567e+06"),
        (12_345_678.5, "1.23456785e+07"),
        (1e6, "1e+06"),
        (1e5, "100000.0"),
        (1e21, "1e+21"),
        (1_700_000_000.123, "1.700000000123e+09"),
        (9.536_743_164_062_5e-7, "9.5367431640625e-07"),
        (-0.0, "-0.0"),
        (1.5e300, "1.5e+300"),
        (f64::INFINITY, "+Inf"),
        (f64::NEG_INFINITY, "-Inf"),
        (f64::NAN, "NaN"),
    ];
    for (number, text) in printed {
        assert_eq!(Canonical(number).to_string(), text);
    }
}

fn exponential(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::exponential();
    values.iter().for_each(|value| assert!(histogram.record(*value)));
    histogram
}

#[test]
fn without_explicit_bounds_the_unit_alone_says_which_there_are() {
    for unit in ["s", "By", "{row}", "1", ""] {
        let bounds = |values: &[f64]| -> Vec<_> {
            buckets(&exponential(values), unit).iter().map(|bucket| bucket.upper).collect()
        };
        let empty = bounds(&[]);
        assert_eq!(empty, bounds(&[1e-9, 1.0, 1e9]));
        assert!(empty.len() <= 23 && empty.is_sorted());
    }
    let seconds: Vec<_> = buckets(&exponential(&[]), "s").iter().map(|bucket| bucket.upper).collect();
    assert_eq!((seconds[0], seconds[21]), (1.0 / 1_048_576.0, 128.0));
}

/// The cumulative counts that a native histogram means, by upper bound as its documentation has it.
fn decoded(histogram: &Histogram) -> BTreeMap<i32, u64> {
    let native = native(histogram).unwrap();
    let (mut index, mut count, mut deltas) = (0, 0_i64, native.deltas.iter());
    let mut decoded = BTreeMap::new();
    for (offset, length) in native.spans {
        index += offset;
        for _ in 0..length {
            count += deltas.next().unwrap();
            if count > 0 {
                decoded.insert(index, count as u64);
            }
            index += 1;
        }
    }
    assert_eq!(deltas.next(), None);
    decoded
}

#[test]
fn a_native_histogram_numbers_buckets_by_their_upper_bounds() {
    // At schema 7: (2^(-1/128), 1] is bucket 0, (1, 2^(1/128)] bucket 1, and so on.
    let histogram = exponential(&[1.0, 1.0, 1.001, 2.0, 4.0]);
    assert_eq!(native(&histogram).unwrap().schema, 6, "three powers of two do not fit otherwise");
    assert_eq!(decoded(&histogram), BTreeMap::from([(0, 2), (1, 1), (64, 1), (128, 1)]));
    let near = exponential(&[1.0, 1.001, 0.0, 0.0]);
    let native = native(&near).unwrap();
    assert_eq!((native.schema, native.zeros), (7, 2));
    assert_eq!((native.spans, native.deltas), (vec![(0, 2)], vec![1, 0]));
}

#[test]
fn empty_buckets_between_are_left_out_where_there_are_many() {
    let bound = |index: i32| (f64::from(index) / 128.0).exp2() * 0.999_9;
    let native = native(&exponential(&[bound(0), bound(3), bound(9), bound(9)])).unwrap();
    assert_eq!(native.spans, [(0, 4), (5, 1)]);
    assert_eq!(native.deltas, [1, -1, 0, 1, 1]);
}

#[test]
fn explicit_histograms_have_no_native_form() {
    assert_eq!(native(&Histogram::explicit(&[1.0])), None);
}

proptest! {
    #[test]
    fn counts_at_the_bounds_are_exact_and_never_fall(powers in vec(-75.0..75.0_f64, 1..60)) {
        let values: Vec<_> = powers.into_iter().map(f64::exp2).collect();
        let mut before: Vec<u64> = Vec::new();
        for end in 1..=values.len() {
            let values = &values[..end];
            let histogram = exponential(values);
            let shown = buckets(&histogram, "s");
            for bucket in &shown {
                let exact = values.iter().filter(|value| **value <= bucket.upper).count() as u64;
                assert_eq!(bucket.count, exact, "{} {values:?}", bucket.upper);
            }
            let counts: Vec<_> = shown.iter().map(|bucket| bucket.count).collect();
            assert!(before.iter().zip(&counts).all(|(before, now)| before <= now));
            before = counts;
        }
    }

    #[test]
    fn a_native_histogram_holds_every_value_in_its_bucket(values in vec(any::<f64>(), 0..60)) {
        let values: Vec<_> = values.into_iter().map(f64::abs).filter(|value| value.is_normal()).collect();
        let histogram = exponential(&values);
        let shown = native(&histogram).unwrap();
        let decoded = decoded(&histogram);
        assert_eq!(decoded.values().sum::<u64>() + shown.zeros, values.len() as u64);
        let base = |index: i32| (f64::from(index) * f64::from(-shown.schema).exp2()).exp2();
        for (index, count) in decoded {
            let (low, high) = (base(index - 1) * (1.0 - 1e-9), base(index) * (1.0 + 1e-9));
            let near = values.iter().filter(|value| (low..=high).contains(*value)).count() as u64;
            assert!(near >= count, "{index} {count} {near}");
        }
    }
}
