//! What the runtime promises to whoever runs recorders, with recorders that try to break it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Account;
use monitor_core::Delivery;
use monitor_core::DropReason;
use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::Notice;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::SpanBatch;
use monitor_core::TimedOut;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_test::loopback::PATIENCE;

use crate::gate::Gate;

#[monitored]
fn work() -> u32 {
    42
}

fn calls(count: u32) {
    let sum: u32 = (0..count).map(|_| work()).sum();
    assert_eq!(sum, 42 * count);
}

fn quiet() -> MonitorBuilder {
    Monitor::builder().notices(|_| ())
}

/// The account for spans of the recorder of this name, which must add up.
#[track_caller]
fn spans(monitor: &Monitor, recorder: &str) -> Account {
    let accounts = monitor.accounts();
    let found =
        accounts.into_iter().find(|account| account.recorder == recorder && account.signal == "spans");
    let account = found.unwrap();
    assert_eq!(account.recorded, account.exported + account.dropped() + account.queued, "{account:?}");
    account
}

/// Waits until it is so.
#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited {PATIENCE:?}: {what}");
        thread::yield_now();
    }
}

/// Does with spans what a test says.
struct Acts<F> {
    name: &'static str,
    delivery: Delivery,
    act: F,
}

impl<F: FnMut(&SpanBatch) -> Result<(), RecorderError> + Send> Acts<F> {
    fn new(name: &'static str, act: F) -> Self {
        Self { name, delivery: Delivery::default().delay(Duration::ZERO), act }
    }
}

impl<F: FnMut(&SpanBatch) -> Result<(), RecorderError> + Send> Recorder for Acts<F> {
    fn name(&self) -> &str {
        self.name
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        (self.act)(batch)
    }
}

#[test]
fn f44_a_flush_and_a_shutdown_with_many_stuck_recorders_return_in_time() {
    const STUCK: usize = 50;
    let deadline = Duration::from_secs(1);
    let gate = Arc::new(Gate::default());
    let memory = Memory::default();
    let builder = (0..STUCK).fold(quiet(), |builder, _| {
        let held = Arc::clone(&gate);
        let mut stuck = Acts::new("stuck", move |_: &SpanBatch| {
            held.pass();
            Ok(())
        });
        // Full at once.
        stuck.delivery = stuck.delivery.queue(1).batch(1);
        builder.recorder(stuck)
    });
    let monitor = builder.recorder(memory.clone()).build();
    monitor.scope(|| calls(100));
    // On a busy machine the one that is not stuck may be late as well.
    let stuck = |late: TimedOut| late.recorders.iter().filter(|name| *name == "stuck").count();
    let begun = Instant::now();
    assert_eq!(monitor.flush(deadline).map_err(stuck), Err(STUCK));
    monitor.scope(work);
    assert_eq!(monitor.shutdown(deadline).map_err(stuck), Err(STUCK));
    // One after the other, they would take more than a minute and a half.
    let took = begun.elapsed();
    assert!(took < PATIENCE, "{took:?}");
    until("who is not stuck gets everything", || memory.spans().len() == 101);
    gate.open();
}

#[test]
fn f09_a_notice_may_lead_to_a_flush_a_shutdown_and_other_notices() {
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let mut stuck = Acts::new("stuck", move |_: &SpanBatch| {
        held.pass();
        Ok(())
    });
    stuck.delivery = stuck.delivery.queue(1).batch(1);
    let place: Arc<OnceLock<Monitor>> = Arc::default();
    let inside = Arc::clone(&place);
    let (done, waited) = mpsc::channel();
    let done = Mutex::new(done);
    let builder = Monitor::builder().recorder(stuck).notices(move |_: &Notice| {
        let monitor = inside.get().expect("it is put there before anything is lost");
        let late = monitor.flush(Duration::from_millis(1)).is_err();
        let accounts = monitor.accounts().len();
        let metrics = monitor.snapshot().metrics().len();
        let _ = monitor.shutdown(Duration::from_millis(1));
        let _ = done.lock().unwrap().send((late, accounts, metrics > 0));
    });
    let monitor = place.get_or_init(|| builder.build()).clone();
    thread::spawn(move || {
        monitor.scope(|| calls(100));
        let _ = monitor.flush(Duration::from_millis(100));
    });
    let (late, accounts, _) = waited.recv_timeout(PATIENCE).expect("a notice waits for itself");
    assert_eq!((late, accounts), (true, 1));
    gate.open();
}

