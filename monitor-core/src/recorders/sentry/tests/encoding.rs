//! What spans and events become.

use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use crate::model::FieldValue;
use crate::model::Outcome;
use crate::model::Resource;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::sentry::encode::Failure;
use crate::recorders::sentry::encode::Identity;
use crate::recorders::sentry::encode::Scope;
use crate::recorders::sentry::encode::Tree;
use crate::recorders::sentry::encode::check_in;
use crate::recorders::sentry::encode::frames;
use crate::recorders::sentry::encode::shrink_transaction;
use crate::recorders::sentry::encode::transaction;
use crate::recorders::sentry::envelope::Envelope;
use crate::recorders::sentry::envelope::Kind;
use crate::recorders::sentry::tests::CLIENT;
use crate::recorders::sentry::tests::SERVER;
use crate::recorders::sentry::tests::failed;
use crate::recorders::sentry::tests::of;
use crate::recorders::sentry::tests::span;
use crate::recorders::sentry::tests::text;
use crate::recorders::sentry::tests::with;

fn scope() -> Scope {
    Scope::new(&Identity::default(), &Resource::default())
}

fn event(span: &FinishedSpan) -> Value {
    Failure { span, callers: vec![&SERVER], transaction: Some("checkout"), before: Vec::new() }
        .encode(&scope())
}

fn tree(root: FinishedSpan, spans: Vec<FinishedSpan>) -> Value {
    transaction(&scope(), &Tree { root, spans, all: 0 })
}

#[test]
fn a_failure_is_an_exception_with_what_the_span_knows() {
    let event =
        event(&with("error.message", text("cart 7 is empty"), failed("CartError", span(0xabc, 7, 5, 0, 12))));
    let exception = json!([{
        "type": "CartError",
        "value": "cart 7 is empty",
        "module": "shop::cart",
        "mechanism": {"type": "monitored", "handled": true},
        "stacktrace": {"frames": [
            {"function": "checkout", "module": "shop", "in_app": true},
            {"function": "load", "module": "shop::cart", "filename": "src/cart.rs", "lineno": 7, "in_app": true},
        ]},
    }]);
    assert_eq!(event["exception"]["values"], exception);
    let trace = json!({
        "trace_id": "00000000000000000000000000000abc",
        "span_id": "0000000000000007",
        "parent_span_id": "0000000000000005",
        "op": "function",
        "status": "internal_error",
    });
    assert_eq!(event["contexts"]["trace"], trace);
    assert_eq!(event["fingerprint"], json!(["shop::cart::load", "CartError"]));
    assert_eq!(
        [&event["level"], &event["transaction"], &event["timestamp"]],
        [&json!("error"), &json!("checkout"), &json!(1_700_000_000.012)]
    );
    assert_eq!(event["event_id"].as_str().map(str::len), Some(32));
}

#[test]
fn a_panic_is_fatal_and_handled_by_nobody() {
    let event =
        event(&FinishedSpan { outcome: Outcome::Panic, error_type: Some("panic"), ..span(1, 7, 5, 0, 12) });
    let exception = &event["exception"]["values"][0];
    assert_eq!((&exception["type"], &exception["value"]), (&json!("panic"), &json!("load panicked")));
    assert_eq!(
        (&exception["mechanism"], &event["level"]),
        (&json!({"type": "panic", "handled": false}), &json!("fatal"))
    );
}

#[test]
fn the_same_failure_is_the_same_event_and_its_text_changes_no_issue() {
    let told = |number: u64, id| {
        event(&with("error.message", text(&format!("cart {number}")), failed("E", span(1, id, 5, 0, 12))))
    };
    let (first, again, other) = (told(1, 7), told(1, 7), told(2, 8));
    assert_eq!(first["event_id"], again["event_id"]);
    assert!(first["event_id"] != other["event_id"]);
    assert_eq!(first["fingerprint"], other["fingerprint"]);
}

/// As `std::backtrace::Backtrace` of Rust 1.95 displays itself.
const BACKTRACE: &str = "   0: std::backtrace_rs::backtrace::libunwind::trace
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/../../backtrace/src/backtrace/libunwind.rs:117:9
   1: shop::cart::load
             at ./src/cart.rs:40:13
   2: shop::main
             at ./src/main.rs:9:5
   3: core::ops::function::FnOnce::call_once
   4: main
";

#[test]
fn a_recorded_backtrace_is_the_stack_the_outermost_first() {
    let shown: Vec<_> = frames(BACKTRACE)
        .iter()
        .map(|frame| {
            format!("{} {} {} {}", frame["function"], frame["filename"], frame["lineno"], frame["in_app"])
        })
        .collect();
    let expected = [
        "\"main\" null null true",
        "\"core::ops::function::FnOnce::call_once\" null null false",
        "\"shop::main\" \"./src/main.rs\" 9 true",
        "\"shop::cart::load\" \"./src/cart.rs\" 40 true",
    ];
    assert_eq!(shown[..4], expected);
    assert!(shown[4].ends_with("libunwind.rs\" 117 false"), "{}", shown[4]);
    for nothing in ["", "at x:1:2", "no stack: at all", "12", "99999999999999999999999"] {
        assert_eq!(frames(nothing).len(), 0, "{nothing}");
    }
    let told = event(&with("exception.stacktrace", text(BACKTRACE), failed("E", span(1, 7, 5, 0, 12))));
    assert_eq!(told["exception"]["values"][0]["stacktrace"]["frames"].as_array().map(Vec::len), Some(5));
    assert_eq!(told["contexts"].get("fields"), None);
}

