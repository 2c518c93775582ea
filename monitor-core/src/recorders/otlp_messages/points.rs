//! The points of histograms.

use prost::Message;
use prost::Oneof;
use serde::Serialize;

use crate::recorders::otlp_messages::KeyValue;
use crate::recorders::otlp_messages::json;

/// Distributions in buckets with bounds.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Histogram {
    #[prost(message, repeated, tag = "1")]
    pub(crate) data_points: Vec<HistogramDataPoint>,
    #[prost(int32, tag = "2")]
    pub(crate) aggregation_temporality: i32,
}

/// Distributions in exponential buckets.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExponentialHistogram {
    #[prost(message, repeated, tag = "1")]
    pub(crate) data_points: Vec<ExponentialDataPoint>,
    #[prost(int32, tag = "2")]
    pub(crate) aggregation_temporality: i32,
}

/// One series with bounds.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HistogramDataPoint {
    #[prost(message, repeated, tag = "9")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<KeyValue>,
    #[prost(fixed64, tag = "2")]
    #[serde(serialize_with = "json::number")]
    pub(crate) start_time_unix_nano: u64,
    #[prost(fixed64, tag = "3")]
    #[serde(serialize_with = "json::number")]
    pub(crate) time_unix_nano: u64,
    #[prost(fixed64, tag = "4")]
    #[serde(serialize_with = "json::number")]
    pub(crate) count: u64,
    #[prost(double, optional, tag = "5")]
    #[serde(serialize_with = "json::some_double", skip_serializing_if = "Option::is_none")]
    pub(crate) sum: Option<f64>,
    #[prost(fixed64, repeated, tag = "6")]
    #[serde(serialize_with = "json::numbers", skip_serializing_if = "Vec::is_empty")]
    pub(crate) bucket_counts: Vec<u64>,
    #[prost(double, repeated, tag = "7")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) explicit_bounds: Vec<f64>,
    #[prost(message, repeated, tag = "8")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) exemplars: Vec<Exemplar>,
    #[prost(double, optional, tag = "11")]
    #[serde(serialize_with = "json::some_double", skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<f64>,
    #[prost(double, optional, tag = "12")]
    #[serde(serialize_with = "json::some_double", skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<f64>,
}

/// One series in exponential buckets.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExponentialDataPoint {
    #[prost(message, repeated, tag = "1")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<KeyValue>,
    #[prost(fixed64, tag = "2")]
    #[serde(serialize_with = "json::number")]
    pub(crate) start_time_unix_nano: u64,
    #[prost(fixed64, tag = "3")]
    #[serde(serialize_with = "json::number")]
    pub(crate) time_unix_nano: u64,
    #[prost(fixed64, tag = "4")]
    #[serde(serialize_with = "json::number")]
    pub(crate) count: u64,
    #[prost(double, optional, tag = "5")]
    #[serde(serialize_with = "json::some_double", skip_serializing_if = "Option::is_none")]
    pub(crate) sum: Option<f64>,
    #[prost(sint32, tag = "6")]
    pub(crate) scale: i32,
    #[prost(fixed64, tag = "7")]
    #[serde(serialize_with = "json::number")]
    pub(crate) zero_count: u64,
    #[prost(message, optional, tag = "8")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) positive: Option<Buckets>,
    #[prost(message, repeated, tag = "11")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) exemplars: Vec<Exemplar>,
    #[prost(double, optional, tag = "12")]
    #[serde(serialize_with = "json::some_double", skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<f64>,
    #[prost(double, optional, tag = "13")]
    #[serde(serialize_with = "json::some_double", skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<f64>,
}

/// Counts of exponential buckets in a row.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Buckets {
    #[prost(sint32, tag = "1")]
    pub(crate) offset: i32,
    #[prost(uint64, repeated, tag = "2")]
    #[serde(serialize_with = "json::numbers", skip_serializing_if = "Vec::is_empty")]
    pub(crate) bucket_counts: Vec<u64>,
}

/// One of the values, with its span.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exemplar {
    #[prost(fixed64, tag = "2")]
    #[serde(serialize_with = "json::number")]
    pub(crate) time_unix_nano: u64,
    #[prost(bytes = "vec", tag = "4")]
    #[serde(serialize_with = "json::hex", skip_serializing_if = "Vec::is_empty")]
    pub(crate) span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    #[serde(serialize_with = "json::hex", skip_serializing_if = "Vec::is_empty")]
    pub(crate) trace_id: Vec<u8>,
    #[prost(oneof = "ExemplarNumber", tags = "3")]
    #[serde(flatten)]
    pub(crate) value: Option<ExemplarNumber>,
}

/// Its value: histograms are of floating-point numbers here.
#[derive(Clone, Copy, Oneof, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ExemplarNumber {
    #[prost(double, tag = "3")]
    #[serde(serialize_with = "json::double")]
    AsDouble(f64),
}
