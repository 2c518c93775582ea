//! Recorders, labels and fields that panic, block or call back hurt nobody.

#[path = "support/accounts.rs"]
mod accounts;
#[path = "support/scripted.rs"]
mod scripted;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use monitor_core::DropReason;
use monitor_core::Label;
use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::Outcome;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::SpanBatch;
use monitor_core::TimedOut;
use monitor_core::field;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_test::Capture;
use monitor_test::Outcomes;

use accounts::PATIENCE;
use accounts::spans_of;
use scripted::Scripted;

/// A payload that can be told from any other.
#[derive(Debug, Eq, PartialEq)]
struct Payload(u32);

/// Cannot be shown to the end.
#[derive(Clone, Copy)]
struct Bomb;

impl fmt::Debug for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half of it")?;
        panic!("a value that cannot be shown")
    }
}

#[monitored]
fn answer() -> u32 {
    42
}

#[monitored]
fn fails() {
    panic_any(Payload(7));
}

fn broken(_: &SpanBatch) -> Result<(), RecorderError> {
    panic!("a broken recorder")
}

fn builder_with_broken() -> MonitorBuilder {
    Monitor::builder().recorder(Scripted::new("broken", broken))
}

#[track_caller]
fn call_and_flush(monitor: &Monitor) {
    assert_eq!(monitor.scope(answer), 42);
    assert_eq!(monitor.flush(PATIENCE), Ok(()));
}

#[test]
fn f01_a_recorder_that_panics_once_loses_one_batch_and_goes_on() {
    let mut first = true;
    let recorder = Scripted::new("once", move |_: &SpanBatch| {
        assert!(!std::mem::take(&mut first), "the first batch");
        Ok(())
    });
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(recorder).recorder(memory.clone()).build();
    call_and_flush(&monitor);
    call_and_flush(&monitor);
    let account = spans_of(&monitor, "once");
    assert_eq!((account.recorded, account.exported, account.dropped_for(DropReason::Panicked)), (2, 1, 1));
    assert_eq!(account.last_error.as_deref(), Some("the first batch"));
    assert_eq!(memory.spans().len(), 2);
}

#[test]
fn f01_a_recorder_that_always_panics_rests_after_three_and_stops_no_other() {
    let memory = Memory::default();
    let monitor = builder_with_broken().rest(PATIENCE).recorder(memory.clone()).build();
    (0..5).for_each(|_| call_and_flush(&monitor));
    let account = spans_of(&monitor, "broken");
    let lost = [DropReason::Panicked, DropReason::Quarantined].map(|reason| account.dropped_for(reason));
    assert_eq!(lost, [3, 2]);
    assert_eq!(memory.spans().len(), 5);
}

#[test]
fn f01_a_recorder_that_recovers_is_tried_again_after_its_rest() {
    let healthy = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&healthy);
    let recorder = Scripted::new("moody", move |_: &SpanBatch| {
        if seen.load(Ordering::Relaxed) { Ok(()) } else { Err(RecorderError::new("not today")) }
    });
    let monitor = Monitor::builder().recorder(recorder).rest(Duration::from_millis(1)).build();
    (0..4).for_each(|_| call_and_flush(&monitor));
    healthy.store(true, Ordering::Relaxed);
    let begun = Instant::now();
    while spans_of(&monitor, "moody").exported == 0 {
        assert!(begun.elapsed() < PATIENCE, "{:?}", spans_of(&monitor, "moody"));
        call_and_flush(&monitor);
    }
    let account = spans_of(&monitor, "moody");
    assert!(account.dropped_for(DropReason::Failed) >= 3);
    assert_eq!(account.last_error.as_deref(), Some("not today"));
    call_and_flush(&monitor);
    assert_eq!(spans_of(&monitor, "moody").exported, account.exported + 1);
}

fn no_label() -> &'static str {
    panic!("a label that cannot be told")
}

#[monitored(labels(op = no_label(), max = 4))]
fn labelled() -> u32 {
    42
}

#[monitored(fields(before = 1, bomb = ?Bomb))]
fn with_field() -> u32 {
    42
}

#[monitored(fields(bomb, rows))]
fn with_late_field() -> u32 {
    field!(bomb = ?Bomb);
    field!(rows = 3);
    42
}

