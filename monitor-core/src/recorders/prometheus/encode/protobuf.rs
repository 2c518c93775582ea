//! The delimited protobuf format: the only one in which Prometheus reads native histograms.

use std::time::SystemTime;

use prost::Message;

use crate::metric;
use crate::model::since_1970;
use crate::recorders::prometheus::encode::buckets::buckets;
use crate::recorders::prometheus::encode::exemplar;
use crate::recorders::prometheus::encode::message::Bucket;
use crate::recorders::prometheus::encode::message::BucketSpan;
use crate::recorders::prometheus::encode::message::Counter;
use crate::recorders::prometheus::encode::message::Exemplar;
use crate::recorders::prometheus::encode::message::Gauge;
use crate::recorders::prometheus::encode::message::Histogram;
use crate::recorders::prometheus::encode::message::LabelPair;
use crate::recorders::prometheus::encode::message::Metric;
use crate::recorders::prometheus::encode::message::MetricFamily;
use crate::recorders::prometheus::encode::message::MetricType;
use crate::recorders::prometheus::encode::message::Timestamp;
use crate::recorders::prometheus::encode::names::Kind;
use crate::recorders::prometheus::encode::native::native;
use crate::recorders::prometheus::encode::page::Family;
use crate::recorders::prometheus::encode::page::Page;
use crate::recorders::prometheus::encode::page::Value;

/// The page as `MetricFamily` messages, each behind its length. Names are those of the text format.
pub(crate) fn protobuf(page: &Page<'_>) -> Vec<u8> {
    let families = page.families.iter().map(|family| message(family, page.created));
    families.flat_map(|family| family.encode_length_delimited_to_vec()).collect()
}

fn message(family: &Family<'_>, created: SystemTime) -> MetricFamily {
    let (suffix, kind) = match family.kind {
        Kind::Counter => ("_total", MetricType::Counter),
        Kind::Gauge => ("", MetricType::Gauge),
        Kind::Histogram => ("", MetricType::Histogram),
        Kind::Info => ("_info", MetricType::Gauge),
    };
    let metrics = family.series.iter().map(|series| {
        let mut metric = Metric { label: pairs(&series.labels), ..Metric::default() };
        let gauge = |value| Some(Gauge { value: Some(value) });
        match &series.value {
            Value::Count(count) if family.kind == Kind::Counter => {
                let created = Some(timestamp(created));
                metric.counter = Some(Counter { value: Some(*count as f64), created });
            }
            Value::Count(count) => metric.gauge = gauge(*count as f64),
            Value::Number(number) => metric.gauge = gauge(*number),
            Value::Sum(sum) => metric.gauge = gauge(*sum as f64),
            Value::Distribution(values) => {
                metric.histogram = Some(histogram(values, family.measured_in, created));
            }
        }
        metric
    });
    MetricFamily {
        name: Some(format!("{}{suffix}", family.name)),
        help: Some(family.help.clone()),
        kind: Some(kind.into()),
        metric: metrics.collect(),
        unit: family.unit.clone(),
    }
}

fn histogram(values: &metric::Histogram, unit: &str, created: SystemTime) -> Histogram {
    let buckets = buckets(values, unit);
    let mut message = Histogram {
        sample_count: Some(values.count()),
        sample_sum: Some(values.sum()),
        created: Some(timestamp(created)),
        ..Histogram::default()
    };
    if let Some(native) = native(values) {
        message.schema = Some(native.schema);
        // What is smaller is counted as zero, and says that this is a native histogram even without any value.
        message.zero_threshold = Some(f64::MIN_POSITIVE);
        message.zero_count = Some(native.zeros);
        message.positive_span = native.spans.iter().map(|(offset, length)| span(*offset, *length)).collect();
        message.positive_delta = native.deltas;
        message.exemplars = buckets.iter().filter_map(|bucket| bucket.exemplar.map(shown)).collect();
    }
    let classic = buckets.iter().map(|bucket| Bucket {
        cumulative_count: Some(bucket.count),
        upper_bound: Some(bucket.upper),
        exemplar: bucket.exemplar.map(shown),
    });
    message.bucket = classic.collect();
    message
}

fn span(offset: i32, length: u32) -> BucketSpan {
    BucketSpan { offset: Some(offset), length: Some(length) }
}

fn shown(exemplar: &metric::Exemplar) -> Exemplar {
    let labels = exemplar::labels(exemplar).map(|(name, value)| (name.to_owned(), value));
    Exemplar { label: pairs(&labels), value: Some(exemplar.value), timestamp: Some(timestamp(exemplar.time)) }
}

fn pairs(labels: &[(String, String)]) -> Vec<LabelPair> {
    let pair =
        |(name, value): &(String, String)| LabelPair { name: Some(name.clone()), value: Some(value.clone()) };
    labels.iter().map(pair).collect()
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since = since_1970(time);
    Timestamp { seconds: since.as_secs() as i64, nanos: since.subsec_nanos() as i32 }
}
