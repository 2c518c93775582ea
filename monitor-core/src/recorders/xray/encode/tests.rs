use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;
use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use crate::event::Severity;
use crate::model::Details;
use crate::model::FieldValue;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Resource;
use crate::model::SpanId;
use crate::model::SpanKind;
use crate::model::TraceId;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::xray::encode::Datagram;
use crate::recorders::xray::encode::HEADER;
use crate::recorders::xray::encode::Wording;
use crate::recorders::xray::encode::datagrams;
use crate::recorders::xray::family::family;
use crate::recorders::xray::waiting::Held;
use crate::recorders::xray::waiting::HeldEvent;
use crate::recorders::xray::waiting::Unseen;

const LIMIT: usize = 64_000;

static CLIENT: Details = Details { kind: SpanKind::Client, ..Details::DEFAULT };
static SERVER: Details = Details { kind: SpanKind::Server, ..Details::DEFAULT };
static OF_CLIENT: Metadata = Metadata { name: "ask", details: Some(&CLIENT), ..Metadata::DEFAULT };
static OF_SERVER: Metadata = Metadata { name: "answer", details: Some(&SERVER), ..Metadata::DEFAULT };

fn span(name: &'static str, id: u64, parent: Option<u64>) -> FinishedSpan {
    FinishedSpan {
        name,
        display_name: Cow::Borrowed(name),
        metadata: &Metadata::DEFAULT,
        trace_id: TraceId::new(0x5759_e988_bd86_2e3f_e1be_46a9_9427_2793),
        span_id: SpanId::new(id),
        parent: parent.map(SpanId::new),
        has_remote_parent: false,
        start: SystemTime::UNIX_EPOCH + Duration::from_millis(1_465_510_280_500),
        duration: Duration::from_millis(250),
        self_duration: Duration::ZERO,
        outcome: Outcome::Ok,
        error_type: None,
        fields: Vec::new(),
        links: Vec::new(),
    }
}

fn with(mut span: FinishedSpan, fields: &[(&str, &str)]) -> FinishedSpan {
    let text = |text: &str| FieldValue::Text(Cow::Owned(text.to_owned()));
    span.fields.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), text(value))));
    span
}

fn told(spans: Vec<Held>, wording: &Wording, limit: usize) -> Vec<Value> {
    let resource = Resource::default().with("service.name", "shop").with("service.version", "1.2.3");
    let pieces = family(spans, Unseen::BecomeSegments, |_| false).pieces;
    let datagrams = pieces.iter().flat_map(|piece| datagrams(piece, &resource, wording, limit));
    let document = |Datagram { bytes, spans }: Datagram| {
        assert!(bytes.len() <= limit, "{}", bytes.len());
        let json = bytes.strip_prefix(HEADER).expect("the header comes first");
        // No value has an unescaped quotation mark in it.
        let told = json.windows(13).filter(|window| window == b"\"start_time\":").count();
        assert_eq!(told as u64, spans);
        serde_json::from_slice(json).unwrap()
    };
    datagrams.map(document).collect()
}

fn of(spans: Vec<FinishedSpan>) -> Vec<Value> {
    let held = spans.into_iter().map(|span| Held { span, events: Vec::new() }).collect();
    told(held, &Wording::default(), LIMIT)
}

/// Documents with all that are in them.
fn all(documents: &[Value]) -> Vec<&Value> {
    let mut left: Vec<_> = documents.iter().collect();
    let mut found = Vec::new();
    while let Some(document) = left.pop() {
        left.extend(document["subsegments"].as_array().into_iter().flatten());
        found.push(document);
    }
    found
}

