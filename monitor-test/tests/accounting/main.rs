//! Nothing is lost without being counted, at any moment.

#[path = "../support/accounts.rs"]
mod accounts;
mod events;
#[path = "../support/scripted.rs"]
mod scripted;
#[path = "../support/scripted_events.rs"]
mod scripted_events;
#[path = "../support/worked.rs"]
mod worked;

use std::sync::Arc;
use std::sync::Barrier;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Account;
use monitor_core::DropReason;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::TimedOut;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::Null;

use accounts::PATIENCE;
use accounts::spans_of;
use scripted::Scripted;

#[monitored]
fn work() {}

/// Panics, fails and goes well in turn, and counts what it is given each time: how much there is in a batch depends on when
/// the collector comes by. A clone is the same.
#[derive(Clone, Default)]
struct Moody(Arc<Mutex<Moods>>);

#[derive(Default)]
struct Moods {
    times: usize,
    given: [u64; 3],
}

impl Moody {
    fn take(&self, count: usize) -> Result<(), RecorderError> {
        let mut moods = self.0.lock().unwrap();
        moods.times += 1;
        let mood = moods.times % 3;
        moods.given[mood] += count as u64;
        drop(moods);
        match mood {
            0 => panic!("now and then"),
            1 => Err(RecorderError::new("now and then")),
            _ => Ok(()),
        }
    }

    /// What was lost in each way is what was given each time.
    #[track_caller]
    fn check(&self, account: &Account) {
        let [panicked, failed, taken] = self.0.lock().unwrap().given;
        let lost = [DropReason::Panicked, DropReason::Failed].map(|reason| account.dropped_for(reason));
        assert_eq!((lost, account.exported), ([panicked, failed], taken));
        assert!(panicked > 0 && failed > 0 && taken > 0);
    }
}

#[test]
fn f42_a_burst_of_a_million_spans_adds_up_while_it_runs_and_afterwards() {
    const THREADS: u64 = 4;
    const CALLS: u64 = 250_000;
    let null = Null::default();
    let monitor = Monitor::builder().recorder(null.clone()).build();
    thread::scope(|threads| {
        let callers: Vec<_> = (0..THREADS)
            .map(|_| threads.spawn(|| monitor.scope(|| (0..CALLS).for_each(|_| work()))))
            .collect();
        while !callers.iter().all(|caller| caller.is_finished()) {
            let account = spans_of(&monitor, "null");
            assert!(account.recorded <= THREADS * CALLS, "{account:?}");
            let snapshot = monitor.snapshot();
            let calls = snapshot.function("work").map_or(0, |function| function.calls());
            assert!(calls <= THREADS * CALLS);
        }
    });
    monitor.flush(PATIENCE).unwrap();
    let account = spans_of(&monitor, "null");
    assert_eq!((account.recorded, account.queued), (THREADS * CALLS, 0));
    assert_eq!(account.exported, null.spans());
    assert_eq!(
        account.dropped(),
        account.dropped_for(DropReason::BufferFull) + account.dropped_for(DropReason::QueueFull)
    );
    let losses = monitor.losses();
    assert_eq!(
        (losses.spans_recorded, losses.spans_dropped),
        (THREADS * CALLS, account.dropped_for(DropReason::BufferFull))
    );
    let snapshot = monitor.snapshot();
    let function = snapshot.function("work").unwrap();
    assert_eq!((function.calls(), function.in_flight()), (THREADS * CALLS, 0));
}

#[test]
fn f42_without_room_what_is_lost_is_counted_with_its_reason() {
    let (release, held) = mpsc::channel::<()>();
    let recorder = Scripted::new("slow", move |_: &SpanBatch| {
        let _ = held.recv();
        Ok(())
    });
    let monitor = Monitor::builder().recorder(recorder).buffer(0).build();
    monitor.scope(|| (0..500_000).for_each(|_| work()));
    let account = spans_of(&monitor, "slow");
    assert!(account.dropped() > 0 && account.recorded <= 500_000, "{account:?}");
    drop(release);
    monitor.flush(PATIENCE).unwrap();
    let account = spans_of(&monitor, "slow");
    assert_eq!((account.recorded, account.queued), (500_000, 0));
    assert_eq!(monitor.snapshot().function("work").unwrap().calls(), 500_000, "metrics lose nothing");
}