#[monitored(ret)]
fn returning() -> Bomb {
    Bomb
}

#[monitored(err = debug)]
fn refusing() -> Result<(), Bomb> {
    Err(Bomb)
}

fn no_outcome(_: &u32) -> Outcome {
    panic!("an outcome that cannot be told")
}

#[monitored(outcome = no_outcome)]
fn judged() -> u32 {
    42
}

#[test]
fn f03_a_label_that_panics_is_left_out_and_the_call_goes_on() {
    let (result, captured) = Capture::catching(labelled);
    assert_eq!(result.unwrap(), 42);
    assert_eq!(captured.outcomes("labelled"), Outcomes { ok: 1, ..Outcomes::default() });
    assert_eq!(captured.snapshot().function("labelled").unwrap().series()[0].labels(), []);
}

#[test]
fn f03_a_field_that_panics_is_left_out_and_the_call_goes_on() {
    let (result, captured) = Capture::catching(with_field);
    assert_eq!(result.unwrap(), 42);
    assert_eq!(captured.tree(), "with_field ok before=1\n");
}

#[test]
fn f03_a_late_field_that_panics_is_left_out_and_the_call_goes_on() {
    let (result, captured) = Capture::catching(with_late_field);
    assert_eq!(result.unwrap(), 42);
    assert_eq!(captured.tree(), "with_late_field ok rows=3\n");
}

#[test]
fn f03_a_result_that_cannot_be_shown_is_returned_all_the_same() {
    let (result, captured) = Capture::catching(|| (returning(), refusing().is_err(), judged()));
    assert_eq!(result.map(|(_, refused, judged)| (refused, judged)).unwrap(), (true, 42));
    assert_eq!(captured.span("returning").outcome, Outcome::Ok);
    assert_eq!(captured.span("refusing").outcome, Outcome::Error);
    assert_eq!(captured.span("judged").outcome, Outcome::Ok);
}

#[test]
fn f03_what_panicked_while_it_was_evaluated_is_counted() {
    let monitor = Monitor::builder().recorder(Memory::default()).build();
    monitor.scope(|| (labelled(), with_field(), with_late_field(), judged()));
    let _ = monitor.scope(refusing);
    assert_eq!(monitor.losses().evaluations_panicked, 5);
}

/// Panics once more when the panic is dropped.
struct Grudge;

impl Drop for Grudge {
    fn drop(&mut self) {
        panic!("a payload that cannot be dropped")
    }
}

fn grudging_label() -> &'static str {
    panic_any(Grudge)
}

#[monitored(labels(op = grudging_label(), max = 4))]
fn grudging() -> u32 {
    42
}

#[test]
fn f03_a_payload_that_panics_when_it_is_dropped_changes_nothing() {
    let (result, captured) = Capture::catching(grudging);
    assert_eq!(result.map_err(std::mem::forget).unwrap(), 42);
    assert_eq!(captured.calls("grudging"), 1);
}

#[monitored(fields(bomb, rows))]
fn fails_with_fields() {
    field!(rows = 1);
    panic_any(Payload(7));
}

#[test]
fn f04_no_code_of_the_user_runs_while_a_panic_unwinds() {
    let (result, captured) = Capture::catching(fails_with_fields);
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&Payload(7)));
    assert_eq!(captured.tree(), "fails_with_fields panic rows=1\n");
}

#[test]
fn f05_a_panic_goes_on_with_its_payload_and_is_counted() {
    let (result, captured) = Capture::catching(fails);
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&Payload(7)));
    let span = captured.span("fails");
    assert_eq!((span.outcome, span.error_type), (Outcome::Panic, Some("panic")));
    assert_eq!(captured.outcomes("fails"), Outcomes { panic: 1, ..Outcomes::default() });
    captured.assert_in_flight_zero();
}

#[test]
fn f06_a_panic_goes_on_with_its_payload_while_a_recorder_panics_too() {
    let monitor = builder_with_broken().build();
    for _ in 0..10 {
        let result = catch_unwind(AssertUnwindSafe(|| monitor.scope(fails)));
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&Payload(7)));
        assert_eq!(monitor.flush(PATIENCE), Ok(()));
    }
    assert_eq!(monitor.snapshot().function("fails").unwrap().ended(Outcome::Panic), 10);
    assert_eq!(spans_of(&monitor, "broken").dropped(), 10);
}

