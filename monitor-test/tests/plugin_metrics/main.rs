//! Metrics that are declared by attribute.

mod asynchronous;
mod calls;
mod collected;
mod declared;
mod drivers;
mod family;
mod isolation;

use monitor_core::MetricData;
use monitor_core::Monitor;

/// The value of a metric's series with these labels, in this monitor; none where there is no such series.
#[track_caller]
pub(crate) fn point(monitor: &Monitor, name: &str, labels: &[(&str, &str)]) -> Option<MetricData> {
    let snapshot = monitor.snapshot();
    let metric = snapshot.metric(name).unwrap_or_else(|| panic!("no metric `{name}`"));
    let is = |point: &&monitor_core::MetricPoint| {
        point.labels.len() == labels.len()
            && point
                .labels
                .iter()
                .zip(labels)
                .all(|((name, value), (other, text))| name == other && value == text)
    };
    metric.points.iter().find(is).map(|point| point.data.clone())
}

/// The count of a counter, or the number of values of a histogram, with these labels; zero where there is no series.
#[track_caller]
pub(crate) fn count_with(monitor: &Monitor, name: &str, labels: &[(&str, &str)]) -> u64 {
    match point(monitor, name, labels) {
        Some(MetricData::Counter(count)) => count,
        Some(MetricData::Histogram(histogram)) => histogram.count(),
        None => 0,
        Some(other) => panic!("`{name}` is {other:?}"),
    }
}

/// The same without labels.
#[track_caller]
pub(crate) fn count(monitor: &Monitor, name: &str) -> u64 {
    count_with(monitor, name, &[])
}

/// The value of a gauge without labels, if it has one.
#[track_caller]
pub(crate) fn gauge(monitor: &Monitor, name: &str) -> Option<f64> {
    match point(monitor, name, &[]) {
        Some(MetricData::Gauge(value)) => Some(value),
        None => None,
        Some(other) => panic!("`{name}` is {other:?}"),
    }
}