#[test]
fn f43_the_account_holds_under_a_recorder_that_fails_now_and_then() {
    let moody = Moody::default();
    let taking = moody.clone();
    let recorder = Scripted::new("moody", move |batch: &SpanBatch| taking.take(batch.len()));
    let monitor = Monitor::builder().recorder(recorder).rest(Duration::ZERO).build();
    for round in 1..=30 {
        monitor.scope(|| (0..100).for_each(|_| work()));
        monitor.flush(PATIENCE).unwrap();
        let account = spans_of(&monitor, "moody");
        assert_eq!((account.recorded, account.queued), (100 * round, 0));
    }
    moody.check(&spans_of(&monitor, "moody"));
}

#[test]
fn f44_a_shutdown_with_a_recorder_that_hangs_returns_at_its_deadline() {
    let (release, held) = mpsc::channel::<()>();
    let recorder = Scripted::new("hanging", move |_: &SpanBatch| {
        let _ = held.recv();
        Ok(())
    });
    let null = Null::default();
    let monitor = Monitor::builder().recorder(recorder).recorder(null.clone()).build();
    monitor.scope(work);
    let deadline = Duration::from_millis(300);
    let begun = Instant::now();
    check_late(monitor.shutdown(deadline));
    assert!(begun.elapsed() >= deadline && begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    let account = spans_of(&monitor, "hanging");
    assert_eq!((account.recorded, account.queued), (1, 1));
    until(|| null.spans() == 1);
    drop(release);
}

/// Whoever hangs is named; on a busy machine others may be late as well.
#[track_caller]
fn check_late(shutdown: Result<(), TimedOut>) {
    let late = shutdown.expect_err("one of them hangs").recorders;
    assert!(late.contains(&"hanging".to_owned()), "{late:?}");
}

/// Waits until it is so.
#[track_caller]
fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it is not so after {PATIENCE:?}");
        thread::yield_now();
    }
}

/// Counts how often it is flushed and dropped.
struct Counting {
    flushed: Arc<AtomicU64>,
    dropped: Arc<AtomicU64>,
}

impl Recorder for Counting {
    fn name(&self) -> &str {
        "counting"
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        self.flushed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn f45_eight_shutdowns_at_once_are_one() {
    let [flushed, dropped] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
    let counting = Counting { flushed: Arc::clone(&flushed), dropped: Arc::clone(&dropped) };
    let monitor = Monitor::builder().recorder(counting).build();
    monitor.scope(work);
    let barrier = Barrier::new(8);
    thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                barrier.wait();
                assert_eq!(monitor.shutdown(PATIENCE), Ok(()));
            });
        }
    });
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()));
    assert_eq!(monitor.flush(PATIENCE), Ok(()));
    assert_eq!((flushed.load(Ordering::Relaxed), dropped.load(Ordering::Relaxed)), (1, 1));
    assert_eq!(spans_of(&monitor, "counting").exported, 1);
}

