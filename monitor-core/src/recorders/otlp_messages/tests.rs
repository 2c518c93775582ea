use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::SystemTime;

use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use prost::Message;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;

use super::*;
use crate::dispatch::emit;
use crate::event::Address;
use crate::event::CheckOutFailedReason;
use crate::event::ConnectionCheckOutFailed;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::monitor::Monitor;
use crate::probe::Span;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;

/// A file of the protocol's authors; what ends in `.pb` was made of its neighbour by their messages for Python.
fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../monitor-test/tests/data/otlp");
    fs::read(folder.join(name)).unwrap()
}

/// JSON without what is the same as nothing in protobuf, and without what our messages have no place for.
fn essence(value: Json) -> Json {
    let nothing = [json!(null), json!(""), json!("0"), json!(0.0), json!(false), json!([])];
    match value {
        Json::Number(number) => json!(number.as_f64()),
        Json::Array(values) => values.into_iter().map(essence).collect(),
        Json::Object(fields) => {
            let foreign = ["arrayValue", "filteredAttributes", "kvlistValue", "negative", "summary"];
            let is_scope = fields.contains_key("version");
            fields
                .into_iter()
                .filter(|(name, _)| !(foreign.contains(&&**name) || is_scope && name == "attributes"))
                .map(|(name, value)| match value {
                    Json::String(id) if name.ends_with("Id") => (name, json!(id.to_lowercase())),
                    value => (name, essence(value)),
                })
                .filter(|(_, value)| !nothing.contains(value))
                .collect()
        }
        other => other,
    }
}

#[track_caller]
fn check_golden<M: Message + Default + Serialize>(name: &str) {
    let message = M::decode(&*golden(&format!("{name}.pb"))).unwrap();
    let ours = serde_json::to_value(&message).unwrap();
    let theirs: Json = serde_json::from_slice(&golden(&format!("{name}.json"))).unwrap();
    assert_eq!(essence(ours), essence(theirs), "{name}");
}

#[test]
fn the_examples_of_the_protocol_read_in_binary_are_its_examples_in_json() {
    check_golden::<TracesData>("trace");
    check_golden::<MetricsData>("metrics");
    check_golden::<LogsData>("logs");
    check_golden::<LogsData>("events");
}

/// What a recorder would have sent.
#[derive(Clone, Debug, Default)]
struct Sent(Arc<Mutex<Messages>>);

#[derive(Debug, Default)]
struct Messages {
    traces: Vec<TracesData>,
    logs: Vec<LogsData>,
    lines: Vec<Vec<u8>>,
}

impl Recorder for Sent {
    fn name(&self) -> &str {
        "sent"
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let mut sent = self.0.lock().unwrap();
        sent.traces.push(TracesData::from(batch));
        sent.lines.push(serde_json::to_vec(&TracesData::from(batch)).unwrap());
        Ok(())
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let mut sent = self.0.lock().unwrap();
        sent.logs.push(LogsData::from(batch));
        Ok(())
    }
}

/// What is sent of what `work` records.
fn sent(work: impl FnOnce()) -> Messages {
    let sent = Sent::default();
    let monitor = Monitor::builder().recorder(sent.clone()).build();
    monitor.scope(work);
    monitor.flush(Duration::from_secs(60)).unwrap();
    let mut messages = sent.0.lock().unwrap();
    std::mem::take(&mut *messages)
}

fn only_span(work: impl FnOnce(Span)) -> trace::Span {
    let messages = sent(|| work(Span::start("load orders")));
    // As whoever gets it reads it.
    let sent = messages.traces[0].resource_spans[0].scope_spans[0].spans[0].encode_to_vec();
    trace::Span::decode(&*sent).unwrap()
}

/// A text for each attribute.
fn told(attributes: &[KeyValue]) -> Vec<String> {
    let text = |text: &[u8]| str::from_utf8(text).unwrap().to_owned();
    let value = |attribute: &KeyValue| match attribute.value.clone().unwrap().value.unwrap() {
        attribute::Value::Text(value) => format!("Text({:?})", text(&value)),
        value => format!("{value:?}"),
    };
    attributes.iter().map(|attribute| format!("{}={}", text(&attribute.key), value(attribute))).collect()
}

