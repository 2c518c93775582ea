//! How calls end, how long they take, and what they carry.

use std::num::ParseIntError;
use std::thread;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use monitor_core::Context;
use monitor_core::ErrorType;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::SpanKind;
use monitor_core::field;
use monitor_core::monitored;
use monitor_test::Capture;
use monitor_test::CaptureBuilder;
use monitor_test::ManualClock;
use monitor_test::Outcomes;

type Answer<T> = Result<T, ParseIntError>;

#[monitored]
fn parse(text: &str) -> Answer<i32> {
    text.parse()
}

#[derive(Debug, ErrorType)]
enum Failure {
    Refused,
    #[expect(dead_code, reason = "its text must never be a label")]
    Broken(String),
}

#[monitored]
fn connect(host: &str) -> Result<(), Failure> {
    match host {
        "up" => Ok(()),
        "down" => Err(Failure::Refused),
        other => Err(Failure::Broken(other.to_owned())),
    }
}

#[monitored]
fn maybe(some: bool) -> Option<()> {
    some.then_some(())
}

struct Door;

#[monitored(kind = client)]
impl Door {
    #[cfg_attr(test, monitored(skip))]
    fn skipped_here(&self) {}

    #[cfg_attr(not(test), monitored(skip))]
    fn skipped_elsewhere(&self) {}

    #[cfg_attr(not(test), monitored(name = "elsewhere"))]
    #[cfg_attr(test, monitored(name = "here"))]
    fn named(&self) {}
}

#[test]
fn an_attribute_under_a_condition_counts_where_the_condition_holds() {
    let captured = Capture::run(|| {
        Door.skipped_here();
        Door.skipped_elsewhere();
        Door.named();
    });
    assert_eq!(captured.tree(), "Door::skipped_elsewhere ok\nhere ok\n");
    assert!(captured.spans().iter().all(|span| span.metadata.kind == SpanKind::Client));
}

#[test]
fn a_result_tells_how_a_call_ended_through_an_alias_too() {
    let captured = Capture::run(|| (parse("7"), parse("seven"), maybe(false)));
    assert_eq!(captured.outcomes("parse"), Outcomes { ok: 1, error: 1, ..Outcomes::default() });
    assert_eq!(captured.spans_named("parse")[1].error_type, Some("core::num::error::ParseIntError"));
    assert_eq!(captured.outcomes("maybe"), Outcomes { ok: 1, ..Outcomes::default() });
}

#[test]
fn f68_the_kind_of_an_error_comes_from_a_small_set_whatever_its_text() {
    let captured = Capture::run(|| {
        (0..1_000).for_each(|number: u32| drop(connect(&number.to_string())));
        let _ = connect("down");
    });
    let function = captured.snapshot().function("connect").unwrap();
    let mut kinds: Vec<_> =
        function.series().iter().map(|series| (series.error_type(), series.calls())).collect();
    kinds.sort();
    assert_eq!(kinds.len(), 2);
    assert_eq!(kinds.iter().map(|(_, calls)| calls).sum::<u64>(), 1_001);
    assert!(kinds.iter().all(|(kind, _)| ["Broken", "Refused"].contains(&kind.unwrap())), "{kinds:?}");
}

#[monitored]
fn waits(clock: &ManualClock, time: Duration) {
    clock.advance(time);
}

/// What a call of this duration looks like.
#[track_caller]
fn check(time: Duration) {
    let clock = ManualClock::default();
    let captured = Capture::with_clock(&clock).run(|| waits(&clock, time));
    let span = captured.span("waits");
    let duration = captured.snapshot().function("waits").unwrap().duration();
    assert_eq!((span.outcome, duration.count()), (Outcome::Ok, 1));
    let exact = time.as_secs_f64();
    assert!((span.duration.as_secs_f64() - exact).abs() <= exact * 1e-9, "{:?}", span.duration);
    assert!((duration.sum() - exact).abs() <= exact * 1e-9, "{} instead of {exact}", duration.sum());
}

#[test]
fn f53_f54_durations_are_exact_from_nothing_to_centuries() {
    check(Duration::ZERO);
    check(Duration::from_nanos(1));
    check(Duration::from_micros(1));
    check(Duration::from_millis(5));
    check(Duration::from_secs(600));
    check(Duration::from_secs(100 * 365 * 24 * 3_600));
}

#[test]
fn f52_a_clock_that_wraps_gives_no_negative_time() {
    let clock = ManualClock::default();
    clock.advance(Duration::from_nanos(u64::MAX));
    let captured = Capture::with_clock(&clock).run(|| {
        waits(&clock, Duration::from_nanos(10));
        waits(&clock, Duration::from_nanos(5));
    });
    let durations: Vec<_> = captured.spans().iter().map(|span| span.duration).collect();
    assert_eq!(durations, [Duration::ZERO, Duration::from_nanos(5)]);
    captured.assert_in_flight_zero();
}

