//! Spans.

use prost::Message;
use serde::Serialize;

use crate::model::FieldValue;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::SpanKind;
use crate::recorder::Span as Recorded;
use crate::recorder::SpanBatch;
use crate::recorders::otlp_messages::Resource;
use crate::recorders::otlp_messages::Scope;
use crate::recorders::otlp_messages::attribute::Attributes;
use crate::recorders::otlp_messages::attribute::KeyValue;
use crate::recorders::otlp_messages::attribute::nanoseconds;
use crate::recorders::otlp_messages::json;

/// The trace flag of W3C for what is recorded.
pub(crate) const SAMPLED: u32 = 1;
/// It is said whether the parent, or the span of a link, is in another process,
const HAS_IS_REMOTE: u32 = 1 << 8;
/// and it is.
const IS_REMOTE: u32 = 1 << 9;

/// A batch of spans; the request of the service for traces has the same form.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TracesData {
    #[prost(message, repeated, tag = "1")]
    pub(crate) resource_spans: Vec<ResourceSpans>,
}

/// The spans of one resource.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    pub(crate) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) scope_spans: Vec<ScopeSpans>,
}

/// The spans of one scope.
#[derive(Clone, Message, PartialEq, Serialize)]
pub(crate) struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    pub(crate) scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) spans: Vec<Span>,
}

/// One finished span.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Span {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(serialize_with = "json::hex")]
    pub(crate) trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    #[serde(serialize_with = "json::hex")]
    pub(crate) span_id: Vec<u8>,
    #[prost(string, tag = "3")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) trace_state: String,
    #[prost(bytes = "vec", tag = "4")]
    #[serde(serialize_with = "json::hex", skip_serializing_if = "Vec::is_empty")]
    pub(crate) parent_span_id: Vec<u8>,
    #[prost(fixed32, tag = "16")]
    #[serde(skip_serializing_if = "json::is_zero")]
    pub(crate) flags: u32,
    #[prost(string, tag = "5")]
    pub(crate) name: String,
    #[prost(int32, tag = "6")]
    pub(crate) kind: i32,
    #[prost(fixed64, tag = "7")]
    #[serde(serialize_with = "json::number")]
    pub(crate) start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    #[serde(serialize_with = "json::number")]
    pub(crate) end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<KeyValue>,
    #[prost(uint32, tag = "10")]
    #[serde(skip_serializing_if = "json::is_zero")]
    pub(crate) dropped_attributes_count: u32,
    #[prost(message, repeated, tag = "13")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<Link>,
    #[prost(message, optional, tag = "15")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<SpanStatus>,
}

/// A span of another trace that this one has to do with.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Link {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(serialize_with = "json::hex")]
    pub(crate) trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    #[serde(serialize_with = "json::hex")]
    pub(crate) span_id: Vec<u8>,
    #[prost(fixed32, tag = "6")]
    #[serde(skip_serializing_if = "json::is_zero")]
    pub(crate) flags: u32,
}

/// Whether the call failed; there is none where it did not.
#[derive(Clone, Message, PartialEq, Serialize)]
pub(crate) struct SpanStatus {
    #[prost(string, tag = "2")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) message: String,
    #[prost(int32, tag = "3")]
    pub(crate) code: i32,
}

impl From<&SpanBatch> for TracesData {
    /// A scope for each module, in the order in which they come.
    fn from(batch: &SpanBatch) -> Self {
        let mut scopes: Vec<(&str, Vec<Span>)> = Vec::new();
        for span in batch.iter() {
            let module = span.metadata().module;
            // Most spans come from the module of the one before, or one that came not long ago.
            match scopes.iter_mut().rev().find(|(known, _)| *known == module) {
                Some((_, spans)) => spans.push(Span::from(&span)),
                None => scopes.push((module, vec![Span::from(&span)])),
            }
        }
        let scope_spans = scopes
            .into_iter()
            .map(|(module, spans)| ScopeSpans { scope: Some(Scope::module(module)), spans })
            .collect();
        let resource = Some(Resource::from(batch.resource()));
        Self { resource_spans: vec![ResourceSpans { resource, scope_spans }] }
    }
}

impl From<&Recorded<'_>> for Span {
    fn from(span: &Recorded<'_>) -> Self {
        let (trace_id, span_id) = identifiers(span.context());
        let start = nanoseconds(span.start());
        let duration = u64::try_from(span.duration().as_nanos()).unwrap_or(u64::MAX);
        Self {
            trace_id,
            span_id,
            trace_state: span.trace_state().unwrap_or_default().into_owned(),
            parent_span_id: span.parent().map(|id| id.as_u64().to_be_bytes().to_vec()).unwrap_or_default(),
            flags: SAMPLED | origin(span.has_remote_parent()),
            name: span.display_name().into_owned(),
            kind: kind(span.metadata().kind),
            start_time_unix_nano: start,
            end_time_unix_nano: start.saturating_add(duration),
            attributes: attributes(span),
            dropped_attributes_count: u32::try_from(span.dropped_fields()).unwrap_or(u32::MAX),
            links: span.links().map(Link::from).collect(),
            status: status(span),
        }
    }
}

impl From<SpanContext> for Link {
    fn from(context: SpanContext) -> Self {
        let (trace_id, span_id) = identifiers(context);
        Self { trace_id, span_id, flags: origin(context.is_remote()) }
    }
}

/// What flags say of the process of a parent or of the span of a link.
fn origin(is_remote: bool) -> u32 {
    if is_remote { HAS_IS_REMOTE | IS_REMOTE } else { HAS_IS_REMOTE }
}

/// Trace and span as bytes, the highest first.
pub(crate) fn identifiers(context: SpanContext) -> (Vec<u8>, Vec<u8>) {
    let trace = context.trace_id().as_u128().to_be_bytes().to_vec();
    (trace, context.span_id().as_u64().to_be_bytes().to_vec())
}

/// The fields, then what is known of every call, where no field has that name.
fn attributes(span: &Recorded<'_>) -> Vec<KeyValue> {
    let mut attributes = Attributes::default();
    span.fields().for_each(|(name, value)| attributes.add(name, value));
    let text = |text: &'static str| FieldValue::Text(text.into());
    let metadata = span.metadata();
    // What was begun by hand has a name, but no place.
    if !metadata.file.is_empty() {
        let function = format!("{}::{}", metadata.module, metadata.name);
        attributes.add_missing("code.function.name", FieldValue::Text(function.into()));
        attributes.add_missing("code.file.path", text(metadata.file));
        attributes.add_missing("code.line.number", FieldValue::Unsigned(metadata.line.into()));
    }
    attributes.add_missing("outcome", text(span.outcome().as_str()));
    if let Some(error_type) = span.error_type() {
        attributes.add_missing("error.type", text(error_type));
    }
    attributes.list
}

/// `SPAN_KIND_*` of the protocol.
fn kind(kind: SpanKind) -> i32 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

/// `STATUS_CODE_ERROR` of the protocol.
const ERROR: i32 = 2;

fn status(span: &Recorded<'_>) -> Option<SpanStatus> {
    match span.outcome() {
        Outcome::Error | Outcome::Panic => {
            Some(SpanStatus { message: span.error_type().unwrap_or_default().to_owned(), code: ERROR })
        }
        // Who was cancelled did not fail; the attribute `outcome` tells.
        Outcome::Cancelled | Outcome::Ok => None,
    }
}
