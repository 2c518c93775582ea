//! How recorders are fed: batches, retries, queues, what is said about loss, and what is counted.

mod events;
#[path = "../support/gate.rs"]
mod gate;
mod held;
mod scripted;
mod snapshots;
#[cfg(target_os = "linux")]
mod stderr;
#[cfg(target_os = "linux")]
mod threads;
mod time;

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Account;
use monitor_core::Delivery;
use monitor_core::DropReason;
use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::Notice;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Snapshot;
use monitor_core::SnapshotSource;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::WhenFull;

use crate::gate::Gate;
use crate::scripted::Answer;
use crate::scripted::Scripted;

const PATIENCE: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_millis(1);

fn refused() -> Answer {
    Answer::Fail(RecorderError::retryable("connection refused"))
}

fn monitor(recorder: &Scripted) -> MonitorBuilder {
    Monitor::builder().recorder(recorder.clone()).rest(MOMENT).notices(|_| ())
}

fn record(monitor: &Monitor, spans: usize) {
    monitor.scope(|| (0..spans).for_each(|number| Span::start("numbered").set("number", number)));
}

fn spans(monitor: &Monitor) -> Account {
    let account = monitor.accounts().into_iter().find(|account| account.signal == "spans").unwrap();
    assert_eq!(account.recorded, account.exported + account.dropped() + account.queued, "{account:?}");
    account
}

fn expected(range: std::ops::Range<usize>) -> Vec<usize> {
    range.collect()
}

#[test]
fn batches_have_opentelemetrys_size_and_keep_the_order() {
    let recorder = Scripted::default();
    let monitor = monitor(&recorder).build();
    record(&monitor, 1_300);
    monitor.flush(PATIENCE).unwrap();
    assert!(recorder.batches().iter().all(|batch| batch.len() <= 512));
    assert!(recorder.batches().iter().any(|batch| batch.len() == 512));
    assert_eq!(recorder.numbers(), expected(0..1_300));
    assert_eq!(spans(&monitor).exported, 1_300);
}

#[test]
fn a_batch_that_is_not_full_waits_for_its_delay_and_no_longer() {
    let recorder = Scripted::default().fed(Delivery::default().delay(Duration::from_millis(50)));
    let monitor = monitor(&recorder).build();
    record(&monitor, 3);
    // Nobody flushes.
    recorder.wait_for(1);
    assert_eq!(recorder.numbers(), expected(0..3));
}

#[test]
fn f28_the_same_batch_is_tried_again_until_it_goes() {
    let recorder = Scripted::answering([refused(), refused(), refused()]);
    let monitor = monitor(&recorder).build();
    record(&monitor, 2);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(recorder.batches(), vec![expected(0..2); 4]);
    let account = spans(&monitor);
    assert_eq!((account.exported, account.dropped()), (2, 0));
}

#[test]
fn f28_a_batch_is_dropped_when_its_time_is_over_and_the_next_gets_its_own() {
    let always = (0..10_000).map(|_| refused());
    let recorder = Scripted::answering(always).fed(Delivery::default().timeout(MOMENT * 20));
    let monitor = monitor(&recorder).build();
    record(&monitor, 2);
    monitor.flush(PATIENCE).unwrap();
    let account = spans(&monitor);
    assert_eq!((account.exported, account.dropped_for(DropReason::Failed)), (0, 2));
    assert_eq!(account.last_error.as_deref(), Some("connection refused"));
    recorder.script.lock().unwrap().clear();
    record(&monitor, 1);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(spans(&monitor).exported, 1);
}

#[test]
fn f35_who_asks_for_time_gets_it() {
    let wait = Duration::from_millis(300);
    let busy = Answer::Fail(RecorderError::retryable("503").after(wait));
    let recorder = Scripted::answering([busy]);
    let monitor = monitor(&recorder).build();
    record(&monitor, 1);
    let began = Instant::now();
    monitor.flush(PATIENCE).unwrap();
    assert!(began.elapsed() >= wait, "tried again after {:?}", began.elapsed());
    assert_eq!(spans(&monitor).exported, 1);
}

