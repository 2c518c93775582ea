//! One segment or subsegment, without those within it.

use std::time::SystemTime;

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::model::FieldValue;
use crate::model::Outcome;
use crate::model::Resource;
use crate::model::SpanKind;
use crate::model::TraceId;
use crate::model::since_1970;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::xray::encode::failure::Cause;
use crate::recorders::xray::encode::failure::Flags;
use crate::recorders::xray::encode::failure::cause;
use crate::recorders::xray::encode::failure::flags;
use crate::recorders::xray::encode::fields::Unused;
use crate::recorders::xray::encode::fields::json;
use crate::recorders::xray::encode::name::key;
use crate::recorders::xray::encode::name::name;
use crate::recorders::xray::encode::name::short;
use crate::recorders::xray::encode::remote::Http;
use crate::recorders::xray::encode::remote::Sql;
use crate::recorders::xray::encode::remote::asked;
use crate::recorders::xray::encode::remote::http;
use crate::recorders::xray::encode::remote::sql;
use crate::recorders::xray::waiting::Held;
use crate::recorders::xray::waiting::HeldEvent;

/// The most annotations of a document, of which the service makes an index.
const ANNOTATIONS: usize = 50;
/// The longest text of an annotation, in characters.
const ANNOTATION: usize = 1_000;
/// The longest text that becomes an annotation where nobody said which fields do, in characters.
const SHORT: usize = 250;
/// What is under this key of the metadata is ours.
pub(crate) const METADATA: &str = "monitor";

/// How spans are put into words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wording {
    /// The fields that become annotations; all short ones where nothing is said.
    pub(crate) annotations: Option<Vec<String>>,
    /// The name of every segment.
    pub(crate) segment_name: Option<String>,
    /// Where the service runs, such as `AWS::ECS::Container`.
    pub(crate) origin: Option<String>,
}

/// One segment or subsegment, without those within it.
#[derive(Debug, Serialize)]
pub(crate) struct Document {
    name: String,
    id: String,
    start_time: f64,
    end_time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<Service>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws: Option<Aws>,
    #[serde(flatten)]
    flags: Flags,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http: Option<Http>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sql: Option<Sql>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<Cause>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) annotations: Map<String, Value>,
    /// Under [`METADATA`], and nothing else.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) metadata: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Service {
    version: String,
}

#[derive(Debug, Serialize)]
struct Aws {
    xray: Sdk,
}

