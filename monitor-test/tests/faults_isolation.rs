//! Recorders that panic, fail or block hurt nobody.

#[path = "support/accounts.rs"]
mod accounts;
#[path = "support/scripted.rs"]
mod scripted;

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use monitor_core::DropReason;
use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::Outcome;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::SpanBatch;
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
    let late = monitor.shutdown(Duration::from_millis(200)).expect_err("one of them clings").recorders;
    // On a busy machine the other one may be late as well.
    assert!(late.contains(&"clinging".to_owned()), "{late:?}");
    let begun = Instant::now();
    while memory.spans().is_empty() {
        assert!(begun.elapsed() < PATIENCE, "the other one gets nothing");
        std::thread::yield_now();
    }
    let begun = Instant::now();
    drop(monitor);
    assert!(begun.elapsed() < PATIENCE / 2);
    drop(release);
}

/// Panics once more when the panic is dropped.
struct Grudge;

impl Drop for Grudge {
    fn drop(&mut self) {
        panic!("a payload that cannot be dropped")
    }
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
