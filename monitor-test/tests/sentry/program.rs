//! A program, and what is told of it.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::panic_any;

use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::FailoverFailed;
use monitor_core::event::FailoverKind;
use monitor_core::event::FailoverStarted;
use monitor_core::field;
use monitor_core::monitored;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prop_assert_eq;
use proptest::proptest;
use sentry_types::protocol::v7::Context;
use sentry_types::protocol::v7::Level;
use sentry_types::protocol::v7::MonitorCheckInStatus;
use sentry_types::protocol::v7::SpanStatus;
use sentry_types::protocol::v7::TraceContext;

use crate::PATIENCE;
use crate::monitor;
use crate::peer;
use crate::received::Received;
use crate::received::received;
use crate::sentry;

#[derive(Debug)]
enum CartError {
    Empty(u64),
}

impl fmt::Display for CartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CartError::Empty(cart) => write!(f, "cart {cart} is empty"),
        }
    }
}

#[monitored(kind = server, fields(http.route = "/checkout"))]
fn checkout(cart: u64) -> Result<u64, CartError> {
    let loaded = load(cart)?;
    Ok(loaded)
}

#[monitored(err)]
fn load(cart: u64) -> Result<u64, CartError> {
    query();
    if cart % 2 == 1 { Err(CartError::Empty(cart)) } else { Ok(cart) }
}

#[monitored(kind = client, fields(db.system.name = "postgresql", rows))]
fn query() {
    field!(rows = 3_u64);
}

#[monitored]
fn crash() {
    panic_any("boom");
}

#[monitored(fields(monitor.slug = "nightly-reports"))]
fn nightly(works: Option<u64>) -> Result<(), CartError> {
    works.map(|_| ()).ok_or(CartError::Empty(0))
}

/// What came after `run`.
fn told(run: impl FnOnce()) -> Received {
    let peer = peer();
    let monitor = monitor(sentry(&peer).environment("test").tag("team", "shop"));
    monitor.scope(run);
    monitor.flush(PATIENCE).unwrap();
    received(&peer)
}

