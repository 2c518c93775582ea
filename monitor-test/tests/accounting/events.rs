//! The accounts of events, which go another way than spans.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use monitor_core::DropReason;
use monitor_core::EventBatch;
use monitor_core::Monitor;
use monitor_core::emit;
use monitor_core::recorders::Null;

use crate::Moody;
use crate::accounts::PATIENCE;
use crate::accounts::account_of;
use crate::accounts::spans_of;
use crate::check_late;
use crate::scripted_events::ScriptedEvents;
use crate::until;
use crate::work;
use crate::worked::Work;

#[test]
fn f42_a_burst_of_events_and_spans_adds_up_by_signal_while_it_runs_and_afterwards() {
    const THREADS: u64 = 3;
    const ROUNDS: u64 = 60_000;
    let null = Null::default();
    let monitor = Monitor::builder().recorder(null.clone()).buffer(1 << 20).build();
    let round = |number: u64| {
        work();
        emit(|| Work::Done(number));
        emit(|| Work::Failed("x".repeat(number as usize % 200)));
    };
    thread::scope(|threads| {
        let callers: Vec<_> =
            (0..THREADS).map(|_| threads.spawn(|| monitor.scope(|| (0..ROUNDS).for_each(round)))).collect();
        while !callers.iter().all(|caller| caller.is_finished()) {
            assert!(account_of(&monitor, "null", "events").recorded <= 2 * THREADS * ROUNDS);
            assert!(spans_of(&monitor, "null").recorded <= THREADS * ROUNDS);
        }
    });
    monitor.flush(PATIENCE).unwrap();
    let (events, spans) = (account_of(&monitor, "null", "events"), spans_of(&monitor, "null"));
    assert_eq!((events.recorded, events.queued, events.exported), (2 * THREADS * ROUNDS, 0, null.events()));
    assert_eq!((spans.recorded, spans.queued, spans.exported), (THREADS * ROUNDS, 0, null.spans()));
    let losses = monitor.losses();
    assert_eq!(losses.events_recorded, events.recorded);
    assert_eq!(losses.events_dropped, events.dropped_for(DropReason::BufferFull));
    assert_eq!(losses.spans_dropped, spans.dropped_for(DropReason::BufferFull));
}

#[test]
fn f43_the_account_of_events_holds_under_a_recorder_that_fails_now_and_then() {
    let moody = Moody::default();
    let taking = moody.clone();
    let recorder = ScriptedEvents::new("moody", move |batch: &EventBatch| taking.take(batch.len()));
    let null = Null::default();
    let monitor = Monitor::builder().recorder(recorder).recorder(null.clone()).rest(Duration::ZERO).build();
    for round in 1..=9 {
        monitor.scope(|| (0..100).for_each(|number| emit(|| Work::Done(number))));
        monitor.flush(PATIENCE).unwrap();
        let account = account_of(&monitor, "moody", "events");
        assert_eq!((account.recorded, account.queued), (100 * round, 0));
    }
    moody.check(&account_of(&monitor, "moody", "events"));
    assert_eq!(null.events(), 900);
}

#[test]
fn f44_a_recorder_that_hangs_over_events_keeps_no_span_and_no_other_recorder_back() {
    let (release, held) = mpsc::channel::<()>();
    let hanging = ScriptedEvents::new("hanging", move |_: &EventBatch| {
        let _ = held.recv();
        Ok(())
    });
    let null = Null::default();
    let monitor = Monitor::builder().recorder(hanging).recorder(null.clone()).build();
    monitor.scope(|| {
        work();
        emit(|| Work::Done(1));
    });
    check_late(monitor.shutdown(Duration::from_millis(300)));
    let account = account_of(&monitor, "hanging", "events");
    assert_eq!((account.recorded, account.queued), (1, 1));
    until(|| (null.events(), null.spans()) == (1, 1));
    drop(release);
}
