//! Whatever names and values are.

use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use proptest::collection;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::proptest;
use proptest::sample;
use serde_json::Value;
use serde_json::json;

use crate::event::Severity;
use crate::model::Family;
use crate::model::FieldValue;
use crate::model::Metadata;
use crate::model::Resource;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::memory::RecordedEvent;
use crate::recorders::sentry::category::Category;
use crate::recorders::sentry::encode::Failure;
use crate::recorders::sentry::encode::Identity;
use crate::recorders::sentry::encode::Scope;
use crate::recorders::sentry::encode::Tree;
use crate::recorders::sentry::encode::check_in;
use crate::recorders::sentry::encode::shrink_event;
use crate::recorders::sentry::encode::shrink_transaction;
use crate::recorders::sentry::encode::told;
use crate::recorders::sentry::encode::transaction;
use crate::recorders::sentry::envelope::Envelope;
use crate::recorders::sentry::envelope::Kind;
use crate::recorders::sentry::limits::Limits;
use crate::recorders::sentry::tests::failed;
use crate::recorders::sentry::tests::span;

/// Reads an envelope as its description says, and refuses everything else: a header, and items whose headers say their
/// lengths.
fn parse(bytes: &[u8]) -> (Value, Vec<(String, Value)>) {
    let line = |bytes: &mut &[u8]| {
        let end = bytes.iter().position(|byte| *byte == b'\n').expect("a line ends");
        let (line, rest) = bytes.split_at(end);
        *bytes = &rest[1..];
        serde_json::from_slice::<Value>(line).expect("a header is JSON")
    };
    let mut rest = bytes;
    let header = line(&mut rest);
    let mut items = Vec::new();
    while !rest.is_empty() {
        let head = line(&mut rest);
        let length = usize::try_from(head["length"].as_u64().expect("a length")).unwrap();
        let (payload, after) = rest.split_at(length);
        assert_eq!(after[0], b'\n');
        rest = &after[1..];
        items.push((
            head["type"].as_str().unwrap().to_owned(),
            serde_json::from_slice(payload).expect("JSON"),
        ));
    }
    (header, items)
}

/// Texts that forge, cut, turn and overflow.
fn hostile() -> impl Strategy<Value = String> {
    let marks = [
        "\n",
        "\r\n",
        "\0",
        "\"",
        "\\",
        "{\"type\":\"event\",\"length\":2}\n{}",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{2028}",
        "🤔",
        "</script>",
        "é",
    ];
    let part =
        prop_oneof![sample::select(marks.to_vec()).prop_map(str::to_owned), "(?s).{0,8}", "[a-z. ]{0,300}"];
    collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = FieldValue<'static>> {
    prop_oneof![
        hostile().prop_map(|text| FieldValue::Text(text.into())),
        any::<f64>().prop_map(FieldValue::Float),
        any::<i64>().prop_map(FieldValue::Signed),
        any::<u64>().prop_map(FieldValue::Unsigned),
        any::<bool>().prop_map(FieldValue::Bool),
    ]
}

fn fields() -> impl Strategy<Value = Vec<(String, FieldValue<'static>)>> {
    let known = [
        "error.message",
        "exception.stacktrace",
        "exception.type",
        "sentry.measurement.x",
        "http.response.status_code",
    ];
    let name = prop_oneof![hostile(), sample::select(known.to_vec()).prop_map(str::to_owned)];
    collection::vec((name, value()), 0..12)
}