fn trace(contexts: &sentry_types::protocol::v7::Map<String, Context>) -> &TraceContext {
    match &contexts["trace"] {
        Context::Trace(trace) => trace,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_error_that_is_handed_on_is_one_event_and_its_trace_one_transaction() {
    let told = told(|| {
        checkout(7).unwrap_err();
    });
    let ([event], [transaction]) = (&told.events[..], &told.transactions[..]) else { panic!("{told:?}") };
    let exception = &event.exception.values[0];
    assert!(exception.ty.ends_with("CartError"), "{}", exception.ty);
    assert_eq!(exception.value.as_deref(), Some("cart 7 is empty"));
    assert_eq!(exception.mechanism.as_ref().unwrap().handled, Some(true));
    let frames = &exception.stacktrace.as_ref().unwrap().frames;
    let functions: Vec<_> = frames.iter().map(|frame| frame.function.as_deref().unwrap()).collect();
    assert_eq!(functions, ["checkout", "load"]);
    assert!(frames[1].filename.as_deref().unwrap().ends_with("program.rs") && frames[1].lineno.unwrap() > 0);
    assert_eq!((event.level, event.transaction.as_deref()), (Level::Error, Some("checkout")));
    assert_eq!((event.release.as_deref(), event.environment.as_deref()), (Some("shop@1.2.3"), Some("test")));
    assert_eq!((&*event.tags["team"], &*event.tags["function"]), ("shop", "load"));

    assert_eq!(transaction.name.as_deref(), Some("checkout"));
    let (root, failed) = (trace(&transaction.contexts), trace(&event.contexts));
    assert_eq!((root.trace_id, Some(root.span_id)), (failed.trace_id, failed.parent_span_id));
    assert_eq!((root.op.as_deref(), root.status), (Some("server"), Some(SpanStatus::InternalError)));
    let spans: Vec<_> = transaction.spans.iter().map(|span| span.description.as_deref().unwrap()).collect();
    assert_eq!(spans, ["load", "query"]);
    assert_eq!(transaction.spans[0].parent_span_id, Some(root.span_id));
    assert_eq!(transaction.spans[1].parent_span_id, Some(transaction.spans[0].span_id));
    assert_eq!(transaction.spans[1].op.as_deref(), Some("db"));
    assert_eq!(transaction.spans[1].data["rows"], 3);
    assert!(transaction.start_timestamp <= transaction.spans[0].start_timestamp);
    assert!(transaction.spans[0].timestamp <= transaction.timestamp);
}

#[test]
fn one_error_is_one_issue_however_often_it_happens_and_whatever_it_says() {
    let told = told(|| (1..=9).for_each(|cart| drop(checkout(cart))));
    assert_eq!((told.events.len(), told.transactions.len()), (5, 9));
    let mut fingerprints: Vec<_> = told.events.iter().map(|event| event.fingerprint.to_vec()).collect();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 1, "{fingerprints:?}");
    let mut ids: Vec<_> = told.events.iter().map(|event| event.event_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[test]
fn a_panic_is_told_as_fatal_once() {
    let told = told(|| {
        let _root = Span::start("root");
        let _ = catch_unwind(AssertUnwindSafe(crash));
    });
    let [event] = &told.events[..] else { panic!("{told:?}") };
    let exception = &event.exception.values[0];
    assert_eq!((&*exception.ty, exception.value.as_deref()), ("panic", Some("crash panicked")));
    assert_eq!(exception.mechanism.as_ref().unwrap().handled, Some(false));
    assert_eq!((event.level, event.transaction.as_deref()), (Level::Fatal, Some("root")));
}

#[test]
fn a_job_checks_in_however_it_ends() {
    let told = told(|| {
        let _ = nightly(Some(1));
        let _ = nightly(None);
    });
    let ended: Vec<_> = told.check_ins.iter().map(|it| (it.monitor_slug.as_str(), it.status)).collect();
    let (slug, good, bad) = ("nightly-reports", MonitorCheckInStatus::Ok, MonitorCheckInStatus::Error);
    assert_eq!(ended, [(slug, good), (slug, bad)]);
    assert!(
        told.check_ins.iter().all(|it| it.duration.is_some() && it.environment.as_deref() == Some("test"))
    );
    // It is a call like any other as well.
    assert_eq!((told.events.len(), told.transactions.len()), (1, 2));
}

#[test]
fn what_happened_before_an_error_is_told_with_it() {
    let db = || Address::tcp("db", 5432);
    let told = told(|| {
        let span = Span::start("fails over");
        emit(|| FailoverStarted::new(FailoverKind::Writer, db()));
        emit(|| FailoverFailed::new(FailoverKind::Writer, db(), PATIENCE, "no host left"));
        span.end(Outcome::Error);
    });
    let [event, failure] = &told.events[..] else { panic!("{told:?}") };
    assert_eq!(event.logentry.as_ref().unwrap().message, "failover.failed: no host left");
    let crumbs: Vec<_> = failure.breadcrumbs.iter().map(|crumb| crumb.category.as_deref().unwrap()).collect();
    assert_eq!(crumbs, ["failover.started", "failover.failed"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// F62, F65: whatever the fields of calls are, Sentry reads one event and one transaction a call.
    #[test]
    fn every_call_is_one_event_and_one_transaction_whatever_its_fields(
        fields in vec((any::<String>(), any::<String>()), 1..8),
        number in any::<f64>(),
    ) {
        let told = told(|| {
            for (name, value) in &fields {
                let mut span = Span::start("hostile");
                span.set(name, value.as_str());
                span.set("number", number);
                span.set("forged", "{}\n{\"type\":\"event\",\"length\":2}\n{}\n");
                span.end(Outcome::Error);
            }
        });
        prop_assert_eq!((told.events.len(), told.transactions.len()), (fields.len(), fields.len()));
        prop_assert_eq!(told.requests, 2 * fields.len());
    }
}
