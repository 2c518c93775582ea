//! Metrics.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::time::SystemTime;

use prost::Message;
use prost::Oneof;
use serde::Serialize;

use crate::metric::Metric as Recorded;
use crate::metric::MetricData;
use crate::metric::MetricPoint;
use crate::metric::Snapshot;
use crate::model::FieldValue;
use crate::recorders::otlp_messages::AnyValue;
use crate::recorders::otlp_messages::KeyValue;
use crate::recorders::otlp_messages::Resource;
use crate::recorders::otlp_messages::Scope;
use crate::recorders::otlp_messages::attribute::Attributes;
use crate::recorders::otlp_messages::attribute::nanoseconds;
use crate::recorders::otlp_messages::histogram::Histograms;
use crate::recorders::otlp_messages::histogram::Place;
use crate::recorders::otlp_messages::histogram::explicit;
use crate::recorders::otlp_messages::histogram::exponential;
use crate::recorders::otlp_messages::number::Gauge;
use crate::recorders::otlp_messages::number::Number;
use crate::recorders::otlp_messages::number::NumberDataPoint;
use crate::recorders::otlp_messages::number::Sum;
use crate::recorders::otlp_messages::points::ExponentialHistogram;
use crate::recorders::otlp_messages::points::Histogram;
use crate::recorders::otlp_messages::text;

/// A snapshot; the request of the service for metrics has the same form.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetricsData {
    #[prost(message, repeated, tag = "1")]
    pub(crate) resource_metrics: Vec<ResourceMetrics>,
}

/// The metrics of one resource.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceMetrics {
    #[prost(message, optional, tag = "1")]
    pub(crate) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) scope_metrics: Vec<ScopeMetrics>,
}

/// The metrics of one scope.
#[derive(Clone, Message, PartialEq, Serialize)]
pub(crate) struct ScopeMetrics {
    #[prost(message, optional, tag = "1")]
    pub(crate) scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) metrics: Vec<Metric>,
}

/// One metric with all its series.
#[derive(Clone, Message, PartialEq, Serialize)]
pub(crate) struct Metric {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    #[prost(string, tag = "3")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) unit: String,
    #[prost(oneof = "Data", tags = "5, 7, 9, 10")]
    #[serde(flatten)]
    pub(crate) data: Option<Data>,
}

/// What a metric is.
#[derive(Clone, Oneof, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Data {
    #[prost(message, tag = "10")]
    ExponentialHistogram(ExponentialHistogram),
    #[prost(message, tag = "5")]
    Gauge(Gauge),
    #[prost(message, tag = "9")]
    Histogram(Histogram),
    #[prost(message, tag = "7")]
    Sum(Sum),
}

/// Whether counters and histograms are told as sums since the start, or as what came since the last time.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Temporality {
    /// Sums since the start.
    #[default]
    Cumulative,
    /// What came since the last time that was shipped.
    Delta,
}

/// How metrics are told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    pub(crate) temporality: Temporality,
    /// Since when up-down counters are added up: always from the start.
    pub(crate) started: SystemTime,
    pub(crate) histograms: Histograms,
}

/// `AGGREGATION_TEMPORALITY_*` of the protocol.
const DELTA: i32 = 1;
const CUMULATIVE: i32 = 2;

impl Form {
    /// Everything since the start, each histogram in the buckets that it has.
    pub(crate) fn cumulative(snapshot: &Snapshot) -> Self {
        Self {
            temporality: Temporality::Cumulative,
            started: snapshot.started(),
            histograms: Histograms::Exponential,
        }
    }

    fn code(self) -> i32 {
        match self.temporality {
            Temporality::Cumulative => CUMULATIVE,
            Temporality::Delta => DELTA,
        }
    }
}

impl MetricsData {
    /// The metrics of a snapshot, which has differences in it where `form` says so. What came to nothing since the last
    /// time is left out then.
    pub(crate) fn of(snapshot: &Snapshot, form: Form) -> Self {
        let with_bounds: HashSet<&str> =
            snapshot.metrics().iter().filter(|it| declares_bounds(it)).map(|it| &*it.name).collect();
        let metrics = snapshot.metrics().iter().flat_map(|metric| {
            let histograms =
                if with_bounds.contains(&*metric.name) { Histograms::Explicit } else { form.histograms };
            messages(metric, snapshot, Form { histograms, ..form })
        });
        let metrics = metrics.collect();
        let scope_metrics = vec![ScopeMetrics { scope: Some(Scope::own()), metrics }];
        let resource = Some(Resource::from(snapshot.resource()));
        Self { resource_metrics: vec![ResourceMetrics { resource, scope_metrics }] }
    }

