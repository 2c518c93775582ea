//! Labels, fields and looks at a result that panic, recurse or run while a thread ends hurt nobody.

use std::fmt;
use std::panic::panic_any;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use monitor_core::Label;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::field;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_test::Capture;
use monitor_test::Outcomes;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

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
    thread::spawn(move || {
        // Nobody waits any more if it took too long.
        let _ = done.send(Capture::run(|| awkwardly(Awkward::Recurses)));
    });
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