#[test]
fn a_root_is_a_segment_and_its_children_are_in_it() {
    let documents = of(vec![span("inner", 3, Some(2)), span("outer", 2, Some(1)), span("root", 1, None)]);
    let [root] = &documents[..] else { panic!("{documents:?}") };
    let root = root.clone();
    assert_eq!(root["name"], "root");
    assert_eq!(root["id"], "0000000000000001");
    assert_eq!(root["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
    assert_eq!((&root["start_time"], &root["end_time"]), (&json!(1_465_510_280.5), &json!(1_465_510_280.75)));
    assert_eq!((&root["type"], &root["parent_id"]), (&Value::Null, &Value::Null));
    assert_eq!(root["service"], json!({"version": "1.2.3"}));
    assert_eq!(root["aws"]["xray"]["sdk"], "monitor for Rust");
    let outer = &root["subsegments"][0];
    assert_eq!((&outer["name"], &outer["subsegments"][0]["name"]), (&json!("outer"), &json!("inner")));
    assert_eq!((&outer["trace_id"], &outer["namespace"]), (&Value::Null, &Value::Null));
}

#[test]
fn an_answer_is_a_segment_named_after_the_service_with_its_parent_elsewhere() {
    let answer = FinishedSpan { metadata: &OF_SERVER, ..span("answer", 1, Some(9)) };
    let answer =
        with(answer, &[("http.request.method", "GET"), ("url.path", "/a"), ("url.query", "token=1")]);
    let answer =
        with(answer, &[("server.address", "shop.example"), ("server.port", "8080"), ("user.id", "ann")]);
    let [document] = &of(vec![answer])[..] else { panic!("one") };
    assert_eq!((&document["name"], &document["parent_id"]), (&json!("shop"), &json!("0000000000000009")));
    assert_eq!(document["http"]["request"], json!({"method": "GET", "url": "http://shop.example:8080/a"}));
    assert_eq!((&document["user"], &document["type"]), (&json!("ann"), &Value::Null));
    assert_eq!(document["metadata"]["monitor"]["operation"], "answer");
}

#[test]
fn a_call_of_somebody_is_remote_named_after_them_and_its_query_has_no_literals() {
    let ask = FinishedSpan { metadata: &OF_CLIENT, ..span("ask", 2, Some(1)) };
    let ask = with(ask, &[("db.system.name", "postgresql"), ("db.namespace", "orders")]);
    let ask =
        with(ask, &[("server.address", "db"), ("db.query.text", "SELECT 'secret' FROM cards WHERE n = 7")]);
    let documents = of(vec![ask, span("root", 1, None)]);
    let ask = &documents[0]["subsegments"][0];
    assert_eq!((&ask["name"], &ask["namespace"]), (&json!("orders@db"), &json!("remote")));
    assert_eq!(ask["sql"]["sanitized_query"], "SELECT ? FROM cards WHERE n = ?");
    assert_eq!(
        (&ask["sql"]["url"], &ask["sql"]["database_type"]),
        (&json!("db/orders"), &json!("postgresql"))
    );
    assert!(!documents[0].to_string().contains("secret"));
}

#[test]
fn an_ending_is_an_error_a_throttle_or_a_fault() {
    #[track_caller]
    fn check(outcome: Outcome, kind: Option<&'static str>, status: Option<u64>, expected: &[&str]) {
        let mut failed = FinishedSpan { outcome, error_type: kind, ..span("failed", 1, None) };
        let status =
            status.map(|status| ("http.response.status_code".to_owned(), FieldValue::Unsigned(status)));
        failed.fields.extend(status);
        let document = of(vec![failed]).remove(0);
        let flags = ["error", "throttle", "fault"].into_iter().filter(|flag| document[*flag] == true);
        assert_eq!(flags.collect::<Vec<_>>(), expected, "{kind:?}");
    }
    check(Outcome::Ok, None, None, &[]);
    check(Outcome::Cancelled, None, None, &[]);
    check(Outcome::Panic, Some("panic"), Some(404), &["fault"]);
    check(Outcome::Error, None, None, &["fault"]);
    check(Outcome::Error, Some("std::io::Error"), None, &["fault"]);
    check(Outcome::Error, Some("shop::OrderError::NotFound"), None, &["error"]);
    check(Outcome::Error, Some("404"), None, &["error"]);
    check(Outcome::Error, Some("NotFoundError"), Some(500), &["fault"]);
    check(Outcome::Error, Some("tonic::Code::ResourceExhausted"), None, &["error", "throttle"]);
    check(Outcome::Ok, None, Some(429), &["error", "throttle"]);
    check(Outcome::Ok, None, Some(404), &["error"]);
    check(Outcome::Ok, None, Some(200), &[]);
}

#[test]
fn what_went_wrong_is_the_cause_and_an_ending_without_a_flag_an_annotation() {
    let failed =
        FinishedSpan { outcome: Outcome::Error, error_type: Some("Full"), ..span("failed", 1, None) };
    let [document] = &of(vec![with(failed, &[("error.message", "no room\n\"left\"")])])[..] else {
        panic!("one")
    };
    let exception = &document["cause"]["exceptions"][0];
    assert_eq!((&exception["type"], &exception["message"]), (&json!("Full"), &json!("no room\n\"left\"")));
    assert_eq!(exception["id"].as_str().map(str::len), Some(16));
    let left = FinishedSpan { outcome: Outcome::Cancelled, ..span("left", 1, None) };
    assert_eq!(of(vec![left])[0]["annotations"], json!({"outcome": "cancelled"}));
}

#[test]
fn f65_short_fields_are_annotations_and_the_rest_is_metadata() {
    let mut many =
        with(span("many", 1, None), &[("a.b", "dot"), ("a_b", "line"), ("long", &"x".repeat(300))]);
    many.fields.push(("none".to_owned(), FieldValue::Float(f64::NAN)));
    many.fields.push(("large".to_owned(), FieldValue::Unsigned(u64::MAX)));
    many.fields.extend((0..100).map(|number| (format!("f{number:03}"), FieldValue::Bool(true))));
    let document = of(vec![many]).remove(0);
    let annotations = document["annotations"].as_object().unwrap();
    assert_eq!((annotations.len(), &annotations["a_b"]), (50, &json!("dot")));
    assert_eq!(annotations["large"], json!(u64::MAX));
    let rest = &document["metadata"]["monitor"]["fields"];
    assert_eq!((&rest["a_b"], &rest["none"]), (&json!("line"), &json!("NaN")));
    assert_eq!(rest.as_object().unwrap().len() + annotations.len(), 105);
}

#[test]
fn whoever_says_which_fields_are_annotations_gets_no_others() {
    let wording = Wording {
        annotations: Some(vec!["b".to_owned()]),
        segment_name: Some("checkout".to_owned()),
        origin: Some("AWS::EC2::Instance".to_owned()),
    };
    let held = Held { span: with(span("x", 1, None), &[("a", "1"), ("b", "2")]), events: Vec::new() };
    let document = told(vec![held], &wording, LIMIT).remove(0);
    assert_eq!((&document["annotations"], &document["name"]), (&json!({"b": "2"}), &json!("checkout")));
    assert_eq!(document["metadata"]["monitor"]["fields"], json!({"a": "1"}));
    assert_eq!(document["origin"], "AWS::EC2::Instance");
}

#[test]
fn f65_what_does_not_fit_into_a_document_goes_on_its_own_and_nothing_is_lost() {
    let text = "\u{1}é\"".repeat(600);
    let mut spans: Vec<_> = (2..=400)
        .map(|id| with(span("part", id, Some(if id < 20 { 1 } else { id / 10 })), &[("text", &text)]))
        .collect();
    spans.push(span("root", 1, None));
    let documents = of(spans);
    assert!(documents.len() > 10);
    let told = all(&documents);
    let ids: HashSet<_> = told.iter().map(|document| document["id"].as_str().unwrap()).collect();
    assert_eq!((told.len(), ids.len()), (400, 400));
    assert_eq!((&documents[0]["name"], &documents[0]["type"]), (&json!("root"), &Value::Null));
    for alone in &documents[1..] {
        assert_eq!(alone["type"], "subsegment");
        assert_eq!(alone["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
        let id = u64::from_str_radix(alone["id"].as_str().unwrap(), 16).unwrap();
        let parent = if id < 20 { 1 } else { id / 10 };
        assert_eq!(alone["parent_id"], format!("{parent:016x}"));
    }
    assert!(
        told.iter().all(|it| it["name"] == "root" || it["metadata"]["monitor"]["fields"]["text"] == *text)
    );
}

#[test]
fn f65_a_segment_that_is_too_large_by_itself_is_shortened_and_says_so() {
    let event = |number: usize| HeldEvent {
        name: "noted",
        severity: Severity::Info,
        time: SystemTime::UNIX_EPOCH,
        fields: vec![("text".to_owned(), FieldValue::Text("\u{1}".repeat(number % 900).into()))],
    };
    let root = with(span("root", 1, None), &[("text", &"世".repeat(1_300))]);
    let held = Held { span: root, events: (0..2_000).map(event).collect() };
    let [document] = &told(vec![held], &Wording::default(), LIMIT)[..] else { panic!("one") };
    let ours = &document["metadata"]["monitor"];
    assert!(ours["shortened"].is_string());
    let events = ours["events"].as_array().unwrap().len() as u64;
    assert_eq!(events + ours["events_left_out"].as_u64().unwrap(), 2_000);
    let held =
        Held { span: with(span("root", 1, None), &[("text", &"\u{1}".repeat(4_000))]), events: Vec::new() };
    let [document] = &told(vec![held], &Wording::default(), 4_096)[..] else { panic!("one") };
    assert_eq!(document["metadata"]["monitor"]["fields"]["text"], "\u{1}".repeat(256));
}

#[test]
fn f65_the_least_datagram_takes_a_segment_whatever_is_known_of_it() {
    let user = with(span("root", 1, None), &[("user.id", &"\u{1}".repeat(900))]);
    let wording = Wording { origin: Some("\u{1}".repeat(900)), ..Wording::default() };
    let [document] = &told(vec![Held { span: user, events: Vec::new() }], &wording, 4_096)[..] else {
        panic!("one")
    };
    assert_eq!((&document["name"], &document["origin"]), (&json!("root"), &Value::Null));
}

#[test]
fn deep_traces_are_cut_into_documents_that_anybody_can_read() {
    let mut spans: Vec<_> = (2..=10_000).map(|id| span("deeper", id, Some(id - 1))).collect();
    spans.push(span("root", 1, None));
    let documents = of(spans);
    assert_eq!(all(&documents).len(), 10_000);
    assert!(documents.len() >= 10_000 / 51, "{}", documents.len());
}

#[test]
fn spans_that_are_each_others_parents_are_told_all_the_same() {
    let documents =
        of(vec![span("a", 1, Some(2)), span("b", 2, Some(1)), span("c", 3, Some(3)), span("c", 3, Some(1))]);
    let names: Vec<_> = all(&documents).iter().map(|document| document["name"].as_str().unwrap()).collect();
    assert_eq!((names.len(), names.iter().filter(|name| **name == "c").count()), (4, 2), "{names:?}");
}
