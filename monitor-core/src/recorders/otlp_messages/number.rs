//! The points of counters and gauges.

use prost::Message;
use prost::Oneof;
use serde::Serialize;

use crate::recorders::otlp_messages::KeyValue;
use crate::recorders::otlp_messages::json;

/// Values that are set.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Gauge {
    #[prost(message, repeated, tag = "1")]
    pub(crate) data_points: Vec<NumberDataPoint>,
}

/// Values that are added up.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sum {
    #[prost(message, repeated, tag = "1")]
    pub(crate) data_points: Vec<NumberDataPoint>,
    #[prost(int32, tag = "2")]
    pub(crate) aggregation_temporality: i32,
    #[prost(bool, tag = "3")]
    #[serde(skip_serializing_if = "json::is_false")]
    pub(crate) is_monotonic: bool,
}

/// One series.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NumberDataPoint {
    #[prost(message, repeated, tag = "7")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<KeyValue>,
    #[prost(fixed64, tag = "2")]
    #[serde(serialize_with = "json::number", skip_serializing_if = "json::is_zero")]
    pub(crate) start_time_unix_nano: u64,
    #[prost(fixed64, tag = "3")]
    #[serde(serialize_with = "json::number")]
    pub(crate) time_unix_nano: u64,
    #[prost(oneof = "Number", tags = "4, 6")]
    #[serde(flatten)]
    pub(crate) value: Option<Number>,
}

/// A value, of one of two types.
#[derive(Clone, Copy, Oneof, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Number {
    #[prost(double, tag = "4")]
    #[serde(serialize_with = "json::double")]
    AsDouble(f64),
    #[prost(sfixed64, tag = "6")]
    #[serde(serialize_with = "json::number")]
    AsInt(i64),
}

impl From<u64> for Number {
    /// The nearest number where the type has no place for it.
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Number::AsDouble(value as f64), Number::AsInt)
    }
}