#[test]
fn f35_who_asks_for_more_time_than_a_batch_has_is_not_tried_for_it() {
    let busy = Answer::Fail(RecorderError::retryable("503").after(PATIENCE));
    let recorder = Scripted::answering([busy]).fed(Delivery::default().timeout(MOMENT * 100));
    let monitor = monitor(&recorder).build();
    record(&monitor, 1);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(recorder.batches().len(), 1);
    assert_eq!(spans(&monitor).dropped_for(DropReason::Failed), 1);
}

#[test]
fn f34_what_would_fail_again_is_not_tried_again() {
    let recorder = Scripted::answering([Answer::Fail(RecorderError::new("400 Bad Request"))]);
    let monitor = monitor(&recorder).build();
    record(&monitor, 5);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(recorder.batches().len(), 1);
    assert_eq!(spans(&monitor).dropped_for(DropReason::Failed), 5);
}

#[test]
fn f36_what_the_other_side_refuses_of_a_batch_is_counted_and_the_rest_is_exported() {
    let partly = RecorderError::rejected(2, "two are too old");
    let recorder = Scripted::answering([Answer::Fail(partly)]);
    let monitor = monitor(&recorder).build();
    record(&monitor, 5);
    monitor.flush(PATIENCE).unwrap();
    let account = spans(&monitor);
    assert_eq!((account.exported, account.dropped_for(DropReason::Rejected)), (3, 2));
    assert_eq!(recorder.batches().len(), 1);
}

/// Holds the first batch, lets the queue of ten fill up with what comes then, and gives what came through.
fn overfilled(when_full: WhenFull) -> (Vec<usize>, Account) {
    let gate = Arc::new(Gate::default());
    let recorder = Scripted::answering([Answer::Wait(Arc::clone(&gate))])
        .fed(Delivery::default().queue(10).batch(5).delay(Duration::ZERO).when_full(when_full));
    let monitor = monitor(&recorder).build();
    record(&monitor, 1);
    recorder.wait_for(1);
    record(&monitor, 40);
    // The first flush hands over what there is, in vain; the second finds the gate open.
    assert!(monitor.flush(MOMENT).is_err());
    gate.open();
    monitor.flush(PATIENCE).unwrap();
    (recorder.numbers().split_off(1), spans(&monitor))
}

#[test]
fn f28_a_full_queue_loses_what_comes() {
    let (numbers, account) = overfilled(WhenFull::DropNewest);
    assert_eq!(numbers, expected(0..10));
    assert_eq!((account.exported, account.dropped_for(DropReason::QueueFull)), (11, 30));
}

#[test]
fn f28_a_full_queue_loses_what_is_oldest_if_it_is_told_to() {
    let (numbers, account) = overfilled(WhenFull::DropOldest);
    assert_eq!(numbers, expected(30..40));
    assert_eq!((account.exported, account.dropped_for(DropReason::QueueFull)), (11, 30));
}

#[test]
fn f46_a_flush_loses_nothing_of_what_came_before_however_small_the_queue() {
    let recorder = Scripted::default().fed(Delivery::default().queue(4).batch(2));
    let monitor = monitor(&recorder).build();
    record(&monitor, 1_000);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(recorder.numbers(), expected(0..1_000));
}

/// A monitor whose recorder is refused whatever it sends; a batch was refused once, and waits to be tried again.
#[track_caller]
fn refused_and_waiting() -> Monitor {
    let always = (0..10_000).map(|_| refused());
    let recorder = Scripted::answering(always).fed(Delivery::default().timeout(PATIENCE * 10));
    let monitor = Monitor::builder().recorder(recorder.clone()).rest(PATIENCE).notices(|_| ()).build();
    record(&monitor, 1);
    assert!(monitor.flush(MOMENT).is_err());
    recorder.wait_for(1);
    monitor
}

