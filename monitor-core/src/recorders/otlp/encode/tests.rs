use proptest::collection::vec;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;

use super::Request;
use crate::recorders::otlp_messages::Data;
use crate::recorders::otlp_messages::Metric;
use crate::recorders::otlp_messages::MetricsData;
use crate::recorders::otlp_messages::NumberDataPoint;
use crate::recorders::otlp_messages::ScopeMetrics;
use crate::recorders::otlp_messages::Span;
use crate::recorders::otlp_messages::Sum;
use crate::recorders::otlp_messages::TracesData;

/// Spans in scopes of these sizes, numbered.
fn traces(sizes: &[usize]) -> TracesData {
    let mut data = TracesData::default();
    data.resource_spans.resize(1, Default::default());
    let mut number = 0..;
    for size in sizes {
        let mut scope = crate::recorders::otlp_messages::ScopeSpans::default();
        let named = number.by_ref().take(*size);
        scope.spans =
            named.map(|name: u32| Span { name: name.to_string().into(), ..Span::default() }.into()).collect();
        data.resource_spans[0].scope_spans.push(scope);
    }
    data
}

fn names(data: &TracesData) -> Vec<String> {
    let scopes = data.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).map(|span| String::from_utf8(span.name.to_vec()).unwrap()).collect()
}

/// Metrics with so many points, numbered.
fn metrics(sizes: &[usize]) -> MetricsData {
    let mut number = 0..;
    let point = |time_unix_nano| NumberDataPoint { time_unix_nano, ..NumberDataPoint::default() };
    let metric = |size: &usize| Metric {
        data: Some(Data::Sum(Sum {
            data_points: number.by_ref().take(*size).map(point).collect(),
            ..Sum::default()
        })),
        ..Metric::default()
    };
    let mut data = MetricsData::default();
    data.resource_metrics.resize(1, Default::default());
    data.resource_metrics[0].scope_metrics =
        vec![ScopeMetrics { metrics: sizes.iter().map(metric).collect(), ..ScopeMetrics::default() }];
    data
}

fn points(data: &MetricsData) -> Vec<u64> {
    let metrics = data.resource_metrics.iter().flat_map(|it| &it.scope_metrics).flat_map(|it| &it.metrics);
    let sums = metrics.filter_map(|metric| match &metric.data {
        Some(Data::Sum(sum)) => Some(&sum.data_points),
        _ => None,
    });
    sums.flatten().map(|point| point.time_unix_nano).collect()
}

proptest! {
    #[test]
    fn both_halves_of_spans_are_the_whole(sizes in vec(0_usize..5, 0..5)) {
        let whole = traces(&sizes);
        match whole.clone().halves() {
            None => prop_assert!(whole.count() < 2),
            Some((first, second)) => {
                prop_assert_eq!([names(&first), names(&second)].concat(), names(&whole));
                prop_assert!(first.count().abs_diff(second.count()) < 2);
            }
        }
    }

    #[test]
    fn both_halves_of_metrics_are_the_whole(sizes in vec(1_usize..5, 0..5)) {
        let whole = metrics(&sizes);
        match whole.clone().halves() {
            None => prop_assert!(whole.count() < 2),
            Some((first, second)) => {
                prop_assert_eq!([points(&first), points(&second)].concat(), points(&whole));
                prop_assert!(first.count() > 0 && second.count() > 0);
            }
        }
    }
}
