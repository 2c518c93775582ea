//! Times that are very long, and time that is over.

use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Delivery;
use monitor_core::DropReason;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::SpanBatch;

use crate::MOMENT;
use crate::PATIENCE;
use crate::record;
use crate::refused;
use crate::scripted::Answer;
use crate::scripted::Scripted;
use crate::spans;

#[test]
fn who_says_for_ever_gets_as_good_as_that() {
    let delivery = Delivery::default().delay(Duration::MAX).timeout(Duration::MAX);
    let recorder = Scripted::answering([refused()]).fed(delivery);
    let builder = Monitor::builder().recorder(recorder.clone()).interval(Duration::MAX);
    let monitor = builder.rest(MOMENT).notices(|_| ()).build();
    record(&monitor, 3);
    monitor.flush(Duration::MAX).unwrap();
    assert_eq!((recorder.batches().len(), spans(&monitor).exported), (2, 3));
    record(&monitor, 3);
    monitor.shutdown(Duration::MAX).unwrap();
    assert_eq!(spans(&monitor).exported, 6);
}

#[test]
fn f35_who_asks_not_to_be_tried_for_ever_is_not_tried() {
    let busy = Answer::Fail(RecorderError::retryable("503").after(Duration::MAX));
    let recorder = Scripted::answering([busy]).fed(Delivery::default().timeout(MOMENT * 100));
    let monitor = Monitor::builder().recorder(recorder).rest(MOMENT).notices(|_| ()).build();
    record(&monitor, 2);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(spans(&monitor).dropped_for(DropReason::Failed), 2);
}

#[test]
fn f44_who_rests_for_ever_ends_in_time() {
    let recorder = Scripted::answering([refused()]).fed(Delivery::default().timeout(Duration::MAX));
    let monitor = Monitor::builder().recorder(recorder.clone()).rest(Duration::MAX).notices(|_| ()).build();
    record(&monitor, 2);
    assert!(monitor.flush(MOMENT).is_err());
    recorder.wait_for(1);
    monitor.shutdown(PATIENCE).unwrap();
    assert_eq!(spans(&monitor).dropped_for(DropReason::Failed), 2);
}

/// Takes a while for each batch.
struct Slow {
    /// Nobody sends: waiting for something takes the time itself.
    silence: mpsc::Receiver<()>,
    each: Duration,
}

impl Recorder for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn delivery(&self) -> Delivery {
        Delivery::default().queue(8).batch(4)
    }

    fn spans(&mut self, _: &SpanBatch) -> Result<(), RecorderError> {
        assert!(self.silence.recv_timeout(self.each).is_err());
        Ok(())
    }
}

#[test]
fn f30_a_flush_ends_in_time_also_if_a_recorder_takes_something_now_and_then() {
    let (_open, silence) = mpsc::channel();
    let slow = Slow { silence, each: MOMENT * 100 };
    let quick = Scripted::default();
    let monitor = Monitor::builder().recorder(slow).recorder(quick.clone()).notices(|_| ()).build();
    // It needs a hundred seconds for them.
    record(&monitor, 4_000);
    let began = Instant::now();
    let _ = monitor.flush(Duration::from_secs(1));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let dropped = |name: &str| {
        let accounts = monitor.accounts();
        let found = accounts.iter().find(|account| account.recorder == name && account.signal == "spans");
        found.unwrap().dropped_for(DropReason::QueueFull)
    };
    assert!(dropped("slow") > 0);
    assert_eq!((quick.numbers().len(), dropped("scripted")), (4_000, 0));
}