#[test]
fn f52_times_of_day_follow_the_monotonic_clock() {
    let clock = ManualClock::default();
    clock.advance(Duration::from_secs(10));
    let captured = Capture::with_clock(&clock).run(|| {
        waits(&clock, Duration::from_secs(1));
        waits(&clock, Duration::from_secs(1));
    });
    let starts: Vec<_> = captured.spans().iter().map(|span| span.start).collect();
    assert_eq!(starts, [10, 11].map(|second| UNIX_EPOCH + Duration::from_secs(second)));
    let before = SystemTime::now();
    let captured = Capture::run(|| drop(Span::start("now")));
    let start = captured.span("now").start;
    // The system's clock may be set meanwhile.
    let slack = Duration::from_secs(2);
    assert!(start >= before - slack && start <= SystemTime::now() + slack, "{start:?} {before:?}");
}

#[test]
fn a_snapshot_of_a_manual_clock_was_taken_when_the_clock_says() {
    let clock = ManualClock::default();
    clock.advance(Duration::from_secs(10));
    let captured = Capture::with_clock(&clock).run(|| waits(&clock, Duration::from_secs(5)));
    let snapshot = captured.snapshot();
    assert_eq!(
        (snapshot.started(), snapshot.taken()),
        (UNIX_EPOCH + Duration::from_secs(10), UNIX_EPOCH + Duration::from_secs(15))
    );
}

#[test]
fn self_time_is_that_without_the_instrumented_children() {
    #[monitored]
    fn parent(clock: &ManualClock) {
        clock.advance(Duration::from_millis(1));
        (0..3).for_each(|_| middle(clock));
        clock.advance(Duration::from_millis(2));
    }
    #[monitored]
    fn middle(clock: &ManualClock) {
        clock.advance(Duration::from_millis(10));
        waits(clock, Duration::from_millis(100));
    }
    let clock = ManualClock::default();
    let captured = Capture::with_clock(&clock).run(|| parent(&clock));
    let times = |name: &str| {
        let span = captured.spans_named(name)[0];
        (span.duration.as_millis(), span.self_duration.as_millis())
    };
    assert_eq!([times("parent"), times("middle"), times("waits")], [(333, 3), (110, 10), (100, 100)]);
    let own = captured.snapshot().function("middle").unwrap().self_duration().unwrap();
    assert_eq!((own.count(), (own.sum() * 1e3).round()), (3, 30.0));
    assert!(captured.snapshot().function("waits").unwrap().self_duration().is_none());
}

#[monitored(args(id), fields(rows, name))]
fn load(id: u32, calls: u32) -> usize {
    field!(rows = 1);
    if calls > 0 {
        load(id + 1, calls - 1);
    }
    field!(name = %format_args!("load {id}"));
    field!(rows = 10 * id);
    3
}

#[test]
fn late_fields_belong_to_the_innermost_call() {
    let captured = Capture::run(|| load(1, 2));
    let names: Vec<_> = captured.spans().iter().map(|span| span.field("name").unwrap().to_string()).collect();
    assert_eq!(names, ["load 3", "load 2", "load 1"]);
    assert!(captured.spans().iter().all(|span| span.field("id").is_some()));
}

#[test]
fn f61_fields_are_cut_at_their_bounds_and_stay_text() {
    let captured = Capture::run(|| {
        let mut long = Span::start("long");
        long.set("text", "é🦀".repeat(2_000_000));
        drop(long);
        let mut many = Span::start("many");
        (0..100_000).for_each(|number: u32| many.set("n", number));
    });
    let long = captured.span("long").field("text").unwrap().to_string();
    assert!(!long.is_empty() && long.len() <= 4_096 && "é🦀".repeat(1_000).starts_with(&long));
    assert_eq!(captured.span("many").fields.len(), 128);
}

#[test]
fn what_never_returns_ends_by_its_panic() {
    #[monitored]
    fn never() -> ! {
        std::panic::resume_unwind(Box::new(()))
    }
    let (result, captured) = Capture::catching(|| never());
    assert!(result.is_err());
    assert_eq!(captured.outcomes("never"), Outcomes { panic: 1, ..Outcomes::default() });
}

#[monitored]
fn with_children(clock: &ManualClock, children: bool) {
    clock.advance(Duration::from_secs(1));
    if children {
        child(clock);
    }
}

#[monitored]
fn child(clock: &ManualClock) {
    clock.advance(Duration::from_secs(2));
}

#[test]
fn self_time_is_that_of_all_calls_with_children_and_without_on_whatever_thread() {
    let clock = ManualClock::default();
    let captured = CaptureBuilder::default().clock(&clock).run(|| {
        let context = Context::current();
        for children in [false, true, false] {
            let (clock, context) = (clock.clone(), context.clone());
            thread::spawn(move || context.run(|| with_children(&clock, children))).join().unwrap();
        }
    });
    let snapshot = captured.snapshot();
    let own = snapshot.function("with_children").unwrap().self_duration().unwrap();
    assert_eq!((own.count(), own.sum(), own.max()), (3, 3.0, Some(1.0)));
}
