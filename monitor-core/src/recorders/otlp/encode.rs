//! From requests to bodies, and to halves of themselves. Pure.

#[cfg(test)]
mod tests;

use std::mem;
use std::ops::Range;

use prost::Message;
use serde::Serialize;

use crate::recorders::otlp_messages::Data;
use crate::recorders::otlp_messages::LogsData;
use crate::recorders::otlp_messages::Metric;
use crate::recorders::otlp_messages::MetricsData;
use crate::recorders::otlp_messages::ScopeMetrics;
use crate::recorders::otlp_messages::TracesData;

/// What can be sent: a request of one of the three services.
pub(crate) trait Request: Message + Serialize + Clone + 'static {
    /// How many spans, log records or data points there are.
    fn count(&self) -> u64;

    /// Both halves of it; none where there is only one thing in it.
    fn halves(self) -> Option<(Self, Self)>;
}

impl Request for TracesData {
    fn count(&self) -> u64 {
        let scopes = self.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        scopes.map(|scope| scope.spans.len() as u64).sum()
    }

    fn halves(mut self) -> Option<(Self, Self)> {
        let middle = middle(self.count())?;
        let mut other = self.clone();
        for (first, second) in self.resource_spans.iter_mut().zip(&mut other.resource_spans) {
            let scopes = mem::take(&mut first.scope_spans);
            (first.scope_spans, second.scope_spans) = parted(scopes, middle, |scope| &mut scope.spans);
        }
        Some((self, other))
    }
}

impl Request for LogsData {
    fn count(&self) -> u64 {
        let scopes = self.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
        scopes.map(|scope| scope.log_records.len() as u64).sum()
    }

    fn halves(mut self) -> Option<(Self, Self)> {
        let middle = middle(self.count())?;
        let mut other = self.clone();
        for (first, second) in self.resource_logs.iter_mut().zip(&mut other.resource_logs) {
            let scopes = mem::take(&mut first.scope_logs);
            (first.scope_logs, second.scope_logs) = parted(scopes, middle, |scope| &mut scope.log_records);
        }
        Some((self, other))
    }
}

impl Request for MetricsData {
    fn count(&self) -> u64 {
        let scopes = self.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
        scopes.flat_map(|scope| &scope.metrics).map(|metric| points(metric) as u64).sum()
    }

    /// Half of the metrics; half of the points where there is only one metric.
    fn halves(mut self) -> Option<(Self, Self)> {
        let mut other = self.clone();
        for (first, second) in self.resource_metrics.iter_mut().zip(&mut other.resource_metrics) {
            let scopes = mem::take(&mut first.scope_metrics);
            let metrics: usize = scopes.iter().map(|scope| scope.metrics.len()).sum();
            if let [scope] = &scopes[..]
                && let [metric] = &scope.metrics[..]
            {
                let (points, middle) = (points(metric), middle(points(metric) as u64)?);
                let part = |range| vec![ScopeMetrics { metrics: vec![cut(metric, range)], ..scope.clone() }];
                (first.scope_metrics, second.scope_metrics) = (part(0..middle), part(middle..points));
            } else {
                let middle = middle(metrics as u64)?;
                (first.scope_metrics, second.scope_metrics) =
                    parted(scopes, middle, |scope| &mut scope.metrics);
            }
        }
        Some((self, other))
    }
}

fn middle(count: u64) -> Option<usize> {
    (count > 1).then_some(count as usize / 2)
}

/// The first so many of all items, and the rest, each in scopes like those that they came in.
fn parted<S: Clone, I>(
    scopes: Vec<S>,
    mut first: usize,
    items: impl Fn(&mut S) -> &mut Vec<I>,
) -> (Vec<S>, Vec<S>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for mut scope in scopes {
        let mut here = mem::take(items(&mut scope));
        let rest = here.split_off(first.min(here.len()));
        first -= here.len();
        for (part, side) in [(here, &mut left), (rest, &mut right)] {
            if !part.is_empty() {
                let mut scope = scope.clone();
                *items(&mut scope) = part;
                side.push(scope);
            }
        }
    }
    (left, right)
}

fn points(metric: &Metric) -> usize {
    match &metric.data {
        Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
        Some(Data::Gauge(data)) => data.data_points.len(),
        Some(Data::Histogram(data)) => data.data_points.len(),
        Some(Data::Sum(data)) => data.data_points.len(),
        None => 0,
    }
}

/// The same metric with these of its points.
fn cut(metric: &Metric, range: Range<usize>) -> Metric {
    fn keep<P>(points: &mut Vec<P>, range: Range<usize>) {
        points.truncate(range.end);
        points.drain(..range.start);
    }
    let mut part = metric.clone();
    match &mut part.data {
        Some(Data::ExponentialHistogram(data)) => keep(&mut data.data_points, range),
        Some(Data::Gauge(data)) => keep(&mut data.data_points, range),
        Some(Data::Histogram(data)) => keep(&mut data.data_points, range),
        Some(Data::Sum(data)) => keep(&mut data.data_points, range),
        None => {}
    }
    part
}
