//! Events that the program told.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::event::Severity;
use crate::model::mix;
use crate::model::since_1970;
use crate::recorders::memory::RecordedEvent;
use crate::recorders::sentry::encode::id;
use crate::recorders::sentry::encode::scope::Scope;
use crate::recorders::sentry::encode::text;
use crate::recorders::sentry::encode::time::timestamp;

/// Where an event may say in words what happened.
const MESSAGES: [&str; 5] = ["message", "error.message", "error", "failure", "reason"];

/// What all fields of one breadcrumb may have together: there are up to a hundred of them.
const BREADCRUMB: usize = 1_000;

/// An event of the program as an event of Sentry; `number` tells it from others of the same span and moment.
pub(crate) fn told(scope: &Scope, event: &RecordedEvent, number: u64, before: &[&RecordedEvent]) -> Value {
    let mut contexts = Map::new();
    if let Some(context) = event.context {
        let (trace, span) = (context.trace_id().to_string(), context.span_id().to_string());
        contexts.insert("trace".to_owned(), json!({"trace_id": trace, "span_id": span}));
    }
    let fields = text::fields(event.fields.iter().map(|(name, value)| (name.as_str(), value.borrowed())));
    if !fields.is_empty() {
        contexts.insert("fields".to_owned(), Value::Object(fields));
    }
    let error_type = event.field("error.type").map(ToString::to_string).unwrap_or_default();
    let tags = [("event", event.name), ("family", event.family.name()), ("error.type", &error_type)];
    let mut item = scope.begin(contexts, &tags);
    let mut put = |name: &str, value: Value| item.insert(name.to_owned(), value);
    let since = since_1970(event.time);
    let what = mix(number ^ mix(since.as_nanos() as u64));
    put("event_id", json!(id(what, event.context.unwrap_or_default())));
    put("timestamp", json!(timestamp(event.time)));
    put("level", json!(level(event.severity)));
    if !event.family.name().is_empty() {
        put("logger", json!(text::clean(event.family.name(), 64)));
    }
    put("logentry", json!({"message": text::clean(&message(event), text::MESSAGE)}));
    put(
        "fingerprint",
        json!([text::clean(event.name, text::SYMBOL), text::clean(&error_type, text::SYMBOL)]),
    );
    if !before.is_empty() {
        let before: Vec<_> = before.iter().map(|event| breadcrumb(event)).collect();
        put("breadcrumbs", json!({"values": before}));
    }
    Value::Object(item)
}

/// What happened before something else.
pub(crate) fn breadcrumb(event: &RecordedEvent) -> Value {
    let fields = event.fields.iter().map(|(name, value)| (name.as_str(), value.borrowed()));
    let kind = if event.severity >= Severity::Error { "error" } else { "default" };
    json!({
        "timestamp": timestamp(event.time),
        "type": kind,
        "category": text::clean(event.name, 128),
        "message": text::clean(&message(event), 1_024),
        "level": level(event.severity),
        "data": text::fields_within(BREADCRUMB, fields),
    })
}

/// The event with so few fields as are told of it as a breadcrumb, and what it says in words.
pub(crate) fn without_what_is_not_told(mut event: RecordedEvent) -> RecordedEvent {
    let mut left = BREADCRUMB;
    event.fields.retain(|(name, value)| {
        let size = name.len() + text::size(value);
        let fits = size <= left;
        left -= if fits { size } else { 0 };
        fits
    });
    event
}

/// Leaves out what matters least of an event that is too large; false if there is nothing more to leave out.
pub(crate) fn shrink_event(event: &mut Value) -> bool {
    let least = [&["breadcrumbs"][..], &["contexts", "fields"], &["contexts", "resource"], &["tags"]];
    least.iter().any(|path| {
        let (name, above) = path.split_last().unwrap_or((&"", &[]));
        let place = above.iter().try_fold(&mut *event, |place, name| place.get_mut(name));
        place.and_then(Value::as_object_mut).is_some_and(|place| place.remove(*name).is_some())
    })
}

/// The name, and what the event says in words.
fn message(event: &RecordedEvent) -> String {
    match MESSAGES.iter().find_map(|name| event.field(name)) {
        Some(words) => format!("{}: {words}", event.name),
        None => event.name.to_owned(),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Debug => "debug",
        Severity::Info => "info",
        Severity::Warn => "warning",
        Severity::Error => "error",
    }
}
