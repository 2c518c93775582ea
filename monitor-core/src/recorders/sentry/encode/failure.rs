//! A call that failed, as an event with an exception.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::model::Metadata;
use crate::model::Outcome;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::memory::RecordedEvent;
use crate::recorders::sentry::encode::breadcrumb;
use crate::recorders::sentry::encode::id;
use crate::recorders::sentry::encode::scope::Scope;
use crate::recorders::sentry::encode::stack;
use crate::recorders::sentry::encode::status;
use crate::recorders::sentry::encode::text;
use crate::recorders::sentry::encode::time::timestamp;

/// Tells the identifier of an error from others of the same span.
const FAILURE: u64 = 0x6661_696c_7572_6500;
/// Where a stack may have been recorded.
const STACKS: [&str; 2] = ["exception.stacktrace", "code.stacktrace"];
/// Where the text of an error may have been recorded.
const MESSAGES: [&str; 3] = ["exception.message", "error.message", "error"];

/// A call that failed, with what is known of it.
pub(crate) struct Failure<'a> {
    pub(crate) span: &'a FinishedSpan,
    /// The callers that are known, the nearest first.
    pub(crate) callers: Vec<&'static Metadata>,
    /// The name of the transaction, if its root is known.
    pub(crate) transaction: Option<&'a str>,
    /// What happened before in the same trace.
    pub(crate) before: Vec<&'a RecordedEvent>,
}

impl Failure<'_> {
    /// The event.
    pub(crate) fn encode(&self, scope: &Scope) -> Value {
        let span = self.span;
        let panicked = span.outcome == Outcome::Panic;
        let error_type = error_type(span);
        let mut contexts = Map::new();
        contexts.insert("trace".to_owned(), trace(span));
        let all = span.fields.iter().map(|(name, value)| (name.as_str(), value.borrowed()));
        let fields = text::fields(all.filter(|(name, _)| !STACKS.contains(name)));
        if !fields.is_empty() {
            contexts.insert("fields".to_owned(), Value::Object(fields));
        }
        let tags = [
            ("error.type", error_type.as_str()),
            ("function", span.name),
            ("module", span.metadata.module),
            ("outcome", span.outcome.as_str()),
        ];
        let mut event = scope.begin(contexts, &tags);
        let mut put = |name: &str, value: Value| event.insert(name.to_owned(), value);
        put("event_id", json!(id(FAILURE, span.context())));
        put("timestamp", json!(timestamp(span.start + span.duration)));
        put("level", json!(if panicked { "fatal" } else { "error" }));
        // The text of an error may be another with every call; where it happened and what kind it is are not.
        let place = text::clean(&format!("{}::{}", span.metadata.module, span.name), text::SYMBOL);
        put("fingerprint", json!([place, error_type]));
        put("exception", json!({"values": [self.exception(&error_type, panicked)]}));
        if !span.metadata.module.is_empty() {
            put("logger", json!(text::clean(span.metadata.module, 64)));
        }
        if let Some(transaction) = self.transaction {
            put("transaction", json!(text::clean(transaction, text::NAME)));
        }
        if !self.before.is_empty() {
            let before: Vec<_> = self.before.iter().map(|event| breadcrumb(event)).collect();
            put("breadcrumbs", json!({"values": before}));
        }
        Value::Object(event)
    }

    fn exception(&self, error_type: &str, panicked: bool) -> Value {
        let span = self.span;
        let recorded = MESSAGES.iter().find_map(|name| span.field(name)).map(ToString::to_string);
        let message = recorded.unwrap_or_else(|| {
            format!("{} {}", span.display_name, if panicked { "panicked" } else { "failed" })
        });
        let mechanism = if panicked { "panic" } else { "monitored" };
        let mut exception = json!({
            "type": error_type,
            "value": text::clean(&message, text::MESSAGE),
            "mechanism": {"type": mechanism, "handled": !panicked},
            "stacktrace": {"frames": self.frames()},
        });
        if !span.metadata.module.is_empty() {
            exception["module"] = json!(text::clean(span.metadata.module, text::SYMBOL));
        }
        exception
    }

    /// The stack that was recorded, or else the annotated functions on the way to the one that failed.
    fn frames(&self) -> Vec<Value> {
        let recorded = STACKS.iter().find_map(|name| self.span.field(name)).map(ToString::to_string);
        let recorded = recorded.map(|stack| stack::frames(&stack)).unwrap_or_default();
        if !recorded.is_empty() {
            return recorded;
        }
        let callers = self.callers.iter().rev().map(|metadata| stack::frame(metadata));
        callers.chain([stack::frame(self.span.metadata)]).collect()
    }
}

/// What kind of error it was.
fn error_type(span: &FinishedSpan) -> String {
    let told = span.error_type.filter(|told| !told.is_empty() && span.outcome != Outcome::Panic);
    let recorded =
        || span.field("exception.type").map(ToString::to_string).filter(|recorded| !recorded.is_empty());
    let error_type = told.map(str::to_owned).or_else(recorded);
    let error_type = error_type
        .unwrap_or_else(|| if span.outcome == Outcome::Panic { "panic" } else { "Error" }.to_owned());
    text::clean(&error_type, text::SYMBOL)
}

/// The place of a span in its trace, and how it ended.
pub(crate) fn trace(span: &FinishedSpan) -> Value {
    let mut trace = json!({
        "trace_id": span.trace_id.to_string(),
        "span_id": span.span_id.to_string(),
        "op": status::operation(span),
        "status": status::status(span),
    });
    if let Some(parent) = span.parent {
        trace["parent_span_id"] = json!(parent.to_string());
    }
    trace
}
