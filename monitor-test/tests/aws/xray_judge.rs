//! What the X-Ray daemon and its service take: read by the rules of Amazon's description of segment documents, not by
//! anything of ours.

use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer;
use serde_json::Value;

const HEADER: &str = "{\"format\":\"json\",\"version\":1}";
/// One document, in bytes.
const LARGEST: usize = 64_000;
/// What a segment may have, by the description, and what the service takes beyond it (`links`).
const SEGMENT: [&str; 19] = [
    "name",
    "id",
    "trace_id",
    "start_time",
    "end_time",
    "parent_id",
    "type",
    "user",
    "origin",
    "service",
    "aws",
    "http",
    "error",
    "throttle",
    "fault",
    "cause",
    "annotations",
    "metadata",
    "links",
];
const SUBSEGMENT: [&str; 3] = ["namespace", "sql", "subsegments"];

/// The documents of these datagrams, each as strict as the service is.
#[track_caller]
pub(crate) fn documents(datagrams: &[Vec<u8>]) -> Vec<Value> {
    datagrams.iter().map(|datagram| document(datagram)).collect()
}

/// So many datagrams as a peer has, once all spans that are wanted are in them.
#[track_caller]
pub(crate) fn received(peer: &Peer, spans: usize) -> Vec<Value> {
    let all = |datagrams: &[Vec<u8>]| documents(datagrams).iter().map(|it| flat(it).len()).sum::<usize>();
    peer.wait_for(PATIENCE, |collected| all(&collected.datagrams) >= spans);
    let documents = documents(&peer.take().datagrams);
    assert_eq!(documents.iter().map(|it| flat(it).len()).sum::<usize>(), spans);
    documents
}

/// A document with all subsegments in it.
pub(crate) fn flat(document: &Value) -> Vec<&Value> {
    let mut found = vec![document];
    let mut at = 0;
    while at < found.len() {
        found.extend(found[at]["subsegments"].as_array().into_iter().flatten());
        at += 1;
    }
    found
}

#[track_caller]
fn document(datagram: &[u8]) -> Value {
    let text = std::str::from_utf8(datagram).expect("it is UTF-8");
    let (header, body) = text.split_once('\n').expect("a header comes first");
    assert_eq!(header, HEADER);
    assert!(body.len() <= LARGEST, "{} bytes", body.len());
    assert!(!body.contains(|letter: char| letter.is_control()), "a control character in {body}");
    let document: Value = serde_json::from_str(body).expect("one JSON document");
    let alone = document["type"] == "subsegment";
    assert!(alone || document["type"].is_null());
    trace(&document["trace_id"]);
    if alone || !document["parent_id"].is_null() {
        identifier(&document["parent_id"]);
    }
    judge(&document, if alone { Place::Alone } else { Place::Top });
    document
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Alone,
    Inside,
    Top,
}

fn judge(document: &Value, place: Place) {
    let members = document.as_object().expect("an object");
    for key in members.keys() {
        let known = SEGMENT.contains(&&**key) || SUBSEGMENT.contains(&&**key);
        assert!(known, "what is `{key}`? {document}");
        let misplaced = match place {
            Place::Inside => ["trace_id", "parent_id", "type", "service", "origin", "aws"].contains(&&**key),
            Place::Top => ["namespace", "sql"].contains(&&**key) && members.contains_key("namespace"),
            Place::Alone => ["service", "origin"].contains(&&**key),
        };
        assert!(!misplaced, "`{key}` has no place in {place:?}: {document}");
    }
    let name = document["name"].as_str().expect("a name");
    assert!((1..=200).contains(&name.chars().count()), "{name}");
    let accepted =
        |letter: char| letter.is_alphanumeric() || letter.is_whitespace() || "_.:/%&#=+\\-@".contains(letter);
    assert!(name.chars().all(accepted), "{name:?}");
    identifier(&document["id"]);
    let (start, end) = (document["start_time"].as_f64().unwrap(), document["end_time"].as_f64().unwrap());
    assert!(start >= 0.0 && end >= start && end < 1e11, "{start} {end}");
    for flag in ["error", "throttle", "fault"] {
        assert!(document[flag].is_null() || document[flag] == true);
    }
    assert!(document["throttle"].is_null() || document["error"] == true);
    for exception in document["cause"]["exceptions"].as_array().into_iter().flatten() {
        identifier(&exception["id"]);
        assert!(exception["type"].is_string());
    }
    let annotations = document["annotations"].as_object().into_iter().flatten();
    assert!(annotations.clone().count() <= 50);
    for (key, value) in annotations {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        assert!(!key.is_empty() && key.len() <= 500 && key.bytes().all(plain), "{key:?}");
        let short = value.as_str().is_none_or(|text| text.chars().count() <= 1_000);
        assert!(short && (value.is_string() || value.is_number() || value.is_boolean()), "{value}");
    }
    for namespace in document["metadata"].as_object().into_iter().flatten().map(|(key, _)| key) {
        assert!(!namespace.starts_with("AWS."), "{namespace}");
    }
    for link in document["links"].as_array().into_iter().flatten() {
        trace(&link["trace_id"]);
        identifier(&link["id"]);
    }
    for inside in document["subsegments"].as_array().into_iter().flatten() {
        judge(inside, Place::Inside);
    }
}

fn trace(id: &Value) {
    let text = id.as_str().unwrap_or_else(|| panic!("{id} is no trace"));
    let parts: Vec<_> = text.split('-').collect();
    let [version, time, random] = parts[..] else { panic!("{text}") };
    assert_eq!((version, time.len(), random.len()), ("1", 8, 24), "{text}");
    assert!(is_hexadecimal(time) && is_hexadecimal(random), "{text}");
}

fn identifier(id: &Value) {
    let text = id.as_str().unwrap_or_else(|| panic!("{id} is no identifier"));
    assert!(text.len() == 16 && is_hexadecimal(text), "{text}");
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