/// The longest text anywhere, and whether a database would refuse one.
fn texts(value: &Value) -> (usize, bool) {
    match value {
        Value::String(text) => (text.chars().count(), text.contains('\0')),
        Value::Array(values) => {
            values.iter().map(texts).fold((0, false), |all, it| (all.0.max(it.0), all.1 || it.1))
        }
        Value::Object(values) => values
            .iter()
            .map(|(name, value)| (texts(value), name.contains('\0')))
            .fold((0, false), |all, (it, null)| (all.0.max(it.0), all.1 || it.1 || null)),
        _ => (0, false),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// F61, F62, F65, F66: whatever names and values are, an envelope has what was put into it and nothing else.
    #[test]
    fn one_fact_is_one_item(name in hostile(), module in hostile(), error in hostile(), slug in hostile(), all in fields(), attributes in fields(), tag in hostile()) {
        // As a program has them: for as long as it lives.
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        let metadata: &'static Metadata = Box::leak(Box::new(Metadata { name: leak(&name), module: leak(&module), file: leak(&error), line: 1, ..Metadata::DEFAULT }));
        let span = FinishedSpan { metadata, name: metadata.name, display_name: name.clone().into(), fields: all.clone(), ..failed(leak(&error), span(1, 2, 3, 0, 5)) };
        let event = RecordedEvent {
            name: leak(&name),
            family: Box::leak(Box::new(Family::new(leak(&module), &[]))),
            severity: Severity::Error,
            time: SystemTime::UNIX_EPOCH + Duration::from_secs(9),
            context: Some(SpanContext::new(TraceId::new(1), SpanId::new(2))),
            fields: all,
            dropped_fields: 0,
        };
        let resource = attributes.into_iter().fold(Resource::default(), |resource, (name, value)| resource.with(name, value.to_string()));
        let identity = Identity { release: Some(error.clone()), environment: Some(module.clone()), dist: Some(name.clone()), tags: vec![(tag.clone(), tag)], server_name: None };
        let scope = Scope::new(&identity, &resource);
        let failure = Failure { span: &span, callers: vec![metadata; 3], transaction: Some(&name), before: vec![&event; 3] };
        let tree = Tree { root: span.clone(), spans: vec![span.clone(); 3], all: 4 };
        let items = [
            Envelope::new(Kind::Event, failure.encode(&scope), shrink_event),
            Envelope::new(Kind::Event, told(&scope, &event, 7, &[&event]), shrink_event),
            Envelope::new(Kind::Transaction, transaction(&scope, &tree), shrink_transaction),
            check_in(&scope, &span, &slug).and_then(|item| Envelope::new(Kind::CheckIn, item, |_| false)),
        ];
        let report = json!({"timestamp": 1, "discarded_events": []});
        for envelope in items.into_iter().flatten() {
            let (header, items) = parse(&envelope.encode(Some(&report), SystemTime::UNIX_EPOCH));
            let kinds: Vec<_> = items.iter().map(|(kind, _)| kind.as_str()).collect();
            let kind = match envelope.kind { Kind::CheckIn => "check_in", Kind::Event => "event", Kind::Transaction => "transaction" };
            prop_assert_eq!(kinds, [kind, "client_report"]);
            let item = &items[0].1;
            prop_assert_eq!(header.get("event_id"), item.get("event_id"));
            let (longest, has_null) = texts(item);
            prop_assert!(longest <= 8_192 && !has_null, "{item}");
            let tags = item.get("tags").and_then(Value::as_object).into_iter().flatten();
            for (name, value) in tags {
                let value = value.as_str().unwrap();
                prop_assert!(name.len() <= 32 && !name.is_empty() && !value.is_empty() && value.chars().count() <= 200 && !value.contains(['\n', '\r']), "{name}: {value:?}");
            }
        }
    }

    /// F33: whatever a server says about limits, nothing panics and nothing is believed for longer than a day.
    #[test]
    fn limits_may_be_anything(header in "(?s).{0,60}", other in "[0-9.e;:, a-z-]{0,60}") {
        let (mut limits, now) = (Limits::default(), Instant::now());
        for header in [&header, &other] {
            limits.heed(true, Some(header), None, now);
        }
        let wait = limits.wait(Category::Error, now).unwrap_or_default();
        prop_assert!(wait <= Duration::from_secs(86_400));
    }
}