#[test]
fn f44_a_shutdown_does_not_wait_for_another_try() {
    let monitor = refused_and_waiting();
    let began = Instant::now();
    monitor.shutdown(PATIENCE / 2).unwrap();
    assert!(began.elapsed() < PATIENCE / 2);
    assert_eq!(spans(&monitor).dropped(), 1);
}

#[test]
fn f43_what_is_in_hand_when_a_recorder_panics_is_counted_and_the_next_batch_comes() {
    struct Fragile(Scripted);
    impl Recorder for Fragile {
        fn name(&self) -> &str {
            "fragile"
        }

        fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
            assert!(batch.len() != 3, "three are too many");
            self.0.spans(batch)
        }
    }
    let recorder = Scripted::default();
    let monitor = Monitor::builder().recorder(Fragile(recorder.clone())).notices(|_| ()).build();
    for spans in [3, 2] {
        record(&monitor, spans);
        monitor.flush(PATIENCE).unwrap();
    }
    assert_eq!(recorder.numbers(), expected(0..2));
    let account = spans(&monitor);
    assert_eq!((account.exported, account.dropped_for(DropReason::Panicked)), (2, 3));
}

#[test]
fn f71_a_recorder_that_cannot_start_is_started_again_and_gets_everything() {
    struct Slow(Scripted, usize);
    impl Recorder for Slow {
        fn name(&self) -> &str {
            "slow"
        }

        fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
            self.0.start(source)?;
            self.1 += 1;
            if self.1 < 3 { Err(RecorderError::retryable("port in use")) } else { Ok(()) }
        }

        fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
            self.0.spans(batch)
        }
    }
    let recorder = Scripted::default();
    let (tell, told) = std::sync::mpsc::channel();
    let builder = Monitor::builder().recorder(Slow(recorder.clone(), 0)).rest(MOMENT);
    let monitor = builder.notices(move |notice| tell.send(notice.to_string()).unwrap()).build();
    // Said at once, before anything is to be shipped.
    let said = told.recv_timeout(PATIENCE).unwrap();
    assert_eq!(said, "recorder `slow` cannot start: port in use; it is tried again");
    record(&monitor, 4);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(recorder.numbers(), expected(0..4));
    assert_eq!(recorder.seen.0.lock().unwrap().starts, 3);
    assert_eq!(told.try_iter().count(), 0);
}

#[test]
fn a_recorder_can_ask_for_a_snapshot_until_the_monitor_is_gone() {
    let recorder = Scripted::default();
    let monitor = monitor(&recorder).build();
    monitor.flush(PATIENCE).unwrap();
    let source = recorder.seen.0.lock().unwrap().source.clone().unwrap();
    let snapshot: Snapshot = source.take().unwrap();
    assert!(snapshot.metric("otel.sdk.span.started").is_some());
    drop(monitor);
    assert!(source.take().is_none());
}

#[test]
fn f34_loss_is_said_once_with_its_reason_and_again_when_it_ends() {
    let said = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&said);
    let failures = (0..3).map(|_| Answer::Fail(RecorderError::new("400 Bad Request")));
    let recorder = Scripted::answering(failures);
    let builder = Monitor::builder().recorder(recorder).rest(Duration::ZERO);
    let monitor =
        builder.notices(move |notice: &Notice| told.lock().unwrap().push(notice.to_string())).build();
    for _ in 0..4 {
        record(&monitor, 2);
        monitor.flush(PATIENCE).unwrap();
    }
    assert_eq!(*said.lock().unwrap(), ["recorder `scripted` loses spans (failed): 400 Bad Request"]);
    monitor.shutdown(PATIENCE).unwrap();
    let said = said.lock().unwrap();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].starts_with("recorder `scripted` loses no more spans; 6 were lost within "), "{said:?}");
}

