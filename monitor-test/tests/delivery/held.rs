//! What a recorder or a layer holds is queued until it is shipped, and is lost with a reason if it is not.

use std::sync::Arc;
use std::sync::Mutex;

use monitor_core::Account;
use monitor_core::DropReason;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::Tally;
use monitor_core::layers::FanOut;
use monitor_core::layers::RecorderExt;
use monitor_core::layers::TailSampling;

use crate::MOMENT;
use crate::PATIENCE;
use crate::gate::Gate;
use crate::record;
use crate::refused;
use crate::scripted::Answer;
use crate::scripted::Scripted;
use crate::spans;

/// Holds every span until it is flushed, and does then what it is told: by itself it ships them.
#[derive(Clone, Default)]
struct Holding {
    held: Arc<Mutex<u64>>,
    script: Arc<Mutex<Vec<Flush>>>,
}

#[derive(Clone)]
enum Flush {
    /// Fails with this; what it holds is gone.
    Fail(RecorderError),
    /// Says that all is well, and goes on holding.
    GoOnHolding,
    /// Fails with this, and goes on holding.
    Keep(RecorderError),
    Panic,
}

impl Holding {
    /// The last answer comes first.
    fn answering(script: impl IntoIterator<Item = Flush>) -> Self {
        Self { script: Arc::new(Mutex::new(script.into_iter().collect())), ..Self::default() }
    }
}

impl Recorder for Holding {
    fn name(&self) -> &str {
        "holding"
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        *self.held.lock().unwrap() += batch.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        let answer = self.script.lock().unwrap().pop();
        match &answer {
            Some(Flush::GoOnHolding) => return Ok(()),
            Some(Flush::Keep(error)) => return Err(error.clone()),
            None | Some(Flush::Fail(_) | Flush::Panic) => *self.held.lock().unwrap() = 0,
        }
        match answer {
            Some(Flush::Fail(error)) => Err(error),
            Some(Flush::Panic) => panic!("while it ships what it held"),
            _ => Ok(()),
        }
    }

    fn held(&self) -> Tally {
        Tally { spans: *self.held.lock().unwrap(), ..Tally::default() }
    }
}

fn monitor(recorder: impl Recorder + 'static) -> Monitor {
    Monitor::builder().recorder(recorder).rest(MOMENT).notices(|_| ()).build()
}

/// How many were exported, queued, and dropped for a reason.
#[track_caller]
fn check(account: &Account, exported: u64, queued: u64, dropped: Option<(DropReason, u64)>) {
    let reasons = DropReason::ALL.into_iter().map(|reason| (reason, account.dropped_for(reason)));
    let lost: Vec<_> = reasons.filter(|(_, count)| *count > 0).collect();
    let expected: Vec<_> = dropped.into_iter().collect();
    assert_eq!((account.exported, account.queued, lost), (exported, queued, expected), "{account:?}");
}

#[test]
fn what_is_held_is_exported_when_it_is_shipped() {
    let monitor = monitor(Holding::default());
    record(&monitor, 3);
    monitor.flush(PATIENCE).unwrap();
    check(&spans(&monitor), 3, 0, None);
}

#[test]
fn what_is_held_when_a_flush_fails_is_lost_with_its_reason() {
    for (flush, reason, said) in [
        (Flush::Fail(RecorderError::new("no")), DropReason::Failed, "no"),
        (Flush::Panic, DropReason::Panicked, "while it ships what it held"),
    ] {
        let monitor = monitor(Holding::answering([flush]));
        record(&monitor, 3);
        monitor.flush(PATIENCE).unwrap();
        let account = spans(&monitor);
        check(&account, 0, 0, Some((reason, 3)));
        assert_eq!(account.last_error.as_deref(), Some(said));
    }
}

#[test]
fn a_flush_that_may_go_another_time_is_tried_again_as_long_as_something_is_held() {
    let again = || Flush::Keep(RecorderError::retryable("not yet"));
    let holding = Holding::answering([again(), again()]);
    let monitor = monitor(holding.clone());
    record(&monitor, 3);
    monitor.flush(PATIENCE).unwrap();
    check(&spans(&monitor), 3, 0, None);
    holding.script.lock().unwrap().push(again());
    // Nothing is held, so that one try is enough.
    monitor.flush(PATIENCE).unwrap();
    assert!(holding.script.lock().unwrap().is_empty());
}

#[test]
fn what_a_failed_flush_goes_on_holding_stays_queued_and_goes_with_the_next() {
    let holding = Holding::answering([Flush::Keep(RecorderError::new("no"))]);
    let monitor = monitor(holding);
    record(&monitor, 3);
    monitor.flush(PATIENCE).unwrap();
    let account = spans(&monitor);
    check(&account, 0, 3, None);
    assert_eq!(account.last_error.as_deref(), Some("no"));
    monitor.flush(PATIENCE).unwrap();
    check(&spans(&monitor), 3, 0, None);
}