/// Blocks in its destructor until the other end goes.
struct Clinging(mpsc::Receiver<()>);

impl Recorder for Clinging {
    fn name(&self) -> &str {
        "clinging"
    }
}

impl Drop for Clinging {
    fn drop(&mut self) {
        let _ = self.0.recv();
    }
}

#[test]
fn f11_a_recorder_whose_destructor_blocks_holds_nobody_up() {
    let (release, held) = mpsc::channel();
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(Clinging(held)).recorder(memory.clone()).build();
    monitor.scope(answer);
    let late = monitor.shutdown(Duration::from_millis(200));
    assert_eq!(late, Err(TimedOut { recorders: vec!["clinging".to_owned()] }));
    assert_eq!(memory.spans().len(), 1);
    let begun = Instant::now();
    drop(monitor);
    assert!(begun.elapsed() < PATIENCE / 2);
    drop(release);
}

/// Panics in its destructor, with a payload that panics in its own.
struct Bitter;

impl Recorder for Bitter {
    fn name(&self) -> &str {
        "bitter"
    }
}

impl Drop for Bitter {
    fn drop(&mut self) {
        panic_any(Grudge);
    }
}

#[test]
fn f11_a_recorder_whose_destructor_panics_ends_in_time() {
    let monitor = Monitor::builder().recorder(Bitter).build();
    monitor.scope(answer);
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()));
}

/// A label whose text cannot be told, and one that calls what has the label itself.
#[derive(Clone, Copy)]
enum Awkward {
    Fails,
    Recurses,
}

impl Label for Awkward {
    const COUNT: usize = 2;

    fn index(&self) -> usize {
        *self as usize
    }

    fn value(index: usize) -> &'static str {
        if index == 0 {
            panic!("a label without a text");
        }
        plain_label("within");
        "recurses"
    }
}

#[monitored(labels(awkward = awkward))]
fn awkwardly(awkward: Awkward) -> u32 {
    let _ = awkward;
    42
}

#[monitored(labels(text = text, max = 4))]
fn plain_label(text: &str) -> usize {
    text.len()
}

#[test]
fn f17_a_label_that_panics_while_it_is_looked_up_poisons_nothing() {
    let (result, captured) = Capture::catching(|| (awkwardly(Awkward::Fails), plain_label("after")));
    assert_eq!(result.unwrap(), (42, 5));
    assert_eq!(captured.calls_with("plain_label", &[("text", "after")]), 1);
}

#[test]
fn a_label_that_itself_has_labels_does_not_wait_for_itself() {
    let (done, waited) = mpsc::channel();
    thread::spawn(move || done.send(Capture::run(|| awkwardly(Awkward::Recurses))));
    let captured = waited.recv_timeout(PATIENCE).expect("the label waits for itself");
    assert_eq!(captured.calls_with("awkwardly", &[("awkward", "recurses")]), 1);
    assert_eq!(captured.calls_with("plain_label", &[("text", "within")]), 1);
}

thread_local! {
    static AT_THE_END: AtTheEnd = const { AtTheEnd(Vec::new()) };
}

/// Calls annotated code while the thread ends.
struct AtTheEnd(Vec<u8>);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        assert_eq!(answer(), 42);
        let monitor = Monitor::builder().recorder(Memory::default()).build();
        assert_eq!(monitor.scope(|| labelled() + with_late_field()), 84);
        monitor_core::Context::current().run(|| drop(monitor_core::Span::start("at the end")));
    }
}

#[test]
fn f14_destructors_of_thread_locals_may_call_annotated_code() {
    let early = Monitor::builder().recorder(Memory::default()).build();
    let late = early.clone();
    let before = thread::spawn(move || {
        let _ = AT_THE_END.with(|it| it.0.len());
        early.scope(answer)
    });
    let after = thread::spawn(move || {
        late.scope(answer);
        AT_THE_END.with(|it| it.0.len())
    });
    assert_eq!((before.join().ok(), after.join().ok()), (Some(42), Some(0)));
}
