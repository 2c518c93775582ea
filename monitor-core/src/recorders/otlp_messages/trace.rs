//! Spans.

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;
use prost::bytes::Bytes;
use serde::Serialize;

use crate::model::FieldValue;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::SpanKind;
use crate::recorder::Span as Recorded;
use crate::recorder::SpanBatch;
use crate::recorders::otlp_messages::Resource;
use crate::recorders::otlp_messages::Scope;
use crate::recorders::otlp_messages::attribute::Attributes;
use crate::recorders::otlp_messages::attribute::KeyValue;
use crate::recorders::otlp_messages::attribute::nanoseconds;
use crate::recorders::otlp_messages::call::Call;
use crate::recorders::otlp_messages::call::Common;
use crate::recorders::otlp_messages::json;
use crate::recorders::otlp_messages::text;
use crate::recorders::otlp_messages::text::Text;

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
    pub(crate) spans: Vec<Call>,
}

/// One finished span.
#[derive(Clone, Message, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Span {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(serialize_with = "json::hex")]
    pub(crate) trace_id: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(serialize_with = "json::hex")]
    pub(crate) span_id: Bytes,
    #[prost(string, tag = "3")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) trace_state: String,
    #[prost(bytes = "bytes", tag = "4")]
    #[serde(serialize_with = "json::hex", skip_serializing_if = "Bytes::is_empty")]
    pub(crate) parent_span_id: Bytes,
    #[prost(fixed32, tag = "16")]
    #[serde(skip_serializing_if = "json::is_zero")]
    pub(crate) flags: u32,
    #[prost(bytes = "bytes", tag = "5")]
    #[serde(serialize_with = "json::text")]
    pub(crate) name: Text,
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
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(serialize_with = "json::text", skip_serializing_if = "Text::is_empty")]
    pub(crate) message: Text,
    #[prost(int32, tag = "3")]
    pub(crate) code: i32,
}

impl From<&SpanBatch> for TracesData {
    /// A scope for each module, in the order in which they come.
    fn from(batch: &SpanBatch) -> Self {
        let mut scopes: Vec<Module> = Vec::new();
        for span in batch.iter() {
            let name = span.metadata().module;
            // Most spans come from the module of the one before, or one that came not long ago.
            let place = scopes.iter().rposition(|known| known.name == name).unwrap_or_else(|| {
                scopes.push(Module { name, ..Module::default() });
                scopes.len() - 1
            });
            scopes[place].add(&span);
        }
        let resource = Some(Resource::from(batch.resource()));
        let scope_spans = scopes.into_iter().map(ScopeSpans::from).collect();
        Self { resource_spans: vec![ResourceSpans { resource, scope_spans }] }
    }
}

/// The spans of one module, and what they share.
#[derive(Default)]
struct Module {
    name: &'static str,
    spans: Vec<Call>,
    /// The identifiers of each, one behind the other: trace, span, parent.
    identifiers: Vec<u8>,
    /// What spans say alike, by their callsite and how they ended.
    common: HashMap<(*const Metadata, Outcome, Option<&'static str>), Arc<Common>>,
}

/// How many bytes the identifiers of one span take.
const IDENTIFIERS: usize = 16 + 8 + 8;

impl Module {
    fn add(&mut self, span: &Recorded<'_>) {
        let (trace, own) = identifiers(span.context());
        self.identifiers.extend(trace);
        self.identifiers.extend(own);
        self.identifiers.extend(span.parent().map_or(0, SpanId::as_u64).to_be_bytes());
        let metadata = span.metadata();
        let start = nanoseconds(span.start());
        let duration = u64::try_from(span.duration().as_nanos()).unwrap_or(u64::MAX);
        let name = span.display_name();
        let (attributes, common) = self.attributes(span);
        let span = Span {
            trace_state: span.trace_state().unwrap_or_default().into_owned(),
            flags: SAMPLED | origin(span.has_remote_parent()),
            name: if name == metadata.name { text::fixed(metadata.name) } else { text::of(name) },
            kind: kind(metadata.kind),
            start_time_unix_nano: start,
            end_time_unix_nano: start.saturating_add(duration),
            attributes,
            dropped_attributes_count: u32::try_from(span.dropped_fields()).unwrap_or(u32::MAX),
            links: span.links().map(Link::from).collect(),
            status: status(span),
            ..Span::default()
        };
        self.spans.push(Call { span, common });
    }