#[test]
fn f36_what_the_other_side_says_about_what_it_took_is_told_once() {
    let said = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&said);
    let warnings = (0..3).map(|_| Answer::Fail(RecorderError::rejected(0, "use the new endpoint")));
    let recorder = Scripted::answering(warnings);
    let builder = Monitor::builder().recorder(recorder);
    let monitor =
        builder.notices(move |notice: &Notice| told.lock().unwrap().push(notice.to_string())).build();
    for _ in 0..4 {
        record(&monitor, 2);
        monitor.flush(PATIENCE).unwrap();
    }
    let account = spans(&monitor);
    assert_eq!((account.exported, account.dropped()), (8, 0));
    assert_eq!(*said.lock().unwrap(), ["recorder `scripted` was told about its spans: use the new endpoint"]);
}

#[test]
fn why_a_batch_waits_can_be_read_while_it_waits() {
    let monitor = refused_and_waiting();
    // What it answers is noted once it has.
    let began = Instant::now();
    while spans(&monitor).last_error.is_none() && began.elapsed() < PATIENCE {
        std::thread::yield_now();
    }
    let account = spans(&monitor);
    assert_eq!((account.queued, account.last_error.as_deref()), (1, Some("connection refused")));
}

#[test]
fn f30_a_recorder_that_does_not_come_back_is_told_of_once() {
    let (tell, told) = std::sync::mpsc::channel();
    let gate = Arc::new(Gate::default());
    let recorder = Scripted::answering([Answer::Wait(Arc::clone(&gate))])
        .fed(Delivery::default().delay(Duration::ZERO).timeout(MOMENT * 100));
    let tell = Mutex::new(tell);
    let builder = Monitor::builder().recorder(recorder.clone());
    let monitor =
        builder.notices(move |notice: &Notice| tell.lock().unwrap().send(notice.clone()).unwrap()).build();
    // A busy machine may need longer than that for its start alone.
    monitor.flush(PATIENCE).unwrap();
    told.try_iter().for_each(drop);
    record(&monitor, 1);
    recorder.wait_for(1);
    let notice = told.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(&notice, Notice::Stuck { recorder, .. } if recorder == "scripted"), "{notice:?}");
    gate.open();
    monitor.shutdown(PATIENCE).unwrap();
    drop(monitor);
    assert_eq!(told.iter().count(), 0);
}

#[test]
fn what_became_of_everything_is_among_the_metrics_by_opentelemetrys_names() {
    let recorder = Scripted::answering([Answer::Fail(RecorderError::new("no"))]);
    let monitor = monitor(&recorder).build();
    for _ in 0..2 {
        record(&monitor, 3);
        monitor.flush(PATIENCE).unwrap();
    }
    let source = recorder.seen.0.lock().unwrap().source.clone().unwrap();
    let snapshot = source.take().unwrap();
    let value = |name: &str, error: Option<&str>| {
        let metric = snapshot.metric(name).unwrap_or_else(|| panic!("there is no {name}"));
        let found = metric.points.iter().find(|point| {
            point.labels.iter().find(|(label, _)| *label == "error.type").map(|(_, it)| &**it) == error
        });
        found.map(|point| point.data.clone())
    };
    assert_eq!(value("otel.sdk.span.started", None), Some(MetricData::Counter(6)));
    assert_eq!(value("otel.sdk.exporter.span.exported", None), Some(MetricData::Counter(3)));
    assert_eq!(value("otel.sdk.exporter.span.exported", Some("failed")), Some(MetricData::Counter(3)));
    assert_eq!(value("otel.sdk.processor.span.processed", None), Some(MetricData::Counter(6)));
    assert_eq!(value("otel.sdk.processor.span.queue.size", None), Some(MetricData::UpDownCounter(0)));
    assert_eq!(value("otel.sdk.processor.span.queue.capacity", None), Some(MetricData::UpDownCounter(2_048)));
    let took = value("otel.sdk.exporter.operation.duration", None);
    assert!(matches!(took, Some(MetricData::Histogram(took)) if took.count() >= 4));
}