#[track_caller]
fn check_status(span: FinishedSpan, op: &str, status: &str) {
    let trace = &tree(span, Vec::new())["contexts"]["trace"];
    assert_eq!((&trace["op"], &trace["status"]), (&json!(op), &json!(status)));
}

#[test]
fn how_a_call_ended_is_told_in_the_words_of_sentry() {
    let client = || of(&CLIENT, span(1, 2, 0, 0, 1));
    check_status(client(), "client", "ok");
    check_status(
        with("db.system.name", text("mysql"), failed("io::TimedOut", client())),
        "db",
        "deadline_exceeded",
    );
    check_status(
        with("http.response.status_code", FieldValue::Signed(404), failed("E", client())),
        "client",
        "not_found",
    );
    check_status(
        with("http.response.status_code", FieldValue::Unsigned(418), failed("E", client())),
        "client",
        "invalid_argument",
    );
    check_status(
        with("http.response.status_code", FieldValue::Unsigned(200), failed("E", client())),
        "client",
        "internal_error",
    );
    check_status(
        with("rpc.grpc.status_code", FieldValue::Unsigned(14), failed("E", client())),
        "client",
        "unavailable",
    );
    check_status(
        with("rpc.grpc.status_code", FieldValue::Unsigned(99), failed("E", client())),
        "client",
        "internal_error",
    );
    check_status(
        FinishedSpan { outcome: Outcome::Cancelled, ..of(&SERVER, span(1, 2, 0, 0, 1)) },
        "server",
        "cancelled",
    );
    check_status(
        with("http.request.method", text("GET"), of(&SERVER, span(1, 2, 0, 0, 1))),
        "http.server",
        "ok",
    );
    check_status(
        FinishedSpan { outcome: Outcome::Panic, ..span(1, 2, 0, 0, 1) },
        "function",
        "internal_error",
    );
}

#[test]
fn a_transaction_has_its_spans_and_what_was_measured() {
    let root = with(
        "sentry.measurement.rows",
        FieldValue::Unsigned(7),
        with("http.route", text("/checkout"), of(&SERVER, span(1, 2, 9, 0, 50))),
    );
    let item = tree(root, vec![with("db.system.name", text("mysql"), of(&CLIENT, span(1, 3, 2, 10, 20)))]);
    assert_eq!((&item["type"], &item["transaction"]), (&json!("transaction"), &json!("checkout")));
    assert_eq!(item["transaction_info"], json!({"source": "route"}));
    assert_eq!(
        (&item["start_timestamp"], &item["timestamp"]),
        (&json!("2023-11-14T22:13:20.000000Z"), &json!("2023-11-14T22:13:20.050000Z"))
    );
    let measured =
        json!({"self_time": {"value": 50.0, "unit": "millisecond"}, "rows": {"value": 7.0, "unit": "none"}});
    assert_eq!(item["measurements"], measured);
    let child = json!([{
        "trace_id": "00000000000000000000000000000001",
        "span_id": "0000000000000003",
        "parent_span_id": "0000000000000002",
        "op": "db",
        "status": "ok",
        "description": "query",
        "start_timestamp": "2023-11-14T22:13:20.010000Z",
        "timestamp": "2023-11-14T22:13:20.020000Z",
        "origin": "auto.function.monitor",
        "data": {"db.system.name": "mysql", "code.function.name": "shop::db::query"},
    }]);
    assert_eq!(item["spans"], child);
}

#[test]
fn a_job_that_ran_checks_in() {
    let check = |slug: &str, span: FinishedSpan| check_in(&scope(), &span, slug);
    let good = check("Nightly Reports!", span(1, 2, 0, 0, 1_500)).unwrap();
    assert_eq!(
        [&good["monitor_slug"], &good["status"], &good["duration"]],
        [&json!("nightly-reports"), &json!("ok"), &json!(1.5)]
    );
    assert_eq!(check("a", failed("E", span(1, 2, 0, 0, 1))).unwrap()["status"], "error");
    assert_eq!(check(&"x".repeat(80), span(1, 2, 0, 0, 1)).unwrap()["monitor_slug"], "x".repeat(50));
    assert!(["", "--", "🤔"].iter().all(|slug| check(slug, span(1, 2, 0, 0, 1)).is_none()));
}

#[test]
fn f41_what_is_too_large_loses_what_matters_least() {
    let long = "x".repeat(2_000);
    let fat =
        |id| (0..3).fold(span(1, id, 2, id, id + 1), |span, name| with(&name.to_string(), text(&long), span));
    let item = tree(of(&SERVER, span(1, 2, 0, 0, 9_000)), (3..253).map(fat).collect());
    assert!(item.to_string().len() > 1_500_000);
    let envelope = Envelope::new(Kind::Transaction, item, shrink_transaction).unwrap();
    assert_eq!(envelope.spans, 251);
    let bytes = envelope.encode(None, SystemTime::UNIX_EPOCH);
    assert!(bytes.len() < 1_000_500 && bytes.len() > 25_000, "{}", bytes.len());
    // What stays too large is nothing at all.
    assert!(Envelope::new(Kind::Event, json!("x".repeat(1_000_001)), |_| false).is_none());
}