#[test]
fn f46_what_was_recorded_before_a_flush_is_exported_by_it_while_recording_goes_on() {
    let null = Null::default();
    let monitor = Monitor::builder().recorder(null.clone()).buffer(64 << 20).build();
    let (over, ended) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|threads| {
        threads.spawn(|| {
            monitor.scope(|| {
                while !over.load(Ordering::Relaxed) {
                    work();
                    ended.fetch_add(1, Ordering::Release);
                }
            });
        });
        // Fewer where each takes its time, since nobody lets go of a processor here.
        let begun = Instant::now();
        for _ in (0..2_000).take_while(|_| begun.elapsed() < PATIENCE / 4) {
            let before = ended.load(Ordering::Acquire);
            monitor.flush(PATIENCE).unwrap();
            let account = spans_of(&monitor, "null");
            let settled = account.exported + account.dropped();
            if settled < before {
                over.store(true, Ordering::Relaxed);
                panic!("{settled} of {before} spans were exported: {account:?}");
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(spans_of(&monitor, "null").recorded, ended.load(Ordering::Relaxed));
}

#[test]
fn f46_threads_that_end_while_the_monitor_ends_lose_nothing() {
    for _ in 0..300 {
        let memory = Memory::default();
        let monitor = Monitor::builder().recorder(memory.clone()).build();
        let barrier = Barrier::new(5);
        thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    monitor.scope(|| (0..50).for_each(|_| work()));
                    barrier.wait();
                });
            }
            barrier.wait();
            monitor.shutdown(PATIENCE).unwrap();
        });
        let account = spans_of(&monitor, "memory");
        assert_eq!((account.recorded, account.exported, memory.spans().len()), (200, 200, 200));
    }
}

#[test]
fn f46_a_thread_that_turns_to_another_monitor_while_the_first_ends_loses_nothing() {
    for _ in 0..300 {
        let memory = Memory::default();
        let monitor = Monitor::builder().recorder(memory.clone()).build();
        let barrier = Barrier::new(2);
        thread::scope(|threads| {
            threads.spawn(|| {
                monitor.scope(|| (0..200).for_each(|_| work()));
                barrier.wait();
                let others: Vec<_> = (0..3).map(|_| Monitor::builder().build()).collect();
                others.iter().for_each(|other| other.scope(|| (0..300).for_each(|_| work())));
            });
            barrier.wait();
            monitor.shutdown(PATIENCE).unwrap();
        });
        assert_eq!((spans_of(&monitor, "memory").exported, memory.spans().len()), (200, 200));
    }
}

#[test]
fn the_spans_of_a_thread_come_in_the_order_of_their_end() {
    let memory = Memory::with_capacity(1_000_000);
    let monitor = Monitor::builder().recorder(memory.clone()).buffer(128 << 20).build();
    // With their fields, fewer than the buffer of one thread takes, so that none is dropped.
    const COUNT: u64 = 30_000;
    monitor.scope(|| {
        for number in 0..COUNT {
            Span::start("numbered").set("number", number);
        }
    });
    monitor.flush(PATIENCE).unwrap();
    let numbers: Vec<_> =
        memory.spans().iter().map(|span| span.field("number").unwrap().to_string()).collect();
    let wrong = numbers.iter().enumerate().find(|(place, number)| place.to_string() != **number);
    assert_eq!((wrong, numbers.len() as u64), (None, COUNT));
}

#[test]
fn a_snapshot_taken_while_others_record_is_consistent() {
    let monitor = Monitor::builder().recorder(Null::default()).build();
    let over = AtomicBool::new(false);
    const THREADS: u64 = 3;
    let calls: u64 = thread::scope(|threads| {
        let callers: Vec<_> = (0..THREADS)
            .map(|_| {
                threads.spawn(|| {
                    monitor.scope(|| {
                        let mut calls = 0;
                        while !over.load(Ordering::Relaxed) {
                            work();
                            calls += 1;
                        }
                        calls
                    })
                })
            })
            .collect();
        while monitor.snapshot().function("work").is_none() {
            thread::yield_now();
        }
        let mut before = 0;
        for _ in 0..2_000 {
            let snapshot = monitor.snapshot();
            let function = snapshot.function("work").unwrap();
            let (calls, buckets) =
                (function.calls(), function.duration().bucket_counts().map(|it| it.1).sum());
            over.fetch_or(
                calls < before || calls != buckets || function.in_flight() > THREADS,
                Ordering::Relaxed,
            );
            assert!(function.in_flight() <= THREADS, "{} are under way", function.in_flight());
            assert_eq!((calls, calls >= before), (buckets, true), "counts go back, or differ");
            before = calls;
        }
        over.store(true, Ordering::Relaxed);
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    let snapshot = monitor.snapshot();
    let function = snapshot.function("work").unwrap();
    assert_eq!((function.calls(), function.in_flight()), (calls, 0));
}