    /// The fields, then what is known of every call: apart, unless a field has the name of something that is known.
    fn attributes(&mut self, span: &Recorded<'_>) -> (Vec<KeyValue>, Option<Arc<Common>>) {
        let mut attributes = Attributes::default();
        span.fields().for_each(|(name, value)| attributes.add(text::copied(name), value));
        if attributes.list.iter().any(|own| KNOWN.iter().any(|known| own.key == known)) {
            known(&mut attributes, span);
            return (attributes.list, None);
        }
        let ending = (std::ptr::from_ref(span.metadata()), span.outcome(), span.error_type());
        let common = self.common.entry(ending).or_insert_with(|| {
            let mut attributes = Attributes::default();
            known(&mut attributes, span);
            Arc::new(Common::from(attributes.list))
        });
        (attributes.list, Some(Arc::clone(common)))
    }
}

/// The attributes that are known of every call.
const KNOWN: [&str; 5] =
    ["code.function.name", "code.file.path", "code.line.number", "outcome", "error.type"];

/// Adds what is known of every call, where no field has that name.
fn known(attributes: &mut Attributes, span: &Recorded<'_>) {
    let [function, file, line, outcome, error_type] = KNOWN;
    let metadata = span.metadata();
    // What was begun by hand has a name, but no place.
    if !metadata.file.is_empty() {
        attributes.add_missing(function, Text::from(format!("{}::{}", metadata.module, metadata.name)));
        attributes.add_missing(file, text::fixed(metadata.file));
        attributes.add_missing(line, FieldValue::Unsigned(metadata.line.into()));
    }
    attributes.add_missing(outcome, text::fixed(span.outcome().as_str()));
    if let Some(said) = span.error_type() {
        attributes.add_missing(error_type, text::fixed(said));
    }
}

impl From<Module> for ScopeSpans {
    fn from(module: Module) -> Self {
        let Module { name, mut spans, identifiers, .. } = module;
        let identifiers = Bytes::from(identifiers);
        for (place, span) in spans.iter_mut().enumerate() {
            let mut own = identifiers.slice(place * IDENTIFIERS..(place + 1) * IDENTIFIERS);
            (span.trace_id, span.span_id) = (own.split_to(16), own.split_to(8));
            if own.iter().any(|byte| *byte != 0) {
                span.parent_span_id = own;
            }
        }
        Self { scope: Some(Scope::module(name)), spans }
    }
}

impl From<SpanContext> for Link {
    fn from(context: SpanContext) -> Self {
        let (trace, span) = identifiers(context);
        Self { trace_id: trace.to_vec(), span_id: span.to_vec(), flags: origin(context.is_remote()) }
    }
}

/// What flags say of the process of a parent or of the span of a link.
fn origin(is_remote: bool) -> u32 {
    if is_remote { HAS_IS_REMOTE | IS_REMOTE } else { HAS_IS_REMOTE }
}

/// Trace and span as bytes, the highest first.
pub(crate) fn identifiers(context: SpanContext) -> ([u8; 16], [u8; 8]) {
    (context.trace_id().as_u128().to_be_bytes(), context.span_id().as_u64().to_be_bytes())
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
            Some(SpanStatus { message: text::fixed(span.error_type().unwrap_or_default()), code: ERROR })
        }
        // Who was cancelled did not fail; the attribute `outcome` tells.
        Outcome::Cancelled | Outcome::Ok => None,
    }
}