#[derive(Debug, Serialize)]
struct Sdk {
    sdk: &'static str,
    sdk_version: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Link {
    trace_id: String,
    id: String,
}

/// `1-5759e988-bd862e3fe1be46a994272793`: time and chance.
pub(crate) fn trace(id: TraceId) -> String {
    let digits = id.to_string();
    format!("1-{}-{}", &digits[..8], &digits[8..])
}

/// Seconds since 1970.
pub(crate) fn seconds(time: SystemTime) -> f64 {
    since_1970(time).as_secs_f64()
}

/// What only a segment has: of the process that it tells of.
pub(crate) fn segment(held: &Held, resource: &Resource, wording: &Wording) -> Document {
    let span = &held.span;
    let mut document = subsegment(held, wording);
    // Whatever answers the rest of the world is a node of the service's map, named after the service.
    let answers = matches!(span.metadata.kind, SpanKind::Consumer | SpanKind::Server);
    let service = Some(resource.service_name()).filter(|name| !name.starts_with("unknown_service"));
    let given = wording.segment_name.as_deref().or(service.filter(|_| answers));
    if let Some(given) = given {
        document.ours("operation", Value::from(&*span.display_name));
        document.name = name(given);
    } else if document.namespace.is_some() {
        document.name = name(&span.display_name);
    }
    document.namespace = None;
    let text = |name: &str| resource.get(name).map(|value| value.to_string());
    document.origin = wording.origin.clone().or_else(|| text("cloud.platform").and_then(|it| origin(&it)));
    document.service =
        text("service.version").map(|version| Service { version: short(version.into(), SHORT) });
    let sdk = Sdk { sdk: "monitor for Rust", sdk_version: env!("CARGO_PKG_VERSION") };
    document.aws = Some(Aws { xray: sdk });
    let attributes = resource.attributes().map(|(name, value)| (name.to_owned(), json(&value)));
    document.ours("resource", Value::from_iter(attributes));
    document
}

/// What every span has.
pub(crate) fn subsegment(held: &Held, wording: &Wording) -> Document {
    let span = &held.span;
    let mut fields = Unused::new(&span.fields);
    let remote = matches!(span.metadata.kind, SpanKind::Client | SpanKind::Producer);
    let asked = asked(&fields).filter(|_| remote);
    let (flags, cause) = (flags(span), cause(span, &mut fields));
    let (http, sql) = (http(&mut fields), sql(&mut fields));
    let user = fields.text("enduser.id").or_else(|| fields.text("user.id"));
    let link = |link: &crate::model::SpanContext| Link {
        trace_id: trace(link.trace_id()),
        id: link.span_id().to_string(),
    };
    let mut document = Document {
        name: name(asked.as_deref().unwrap_or(&span.display_name)),
        id: span.span_id.to_string(),
        start_time: seconds(span.start),
        end_time: seconds(span.start.checked_add(span.duration).unwrap_or(span.start)),
        namespace: remote.then_some("remote"),
        origin: None,
        user: user.map(|user| short(user, SHORT)),
        service: None,
        aws: None,
        flags,
        http,
        sql,
        cause,
        annotations: Map::new(),
        metadata: Map::new(),
        links: span.links.iter().map(link).collect(),
    };
    if asked.is_some() {
        document.ours("operation", Value::from(&*span.display_name));
    }
    document.endings(span);
    document.tell(fields, wording);
    document.code(span);
    if !held.events.is_empty() {
        document.ours("events", held.events.iter().map(event).collect());
    }
    document
}

/// Where OpenTelemetry's `cloud.platform` runs things, in the words of X-Ray.
fn origin(platform: &str) -> Option<String> {
    let origin = match platform {
        "aws_app_runner" => "AWS::AppRunner::Service",
        "aws_ec2" => "AWS::EC2::Instance",
        "aws_ecs" => "AWS::ECS::Container",
        "aws_eks" => "AWS::EKS::Container",
        "aws_elastic_beanstalk" => "AWS::ElasticBeanstalk::Environment",
        "aws_lambda" => "AWS::Lambda::Function",
        _ => return None,
    };
    Some(origin.to_owned())
}

fn event(event: &HeldEvent) -> Value {
    let fields = event.fields.iter().map(|(name, value)| (name.clone(), json(value)));
    let mut told = Map::new();
    told.insert("name".to_owned(), Value::from(event.name));
    told.insert("time".to_owned(), Value::from(seconds(event.time)));
    told.insert("severity".to_owned(), Value::from(event.severity.to_string()));
    told.insert("fields".to_owned(), Value::from_iter(fields));
    Value::Object(told)
}

impl Document {
    /// Adds to the metadata.
    pub(crate) fn ours(&mut self, name: &str, value: Value) {
        let ours = self.metadata.entry(METADATA).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(ours) = ours {
            ours.insert(name.to_owned(), value);
        }
    }

    /// What an ending has no flag for.
    fn endings(&mut self, span: &FinishedSpan) {
        if matches!(span.outcome, Outcome::Cancelled | Outcome::Panic) {
            self.annotations.insert("outcome".to_owned(), Value::from(span.outcome.as_str()));
        }
        if let Some(kind) = span.error_type {
            self.annotations.insert("error_type".to_owned(), Value::from(short(kind.into(), ANNOTATION)));
        }
    }

    /// Fields become annotations, by which traces are found, or metadata, by which they are not.
    fn tell(&mut self, fields: Unused<'_>, wording: &Wording) {
        let mut rest = Map::new();
        for (field, value) in fields.rest() {
            let chosen = match &wording.annotations {
                Some(chosen) => chosen.iter().any(|it| it == field),
                None => is_short(value),
            };
            let (key, value) = (key(field), annotation(value));
            let room = self.annotations.len() < ANNOTATIONS && !self.annotations.contains_key(&key);
            match value {
                Ok(value) if chosen && room => {
                    self.annotations.insert(key, value);
                }
                Ok(value) | Err(value) => {
                    rest.insert(field.to_owned(), value);
                }
            }
        }
        if !rest.is_empty() {
            self.ours("fields", Value::Object(rest));
        }
    }

    /// Where it was.
    fn code(&mut self, span: &FinishedSpan) {
        let metadata = span.metadata;
        if metadata.file.is_empty() {
            return;
        }
        let place = format!("{}:{}", metadata.file, metadata.line);
        let code = [("function", span.name.into()), ("module", metadata.module.into()), ("place", place)];
        let code: [(&str, String); 3] = code;
        self.ours(
            "code",
            code.map(|(name, value)| (name.to_owned(), Value::from(value))).into_iter().collect(),
        );
    }
}

fn is_short(value: &FieldValue<'_>) -> bool {
    match value {
        FieldValue::Text(text) => text.len() <= SHORT,
        _ => true,
    }
}

/// The value as an annotation, or as metadata where it can be none.
fn annotation(value: &FieldValue<'_>) -> Result<Value, Value> {
    match value {
        FieldValue::Float(number) if !number.is_finite() => Err(json(value)),
        FieldValue::Text(text) if text.chars().nth(ANNOTATION).is_some() => Err(json(value)),
        _ => Ok(json(value)),
    }
}
