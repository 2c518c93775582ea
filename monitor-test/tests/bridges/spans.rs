//! Our spans in a `tracing` subscriber.

use std::panic::catch_unwind;

use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::field;
use monitor_core::monitored;
use tracing::Id;
use tracing::Subscriber;
use tracing::info;
use tracing::span::Attributes;
use tracing::subscriber::with_default;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::layer::SubscriberExt;

use crate::log::Log;
use crate::poll::pause;
use crate::poll::poll;

#[track_caller]
fn check(log: &Log, expected: &[&str]) {
    assert_eq!(log.lines(), expected);
}

#[monitored(fields(table = name, rows))]
fn load(name: &str) -> Result<usize, std::num::ParseIntError> {
    info!("reading");
    let rows = parse("12")?;
    field!(rows = rows);
    parse("twelve")
}

#[monitored]
fn parse(text: &str) -> Result<usize, std::num::ParseIntError> {
    text.parse()
}

#[test]
fn spans_nest_and_have_their_fields_without_any_monitor() {
    let log = Log::default();
    with_default(log.subscriber("info"), || load("users")).unwrap_err();
    check(
        &log,
        &[
            r#"INFO load{table="users"}: bridges::spans: reading"#,
            r#"INFO load{table="users"}:parse{outcome="ok"}: bridges::spans: close"#,
            r#"INFO load{table="users"}:parse{outcome="error" error.type="core::num::error::ParseIntError"}: bridges::spans: close"#,
            r#"INFO load{table="users" rows=12 outcome="error" error.type="core::num::error::ParseIntError"}: bridges::spans: close"#,
        ],
    );
}

#[test]
fn a_monitor_and_a_subscriber_see_the_same_calls() {
    let log = Log::default();
    let monitor = Monitor::builder().build();
    let _ = monitor.scope(|| with_default(log.subscriber("info"), || load("users")));
    assert_eq!(log.lines().len(), 4);
    let snapshot = monitor.snapshot();
    assert_eq!(snapshot.function("parse").unwrap().ended(Outcome::Error), 1);
    assert_eq!(snapshot.function("load").unwrap().in_flight(), 0);
}

#[test]
fn a_call_that_only_a_subscriber_wants_is_not_under_way_for_a_monitor() {
    let log = Log::default();
    let monitor = Monitor::builder().filter("off".parse().unwrap()).build();
    let _ = monitor.scope(|| with_default(log.subscriber("info"), || parse("1")));
    assert_eq!(log.lines().len(), 1);
    assert!(monitor.snapshot().function("parse").is_none());
}

#[monitored]
async fn work(name: &'static str) {
    info!(name, "before");
    pause().await;
    info!(name, "after");
}

#[test]
fn log_lines_land_inside_at_each_poll_and_nowhere_else() {
    let log = Log::default();
    with_default(log.subscriber("info"), || {
        let (mut one, mut two) = (Box::pin(work("one")), Box::pin(work("two")));
        assert!(poll(&mut one).is_pending() && poll(&mut two).is_pending());
        info!("between");
        assert!(poll(&mut one).is_ready());
        drop(two);
    });
    check(
        &log,
        &[
            r#"INFO work: bridges::spans: before name="one""#,
            r#"INFO work: bridges::spans: before name="two""#,
            "INFO bridges::spans: between",
            r#"INFO work: bridges::spans: after name="one""#,
            r#"INFO work{outcome="ok"}: bridges::spans: close"#,
            r#"INFO work{outcome="cancelled"}: bridges::spans: close"#,
        ],
    );
}

mod quiet {
    #[monitor_core::monitored]
    pub(super) fn whisper() {}

    #[monitor_core::monitored]
    pub(super) fn shout() {
        tracing::warn!("loud");
    }
}

#[test]
fn a_filter_for_the_module_of_the_user_holds() {
    let log = Log::default();
    with_default(log.subscriber("info,bridges::spans::quiet=warn"), || {
        quiet::whisper();
        quiet::shout();
        let _ = parse("1");
    });
    check(&log, &["WARN bridges::spans::quiet: loud", r#"INFO parse{outcome="ok"}: bridges::spans: close"#]);
}

#[test]
fn a_panic_is_told_and_goes_on() {
    #[monitored]
    fn fall() {
        panic!("over");
    }
    let log = Log::default();
    with_default(log.subscriber("info"), || catch_unwind(fall)).unwrap_err();
    check(&log, &[r#"INFO fall{outcome="panic" error.type="panic"}: bridges::spans: close"#]);
}

#[test]
fn a_span_by_hand_is_one_too() {
    let log = Log::default();
    with_default(log.subscriber("info"), || {
        let span = Span::start("by hand");
        info!("inside");
        drop(span);
    });
    check(
        &log,
        &["INFO by hand: bridges::spans: inside", r#"INFO by hand{outcome="ok"}: monitor_core: close"#],
    );
}

/// Panics wherever it can, and calls instrumented functions itself.
struct Wild;

impl<S: Subscriber> Layer<S> for Wild {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let _ = parse("3");
        panic!("wild");
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        let _ = parse("3");
        panic!("wild");
    }

    fn on_exit(&self, _: &Id, _: Context<'_, S>) {
        panic!("wild");
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        panic!("wild");
    }
}

#[test]
fn a_layer_that_panics_and_is_instrumented_does_not_reach_the_program() {
    let monitor = Monitor::builder().build();
    let result = monitor.scope(|| with_default(tracing_subscriber::registry().with(Wild), || parse("7")));
    assert_eq!(result, Ok(7));
    let snapshot = monitor.snapshot();
    assert_eq!(snapshot.function("parse").unwrap().in_flight(), 0);
    assert!(monitor.losses().bridge_panics >= 1);
}