    /// Whether nothing is told.
    pub(crate) fn is_empty(&self) -> bool {
        self.resource_metrics
            .iter()
            .flat_map(|resource| &resource.scope_metrics)
            .all(|it| it.metrics.is_empty())
    }
}

/// The points of one metric, by what they are.
#[derive(Default)]
struct Points {
    counter: Vec<NumberDataPoint>,
    explicit: Histogram,
    exponential: ExponentialHistogram,
    gauge: Vec<NumberDataPoint>,
    up_down_counter: Vec<NumberDataPoint>,
}

/// Whether a series of the metric has buckets with bounds, also if nothing came since the last time.
fn declares_bounds(metric: &Recorded) -> bool {
    let explicit =
        |point: &MetricPoint| matches!(&point.data, MetricData::Histogram(it) if it.as_explicit().is_some());
    metric.points.iter().any(explicit)
}

/// The message of one metric: one, unless its points are of several kinds.
fn messages(metric: &Recorded, snapshot: &Snapshot, form: Form) -> impl Iterator<Item = Metric> {
    let mut points = Points::default();
    let place = Place {
        started: nanoseconds(snapshot.started()),
        taken: nanoseconds(snapshot.taken()),
        unit: &metric.unit,
    };
    for point in &metric.points {
        add(&mut points, point, place, form);
    }
    let Points { counter, mut explicit, mut exponential, gauge, up_down_counter } = points;
    let sum = |data_points, aggregation_temporality, is_monotonic| {
        Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic })
    };
    explicit.aggregation_temporality = form.code();
    exponential.aggregation_temporality = form.code();
    let data = [
        (!counter.is_empty()).then(|| sum(counter, form.code(), true)),
        (!explicit.data_points.is_empty()).then_some(Data::Histogram(explicit)),
        (!exponential.data_points.is_empty()).then_some(Data::ExponentialHistogram(exponential)),
        (!gauge.is_empty()).then_some(Data::Gauge(Gauge { data_points: gauge })),
        (!up_down_counter.is_empty()).then(|| sum(up_down_counter, CUMULATIVE, false)),
    ];
    data.into_iter().flatten().map(|data| Metric {
        name: metric.name.to_string(),
        description: metric.description.to_string(),
        unit: metric.unit.to_string(),
        data: Some(data),
    })
}

fn add(points: &mut Points, point: &MetricPoint, place: Place<'_>, form: Form) {
    let number = |value, start_time_unix_nano| NumberDataPoint {
        attributes: attributes(point),
        start_time_unix_nano,
        time_unix_nano: place.taken,
        value: Some(value),
    };
    let silent = |count: u64| count == 0 && form.temporality == Temporality::Delta;
    match &point.data {
        MetricData::Counter(sum) if silent(*sum) => {}
        MetricData::Counter(sum) => points.counter.push(number(Number::from(*sum), place.started)),
        MetricData::Gauge(value) => points.gauge.push(number(Number::AsDouble(*value), 0)),
        MetricData::UpDownCounter(sum) => {
            points.up_down_counter.push(number(Number::AsInt(*sum), nanoseconds(form.started)));
        }
        MetricData::Histogram(histogram) if silent(histogram.count()) => {}
        MetricData::Histogram(histogram) => match (histogram.as_exponential(), form.histograms) {
            (Some(buckets), Histograms::Exponential) => {
                points.exponential.data_points.push(exponential(
                    histogram,
                    buckets,
                    attributes(point),
                    place,
                ));
            }
            _ => points.explicit.data_points.push(explicit(histogram, attributes(point), place)),
        },
    }
}

fn attributes(point: &MetricPoint) -> Vec<KeyValue> {
    let mut attributes = Attributes::default();
    for (name, value) in &point.labels {
        // The one label that OpenTelemetry wants as a truth value.
        let value = match (*name, &**value) {
            ("otel.metric.overflow", "true") => AnyValue::from(FieldValue::Bool(true)),
            _ => AnyValue::from(text::known(value.clone())),
        };
        attributes.add(text::fixed(name), value);
    }
    attributes.list
}