#[test]
fn f10_a_recorder_may_replace_and_end_the_monitor_that_it_belongs_to() {
    let place: Arc<Mutex<Option<Monitor>>> = Arc::default();
    let inside = Arc::clone(&place);
    let (done, waited) = mpsc::channel();
    let swapping = Acts::new("swapping", move |_: &SpanBatch| {
        let Some(own) = inside.lock().unwrap().take() else { return Ok(()) };
        let next = Monitor::builder().recorder(Memory::default()).build();
        next.scope(work);
        let flushed = own.flush(Duration::from_millis(1));
        let ended = own.shutdown(Duration::from_millis(1));
        drop(own);
        *inside.lock().unwrap() = Some(next);
        let _ = done.send((flushed.is_err(), ended.is_err()));
        Ok(())
    });
    let monitor = quiet().recorder(swapping).build();
    *place.lock().unwrap() = Some(monitor.clone());
    monitor.scope(work);
    let flushed = monitor.flush(PATIENCE);
    // It cannot wait for itself, and says so at its deadline.
    assert_eq!(waited.recv_timeout(PATIENCE), Ok((true, true)));
    assert_eq!((flushed, work()), (Ok(()), 42));
    let next = place.lock().unwrap().take().unwrap();
    assert_eq!(next.flush(PATIENCE), Ok(()));
    assert_eq!(spans(&next, "memory").recorded, 1);
    until("its own batch is settled", || spans(&monitor, "swapping").exported == 1);
}

#[test]
fn f17_a_recorder_that_panics_under_a_lock_poisons_nothing_of_ours() {
    let shared = Arc::new(Mutex::new(0));
    let inside = Arc::clone(&shared);
    let poisoning = Acts::new("poisoning", move |_: &SpanBatch| {
        let _locked = inside.lock();
        // No message on the terminal: nothing is wrong.
        std::panic::resume_unwind(Box::new("under a lock"))
    });
    let memory = Memory::default();
    let monitor = quiet().recorder(poisoning).recorder(memory.clone()).rest(Duration::ZERO).build();
    for round in 1..=5 {
        assert_eq!(monitor.scope(work), 42);
        assert_eq!(monitor.flush(PATIENCE), Ok(()));
        assert_eq!(spans(&monitor, "poisoning").dropped_for(DropReason::Panicked), round);
        assert_eq!(memory.spans().len() as u64, round);
    }
    assert!(shared.is_poisoned());
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()));
}

#[test]
fn f43_a_recorder_that_has_panicked_goes_on_with_the_same_thread_and_place() {
    let mut times = 0;
    let (tell, told) = mpsc::channel();
    let moody = Acts::new("moody", move |_: &SpanBatch| {
        times += 1;
        let _ = tell.send(thread::current().name().map(str::to_owned));
        if times % 2 == 1 {
            std::panic::resume_unwind(Box::new(times));
        }
        Ok(())
    });
    let monitor = quiet().recorder(moody).build();
    for _ in 0..6 {
        monitor.scope(work);
        assert_eq!(monitor.flush(PATIENCE), Ok(()));
    }
    let account = spans(&monitor, "moody");
    assert_eq!((account.exported, account.dropped_for(DropReason::Panicked)), (3, 3));
    let names: Vec<_> = told.try_iter().collect();
    assert_eq!(names, vec![Some("monitor-moody".to_owned()); 6]);
}
