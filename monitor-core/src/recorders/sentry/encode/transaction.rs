//! A local root with what it called, as a transaction.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::model::FieldValue;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::sentry::encode::failure::trace;
use crate::recorders::sentry::encode::id;
use crate::recorders::sentry::encode::scope::Scope;
use crate::recorders::sentry::encode::status;
use crate::recorders::sentry::encode::text;
use crate::recorders::sentry::encode::time::rfc3339;

/// Tells the identifier of a transaction from others of the same span.
const TRANSACTION: u64 = 0x7472_616e_7361_6374;
/// Who measured: automatically, a function, by this library.
const ORIGIN: &str = "auto.function.monitor";
/// A field of a root with this at the beginning is a measurement of the transaction.
const MEASUREMENT: &str = "sentry.measurement.";
/// The most measurements that Sentry keeps of one transaction.
const MEASUREMENTS: usize = 10;

/// A local root with what it called.
pub(crate) struct Tree {
    pub(crate) root: FinishedSpan,
    /// In order of start.
    pub(crate) spans: Vec<FinishedSpan>,
    /// How many they are, those included for which there was no room.
    pub(crate) all: u64,
}

/// The transaction.
pub(crate) fn transaction(scope: &Scope, tree: &Tree) -> Value {
    let root = &tree.root;
    let mut place = trace(root);
    place["origin"] = json!(ORIGIN);
    place["data"] = Value::Object(data(root));
    let mut contexts = Map::new();
    contexts.insert("trace".to_owned(), place);
    let tags = [
        ("error.type", root.error_type.unwrap_or_default()),
        ("function", root.name),
        ("module", root.metadata.module),
        ("outcome", root.outcome.as_str()),
    ];
    let mut item = scope.begin(contexts, &tags);
    let mut put = |name: &str, value: Value| item.insert(name.to_owned(), value);
    put("type", json!("transaction"));
    put("event_id", json!(id(TRANSACTION, root.context())));
    put("start_timestamp", json!(rfc3339(root.start)));
    put("timestamp", json!(rfc3339(root.start + root.duration)));
    put("transaction", json!(text::clean(&root.display_name, text::NAME)));
    put("transaction_info", json!({"source": status::source(root)}));
    put("measurements", Value::Object(measurements(root)));
    put("spans", tree.spans.iter().map(child).collect());
    Value::Object(item)
}

fn child(span: &FinishedSpan) -> Value {
    let mut child = trace(span);
    let more = json!({
        "description": text::clean(&span.display_name, text::MESSAGE),
        "start_timestamp": rfc3339(span.start),
        "timestamp": rfc3339(span.start + span.duration),
        "origin": ORIGIN,
        "data": data(span),
    });
    if let (Value::Object(child), Value::Object(more)) = (&mut child, more) {
        child.extend(more);
    }
    child
}

/// The fields, and where the function stands.
fn data(span: &FinishedSpan) -> Map<String, Value> {
    let all = span.fields.iter().map(|(name, value)| (name.as_str(), value.borrowed()));
    let mut data = text::fields(all.filter(|(name, _)| !name.starts_with(MEASUREMENT)));
    let metadata = span.metadata;
    let mut put = |name: &str, value: Value| drop(data.insert(name.to_owned(), value));
    put(
        "code.function.name",
        json!(text::clean(&format!("{}::{}", metadata.module, span.name), text::SYMBOL)),
    );
    if !metadata.file.is_empty() {
        put("code.file.path", json!(text::clean(metadata.file, text::SYMBOL)));
        put("code.line.number", json!(metadata.line));
    }
    if let Some(error_type) = span.error_type {
        put("error.type", json!(text::clean(error_type, text::SYMBOL)));
    }
    data
}

/// The time that the root took itself, and the numbers among its fields that say that they are measurements.
fn measurements(root: &FinishedSpan) -> Map<String, Value> {
    let own = json!({"value": root.self_duration.as_secs_f64() * 1e3, "unit": "millisecond"});
    let number = |value: &FieldValue<'_>| match value {
        FieldValue::Float(value) if value.is_finite() => Some(*value),
        FieldValue::Signed(value) => Some(*value as f64),
        FieldValue::Unsigned(value) => Some(*value as f64),
        _ => None,
    };
    let told = root.fields.iter().filter_map(|(name, value)| {
        let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
        let name = text::plain(name.strip_prefix(MEASUREMENT)?, 64, '_', is_allowed);
        let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
        begins.then_some((name, json!({"value": number(value)?, "unit": "none"})))
    });
    [("self_time".to_owned(), own)].into_iter().chain(told.take(MEASUREMENTS - 1)).collect()
}

/// Leaves out what matters least of a transaction that is too large: what is known of its spans, then the spans that
/// began last. False if there is nothing more to leave out.
pub(crate) fn shrink_transaction(item: &mut Value) -> bool {
    let Some(spans) = item.get_mut("spans").and_then(Value::as_array_mut) else { return false };
    let data = spans.iter_mut().filter_map(|span| span.as_object_mut()?.remove("data")).count();
    if data == 0 && spans.is_empty() {
        return false;
    }
    if data == 0 {
        spans.truncate(spans.len() / 2);
    }
    true
}
