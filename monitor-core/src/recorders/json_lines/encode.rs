//! From spans, events and metrics to flat JSON objects, one a line. Pure.

use std::borrow::Cow;
use std::time::SystemTime;

use crate::export::json::Object;
use crate::export::json::last_of_each;
use crate::export::json::object;
use crate::export::json::rfc_3339;
use crate::metric::Histogram;
use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::Snapshot;
use crate::model::FieldValue;
use crate::recorder::EventBatch;
use crate::recorder::EventRef;
use crate::recorder::Span;
use crate::recorder::SpanBatch;

/// The keys of an event that are ours.
const EVENT: &[&str] =
    &["dropped_fields", "family", "name", "service", "severity", "span_id", "time", "trace_id", "type"];
/// The keys of a metric that are ours.
const METRIC: &[&str] = &[
    "count", "kind", "max", "min", "name", "p50", "p90", "p99", "service", "sum", "time", "type", "unit",
    "value",
];
/// The keys of a span that are ours.
pub(crate) const SPAN: &[&str] = &[
    "dropped_fields",
    "duration",
    "error.type",
    "file",
    "kind",
    "line",
    "links",
    "module",
    "name",
    "outcome",
    "parent_id",
    "self_duration",
    "service",
    "span_id",
    "time",
    "trace_id",
    "type",
];
/// What stands before a key of the user that would be one of ours.
const OWN: &str = "own.";

/// One line a span.
pub(crate) fn spans(out: &mut Vec<u8>, batch: &SpanBatch) {
    let service = batch.resource().service_name();
    batch.iter().for_each(|it| line(out, |object| span(object, service, &it)));
}

/// One line an event.
pub(crate) fn events(out: &mut Vec<u8>, batch: &EventBatch) {
    let service = batch.resource().service_name();
    batch.iter().for_each(|it| line(out, |object| event(object, service, &it)));
}

/// One line a series.
pub(crate) fn metrics(out: &mut Vec<u8>, snapshot: &Snapshot) {
    let service = snapshot.resource().service_name();
    for metric in snapshot.metrics() {
        for point in &metric.points {
            line(out, |object| {
                begin(object, snapshot.taken(), "metric", service);
                object.entry("name", &*metric.name);
                object.entry("kind", kind(metric.kind));
                if !metric.unit.is_empty() {
                    object.entry("unit", &*metric.unit);
                }
                value(object, &point.data);
                let text = |value: &'_ Cow<'static, str>| FieldValue::Text(value.clone());
                own(object, METRIC, point.labels.iter().map(|(name, value)| (*name, text(value))));
            });
        }
    }
}

fn line(out: &mut Vec<u8>, fill: impl FnOnce(&mut Object<'_>)) {
    object(out, fill);
    out.push(b'\n');
}

fn begin(object: &mut Object<'_>, time: SystemTime, kind: &str, service: &str) {
    object.entry("time", rfc_3339(time));
    object.entry("type", kind);
    object.entry("service", service);
}

fn span(object: &mut Object<'_>, service: &str, span: &Span<'_>) {
    let metadata = span.metadata();
    begin(object, span.start(), "span", service);
    object.entry("name", &*span.display_name());
    object.entry("outcome", span.outcome().as_str());
    if let Some(error_type) = span.error_type() {
        object.entry("error.type", error_type);
    }
    object.entry("duration", span.duration().as_secs_f64());
    object.entry("self_duration", span.self_duration().as_secs_f64());
    object.entry("trace_id", span.trace_id().to_string());
    object.entry("span_id", span.span_id().to_string());
    if let Some(parent) = span.parent() {
        object.entry("parent_id", parent.to_string());
    }
    object.entry("kind", metadata.kind.as_str());
    object.entry("module", metadata.module);
    object.entry("file", metadata.file);
    object.entry("line", metadata.line);
    let links: Vec<_> = span.links().map(|link| format!("{}-{}", link.trace_id(), link.span_id())).collect();
    if !links.is_empty() {
        object.entry("links", links);
    }
    end(object, SPAN, span.fields(), span.dropped_fields());
}

fn event(object: &mut Object<'_>, service: &str, event: &EventRef<'_>) {
    begin(object, event.time(), "event", service);
    object.entry("name", event.name());
    object.entry("severity", event.severity().as_str());
    object.entry("family", event.family().name());
    if let Some(context) = event.context() {
        object.entry("trace_id", context.trace_id().to_string());
        object.entry("span_id", context.span_id().to_string());
    }
    end(object, EVENT, event.fields(), event.dropped_fields());
}

fn end<'a>(
    object: &mut Object<'_>,
    ours: &[&str],
    fields: impl Iterator<Item = (&'a str, FieldValue<'a>)>,
    dropped: u64,
) {
    if dropped > 0 {
        object.entry("dropped_fields", dropped);
    }
    own(object, ours, fields);
}

fn kind(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
        MetricKind::UpDownCounter => "up_down_counter",
    }
}

fn value(object: &mut Object<'_>, data: &MetricData) {
    match data {
        MetricData::Counter(value) => object.entry("value", value),
        MetricData::Gauge(value) => object.entry("value", value),
        MetricData::Histogram(histogram) => distribution(object, histogram),
        MetricData::UpDownCounter(value) => object.entry("value", value),
    }
}

fn distribution(object: &mut Object<'_>, histogram: &Histogram) {
    object.entry("count", histogram.count());
    object.entry("sum", histogram.sum());
    object.entry("min", histogram.min());
    object.entry("max", histogram.max());
    for (key, rank) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        object.entry(key, histogram.quantile(rank));
    }
}

/// What the user named, each name once with its last value. A name that is one of ours, or looks as if we had changed
/// it, is changed.
fn own<'a>(object: &mut Object<'_>, ours: &[&str], entries: impl Iterator<Item = (&'a str, FieldValue<'a>)>) {
    for (name, value) in last_of_each(entries) {
        if ours.contains(&name) || name.starts_with(OWN) {
            object.field(&format!("{OWN}{name}"), &value);
        } else {
            object.field(name, &value);
        }
    }
}
