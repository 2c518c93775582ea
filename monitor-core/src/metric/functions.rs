//! The four metrics that every annotated function has.

use std::borrow::Cow;

use crate::metric::FunctionSeries;
use crate::metric::FunctionSnapshot;
use crate::metric::Labels;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::MetricPoint;
use crate::model::Outcome;

/// `function.calls`, `.duration`, `.concurrent` and `.self_duration` of all functions.
pub(crate) fn function_metrics(functions: &[FunctionSnapshot]) -> Vec<Metric> {
    let mut calls = metric("function.calls", "Calls that have ended.", "{call}", MetricKind::Counter);
    let mut duration = metric("function.calls.duration", "How long a call took.", "s", MetricKind::Histogram);
    let mut concurrent =
        metric("function.calls.concurrent", "Calls under way.", "{call}", MetricKind::UpDownCounter);
    let mut own = metric(
        "function.calls.self_duration",
        "How long a call took less the time of its instrumented children.",
        "s",
        MetricKind::Histogram,
    );
    for function in functions.iter().filter(|function| function.started > 0 || !function.series.is_empty()) {
        let place = place(function);
        let under_way = MetricData::UpDownCounter(function.in_flight() as i64);
        concurrent.points.push(MetricPoint { labels: place.clone(), data: under_way });
        for series in &function.series {
            let labels = labels(&place, series);
            let count = MetricData::Counter(series.calls());
            calls.points.push(MetricPoint { labels: labels.clone(), data: count });
            if let Some(own_duration) = &series.self_duration {
                let data = MetricData::Histogram(own_duration.clone());
                own.points.push(MetricPoint { labels: labels.clone(), data });
            }
            let data = MetricData::Histogram(series.duration.clone());
            duration.points.push(MetricPoint { labels, data });
        }
    }
    [calls, duration, concurrent, own].into_iter().filter(|metric| !metric.points.is_empty()).collect()
}

fn metric(name: &'static str, description: &'static str, unit: &'static str, kind: MetricKind) -> Metric {
    Metric {
        name: Cow::Borrowed(name),
        template: Cow::Borrowed(""),
        description: Cow::Borrowed(description),
        unit: Cow::Borrowed(unit),
        kind,
        points: Vec::new(),
    }
}

fn place(function: &FunctionSnapshot) -> Labels {
    vec![
        ("function", Cow::Borrowed(function.metadata.name)),
        ("module", Cow::Borrowed(function.metadata.module)),
    ]
}

fn labels(place: &Labels, series: &FunctionSeries) -> Labels {
    let mut labels = place.clone();
    labels.push(("outcome", Cow::Borrowed(series.outcome.as_str())));
    if let Some(error_type) = series.error_type {
        labels.push(("error.type", Cow::Borrowed(error_type)));
    } else if series.outcome == Outcome::Panic {
        labels.push(("error.type", Cow::Borrowed("panic")));
    }
    labels.extend(series.labels.iter().cloned());
    labels
}