#[test]
fn a_span_says_how_it_ended() {
    let ok = only_span(drop);
    assert_eq!((&*ok.name, ok.kind, &ok.status), (&b"load orders"[..], 1, &None));
    assert!(ok.start_time_unix_nano <= ok.end_time_unix_nano && ok.parent_span_id.is_empty());
    assert_eq!((ok.trace_id.len(), ok.span_id.len(), ok.flags), (16, 8, 0x101));
    assert_eq!(told(&ok.attributes), [r#"outcome=Text("ok")"#]);
    let failed = only_span(|span| span.end(Outcome::Error));
    assert_eq!(failed.status.unwrap().code, 2);
    let panicked = only_span(|span| span.end(Outcome::Panic));
    assert_eq!(panicked.status.unwrap(), trace::SpanStatus { message: "panic".into(), code: 2 });
    let told_of_panic = [r#"outcome=Text("panic")"#, r#"error.type=Text("panic")"#];
    assert_eq!(told(&panicked.attributes), told_of_panic);
    let cancelled = only_span(|span| span.end(Outcome::Cancelled));
    assert_eq!(cancelled.status, None);
    assert_eq!(told(&cancelled.attributes), [r#"outcome=Text("cancelled")"#]);
}

#[test]
fn a_field_keeps_its_type_and_no_name_is_there_twice() {
    let span = only_span(|mut span| {
        span.set("rows", 7_u64);
        span.set("large", u64::MAX);
        span.set("share", 0.5);
        span.set("cached", true);
        span.set("rows", -1_i64);
        span.set("outcome", "mine");
        span.set("", "nameless");
    });
    let expected = [
        "rows=Int(-1)",
        r#"large=Text("18446744073709551615")"#,
        "share=Double(0.5)",
        "cached=Bool(true)",
        r#"outcome=Text("mine")"#,
    ];
    assert_eq!(told(&span.attributes), expected);
}

#[test]
fn a_span_names_its_parent_and_its_links() {
    let other = SpanContext::new(TraceId::new(0x0af7_6519), SpanId::new(0xb7ad));
    let messages = sent(|| {
        let mut parent = Span::start("parent");
        parent.link(other);
        drop(Span::start("child"));
    });
    let [child, parent] = &messages.traces[0].resource_spans[0].scope_spans[0].spans[..] else {
        panic!("two spans")
    };
    assert_eq!((&child.parent_span_id, &child.trace_id), (&parent.span_id, &parent.trace_id));
    assert_eq!(parent.links, [trace::Link::from(other)]);
    let json = serde_json::to_value(parent).unwrap();
    assert_eq!(json["links"][0]["traceId"], "0000000000000000000000000af76519");
    assert_eq!(json["links"][0]["spanId"], "000000000000b7ad");
}

#[test]
fn flags_say_whether_a_parent_and_a_link_are_in_another_process() {
    let here = SpanContext::new(TraceId::new(7), SpanId::new(9));
    for (other, flags) in [(here, 0x100), (here.remote(), 0x300)] {
        let messages = sent(|| Span::start_in("answer", other).link(other));
        let span = &messages.traces[0].resource_spans[0].scope_spans[0].spans[0];
        assert_eq!((span.flags, span.links[0].flags), (flags | 1, flags));
    }
}

#[test]
fn an_event_is_a_log_record_in_its_span() {
    let messages = sent(|| {
        let _span = Span::start("check out");
        let waited = Duration::from_secs(2);
        let reason = CheckOutFailedReason::Timeout;
        emit(|| ConnectionCheckOutFailed::new(Address::tcp("db", 5432), reason, waited));
    });
    let scope = &messages.logs[0].resource_logs[0].scope_logs[0];
    assert_eq!(scope.scope, Some(Scope::own()));
    let record = &scope.log_records[0];
    let span = &messages.traces[0].resource_spans[0].scope_spans[0].spans[0];
    assert_eq!((&*record.trace_id, &*record.span_id, record.flags), (&*span.trace_id, &*span.span_id, 1));
    assert_eq!(record.event_name, "pool.connection_check_out_failed");
    assert_eq!((record.severity_number, record.severity_text.as_str()), (9, "INFO"));
    assert!(told(&record.attributes).contains(&r#"reason=Text("timeout")"#.to_owned()));
    let nowhere = sent(|| {
        emit(|| {
            ConnectionCheckOutFailed::new(
                Address::tcp("db", 1),
                CheckOutFailedReason::Timeout,
                Duration::ZERO,
            )
        })
    });
    let json = serde_json::to_value(&nowhere.logs[0].resource_logs[0].scope_logs[0].log_records[0]).unwrap();
    assert!(json.get("traceId").is_none() && json.get("flags").is_none(), "{json}");
}

#[test]
fn f56_a_field_that_is_no_number_has_a_name_in_json() {
    let span = only_span(|mut span| span.set("share", f64::NAN));
    assert_eq!(
        serde_json::to_value(&span.attributes[0]).unwrap(),
        json!({"key": "share", "value": {"doubleValue": "NaN"}})
    );
}

#[test]
fn f52_a_time_that_has_no_number_is_the_nearest_that_has() {
    let epoch = SystemTime::UNIX_EPOCH;
    assert_eq!(attribute::nanoseconds(epoch - Duration::from_secs(1)), 0);
    assert_eq!(attribute::nanoseconds(epoch + Duration::from_secs(600 * 365 * 86_400)), u64::MAX);
    assert_eq!(attribute::nanoseconds(epoch + Duration::from_nanos(17)), 17);
}

#[test]
fn every_resource_names_its_service_once() {
    let resource = |resource: &crate::model::Resource| told(&Resource::from(resource).attributes);
    let default = crate::model::Resource::default();
    assert_eq!(resource(&default), [r#"service.name=Text("unknown_service")"#]);
    let named = default.with("host.name", "h").with("service.name", "shop").with("process.pid", 7);
    let expected = [r#"service.name=Text("shop")"#, r#"host.name=Text("h")"#, "process.pid=Int(7)"];
    assert_eq!(resource(&named), expected);
}

#[test]
fn an_answer_is_read_as_each_server_writes_it() {
    #[track_caller]
    fn check(json: &str, rejected: i64, message: &str) {
        let reply: Reply = serde_json::from_str(json).unwrap();
        let partial = reply.partial_success.unwrap_or_default();
        assert_eq!((partial.rejected, partial.error_message.as_str()), (rejected, message), "{json}");
    }
    check("{}", 0, "");
    check(r#"{"partialSuccess":{}}"#, 0, "");
    check(r#"{"partialSuccess":null,"more":1}"#, 0, "");
    check(r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}}"#, 3, "no");
    check(r#"{"partialSuccess":{"rejectedDataPoints":3}}"#, 3, "");
    check(r#"{"partialSuccess":{"rejectedLogRecords":"3"}}"#, 3, "");
}

proptest! {
    #[test]
    fn f61_f62_whatever_is_in_a_field_is_one_attribute_of_one_span(
        fields in proptest::collection::vec(("(?s)\0?(link|name|.{0,8})", any::<String>()), 0..8),
    ) {
        let messages = sent(|| {
            let mut span = Span::start("hostile");
            fields.iter().for_each(|(name, value)| span.set(name, value.as_str()));
        });
        let line = &messages.lines[0];
        prop_assert!(!line.iter().any(|byte| *byte < b' '));
        let json: Json = serde_json::from_slice(line).unwrap();
        let binary = messages.traces[0].encode_to_vec();
        let again = TracesData::decode(&*binary).unwrap();
        prop_assert_eq!(&serde_json::to_value(&again).unwrap(), &json);
        let spans = json["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
        prop_assert_eq!(spans.len(), 1);
        let mut expected: Vec<(&str, &str)> = Vec::new();
        for (name, value) in fields.iter().filter(|(name, _)| !name.is_empty()) {
            match expected.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = value,
                None => expected.push((name, value)),
            }
        }
        if expected.iter().all(|(name, _)| *name != "outcome") {
            expected.push(("outcome", "ok"));
        }
        let attributes = spans[0]["attributes"].as_array().unwrap().iter();
        let told: Vec<_> = attributes
            .map(|it| (it["key"].as_str().unwrap(), it["value"]["stringValue"].as_str().unwrap()))
            .collect();
        prop_assert_eq!(told, expected);
    }
}
