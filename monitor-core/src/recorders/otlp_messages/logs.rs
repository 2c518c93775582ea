//! Events, which are log records with a name.

use prost::Message;
use serde::Serialize;

use crate::model::FieldValue;
use crate::recorder::EventBatch;
use crate::recorder::EventRef;
use crate::recorders::otlp_messages::AnyValue;
use crate::recorders::otlp_messages::KeyValue;
use crate::recorders::otlp_messages::Resource;
use crate::recorders::otlp_messages::Scope;
use crate::recorders::otlp_messages::attribute::Attributes;
use crate::recorders::otlp_messages::attribute::nanoseconds;
use crate::recorders::otlp_messages::json;
use crate::recorders::otlp_messages::text;
use crate::recorders::otlp_messages::trace::SAMPLED;
use crate::recorders::otlp_messages::trace::identifiers;

/// A batch of log records; the request of the service for logs has the same form.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogsData {
    #[prost(message, repeated, tag = "1")]
    pub(crate) resource_logs: Vec<ResourceLogs>,
}

/// The log records of one resource.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceLogs {
    #[prost(message, optional, tag = "1")]
    pub(crate) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) scope_logs: Vec<ScopeLogs>,
}

/// The log records of one scope.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScopeLogs {
    #[prost(message, optional, tag = "1")]
    pub(crate) scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) log_records: Vec<LogRecord>,
}

/// One event.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogRecord {
    #[prost(fixed64, tag = "1")]
    #[serde(serialize_with = "json::number")]
    pub(crate) time_unix_nano: u64,
    #[prost(fixed64, tag = "11")]
    #[serde(serialize_with = "json::number")]
    pub(crate) observed_time_unix_nano: u64,
    #[prost(int32, tag = "2")]
    pub(crate) severity_number: i32,
    #[prost(string, tag = "3")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) severity_text: String,
    /// What systems for logs show of it: the name again, as an event has no text of its own.
    #[prost(message, optional, tag = "5")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<AnyValue>,
    #[prost(message, repeated, tag = "6")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<KeyValue>,
    #[prost(uint32, tag = "7")]
    #[serde(skip_serializing_if = "json::is_zero")]
    pub(crate) dropped_attributes_count: u32,
    #[prost(fixed32, tag = "8")]
    #[serde(skip_serializing_if = "json::is_zero")]
    pub(crate) flags: u32,
    #[prost(bytes = "vec", tag = "9")]
    #[serde(serialize_with = "json::hex", skip_serializing_if = "Vec::is_empty")]
    pub(crate) trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "10")]
    #[serde(serialize_with = "json::hex", skip_serializing_if = "Vec::is_empty")]
    pub(crate) span_id: Vec<u8>,
    #[prost(string, tag = "12")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) event_name: String,
}

impl From<&EventBatch> for LogsData {
    fn from(batch: &EventBatch) -> Self {
        let log_records = batch.iter().map(|event| LogRecord::from(&event)).collect();
        let scope_logs = vec![ScopeLogs { scope: Some(Scope::own()), log_records }];
        let resource = Some(Resource::from(batch.resource()));
        Self { resource_logs: vec![ResourceLogs { resource, scope_logs }] }
    }
}

impl From<&EventRef<'_>> for LogRecord {
    fn from(event: &EventRef<'_>) -> Self {
        let time = nanoseconds(event.time());
        let mut attributes = Attributes::default();
        event.fields().for_each(|(name, value)| attributes.add(text::copied(name), value));
        let context = event.context();
        let vectors = |(trace, span): ([u8; 16], [u8; 8])| (trace.to_vec(), span.to_vec());
        let (trace_id, span_id) = context.map(identifiers).map(vectors).unwrap_or_default();
        Self {
            time_unix_nano: time,
            observed_time_unix_nano: time,
            severity_number: event.severity().number().into(),
            severity_text: event.severity().as_str().to_uppercase(),
            body: Some(FieldValue::Text(event.name().into()).into()),
            attributes: attributes.list,
            dropped_attributes_count: u32::try_from(event.dropped_fields()).unwrap_or(u32::MAX),
            flags: context.map_or(0, |_| SAMPLED),
            trace_id,
            span_id,
            event_name: event.name().to_owned(),
        }
    }
}