#[test]
fn f44_what_is_still_held_when_the_monitor_has_ended_is_lost_with_its_reason() {
    for (flush, reason) in [
        (Flush::GoOnHolding, DropReason::ShutDown),
        (Flush::Keep(RecorderError::new("no")), DropReason::Failed),
        (Flush::Keep(RecorderError::retryable("not yet")), DropReason::Failed),
    ] {
        let monitor = monitor(Holding::answering([flush]));
        record(&monitor, 3);
        monitor.shutdown(PATIENCE).unwrap();
        check(&spans(&monitor), 0, 0, Some((reason, 3)));
    }
}

/// What becomes, with this recorder, of three spans that a tail holds back for as long as their root has not ended.
fn tail(recorder: &Scripted, body: impl FnOnce(&Monitor)) {
    let monitor = monitor(recorder.clone().layer(TailSampling::new().failed()));
    monitor.scope(|| {
        let mut root = Span::start("root");
        root.set("number", 9_usize);
        for number in 0..3_usize {
            let mut child = Span::start("child");
            child.set("number", number);
            child.end(Outcome::Error);
        }
        body(&monitor);
    });
}

#[test]
fn what_a_layer_held_is_lost_with_the_reason_of_the_recorder_that_refuses_it() {
    let recorder = Scripted::answering([Answer::Fail(RecorderError::new("400 Bad Request"))]);
    tail(&recorder, |monitor| {
        monitor.flush(PATIENCE).unwrap();
        check(&spans(monitor), 0, 0, Some((DropReason::Failed, 3)));
        assert_eq!(recorder.batches(), [[0, 1, 2]]);
    });
}

#[test]
fn what_a_layer_held_is_tried_again_as_any_batch() {
    let recorder = Scripted::answering([refused(), refused()]);
    tail(&recorder, |monitor| {
        monitor.flush(PATIENCE).unwrap();
        check(&spans(monitor), 3, 0, None);
        assert_eq!(recorder.batches(), [[0, 1, 2]; 3]);
    });
}

#[test]
fn f44_what_a_layer_holds_at_the_deadline_of_the_end_is_queued_until_it_is_known_what_became_of_it() {
    let gate = Arc::new(Gate::default());
    let recorder = Scripted::answering([Answer::Wait(Arc::clone(&gate))]);
    tail(&recorder, |monitor| {
        assert!(monitor.shutdown(MOMENT * 100).is_err());
        check(&spans(monitor), 0, 3, None);
        gate.open();
        while spans(monitor).queued > 0 {
            std::thread::yield_now();
        }
        check(&spans(monitor), 3, 0, None);
    });
}

#[test]
fn what_one_of_several_loses_is_lost_also_if_the_batch_comes_again_for_another() {
    let losing = Scripted::answering([Answer::Fail(RecorderError::new("400 Bad Request"))]);
    let flaky = Scripted::answering([refused()]);
    let monitor = monitor(FanOut::new("both").and(losing.clone()).and(flaky.clone()));
    record(&monitor, 3);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!((losing.batches().len(), flaky.batches().len()), (1, 2));
    let account = spans(&monitor);
    check(&account, 0, 0, Some((DropReason::Failed, 3)));
    assert_eq!(account.last_error.as_deref(), Some("400 Bad Request"));
}

#[test]
fn of_several_that_refuse_a_part_the_one_counts_that_refuses_most() {
    let refusing = |count| Scripted::answering([Answer::Fail(RecorderError::rejected(count, "too old"))]);
    let monitor = monitor(FanOut::new("both").and(refusing(1)).and(refusing(2)));
    record(&monitor, 3);
    monitor.flush(PATIENCE).unwrap();
    check(&spans(&monitor), 1, 0, Some((DropReason::Rejected, 2)));
}

#[test]
fn f43_one_of_several_that_panics_keeps_nothing_from_the_others() {
    struct Fragile;
    impl Recorder for Fragile {
        fn name(&self) -> &str {
            "fragile"
        }

        fn spans(&mut self, _: &SpanBatch) -> Result<(), RecorderError> {
            panic!("as always")
        }
    }
    let other = Scripted::default();
    let monitor = monitor(FanOut::new("both").and(Fragile).and(other.clone()));
    record(&monitor, 3);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(other.numbers(), [0, 1, 2]);
    let account = spans(&monitor);
    check(&account, 0, 0, Some((DropReason::Failed, 3)));
    assert_eq!(account.last_error.as_deref(), Some("`fragile` panicked: as always"));
}

#[test]
fn what_one_of_several_holds_is_queued() {
    let holding = Holding::answering([Flush::Fail(RecorderError::new("no"))]);
    let monitor = monitor(FanOut::new("both").and(holding).and(Scripted::default()));
    record(&monitor, 3);
    monitor.flush(PATIENCE).unwrap();
    check(&spans(&monitor), 0, 0, Some((DropReason::Failed, 3)));
}
