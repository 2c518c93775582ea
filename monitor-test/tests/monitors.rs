//! Monitors of one's own: nested, at the same time, ended.

#[path = "support/accounts.rs"]
mod accounts;

use std::thread;

use monitor_core::Context;
use monitor_core::Filter;
use monitor_core::FutureExt;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::Null;
use monitor_test::Capture;
use monitor_test::CaptureBuilder;

use accounts::PATIENCE;
use accounts::spans_of;

#[monitored]
fn work() {}

#[monitored]
fn nested() {
    work();
}

fn monitor() -> Monitor {
    Monitor::builder().recorder(Null::default()).build()
}

/// How many calls of `work` a monitor has seen.
fn seen(monitor: &Monitor) -> u64 {
    monitor.snapshot().function("work").map_or(0, |function| function.calls())
}

#[test]
fn the_innermost_scope_records() {
    let (outer, inner) = (monitor(), monitor());
    outer.scope(|| {
        work();
        inner.scope(|| (work(), work()));
        work();
    });
    assert_eq!((seen(&outer), seen(&inner)), (2, 2));
}

#[test]
fn a_scope_is_no_part_of_the_trace_around_it() {
    let inner = Memory::default();
    let monitor = Monitor::builder().recorder(inner.clone()).build();
    #[monitored]
    fn around(monitor: &Monitor) {
        monitor.scope(nested);
        work();
    }
    let captured = Capture::run(|| around(&monitor));
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(captured.tree(), "around ok\n  work ok\n");
    let root = inner.spans().into_iter().find(|span| span.name == "nested").unwrap();
    assert_eq!(root.parent, None);
}

#[test]
fn a_scope_ends_with_a_panic() {
    let (outer, inner) = (monitor(), monitor());
    outer.scope(|| {
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            inner.scope(|| std::panic::resume_unwind(Box::new(())));
        }));
        assert!(unwound.is_err());
        work();
    });
    assert_eq!((seen(&outer), seen(&inner)), (1, 0));
}

#[test]
fn many_monitors_on_many_threads_do_not_see_each_other() {
    thread::scope(|threads| {
        for calls in 0..64 {
            threads.spawn(move || {
                let monitor = monitor();
                for _ in 0..calls {
                    monitor.scope(nested);
                }
                assert_eq!(seen(&monitor), calls);
                monitor.flush(PATIENCE).unwrap();
                assert_eq!(spans_of(&monitor, "null").exported, 2 * calls);
            });
        }
    });
}

#[test]
fn a_filter_is_that_of_its_monitor() {
    let filter = |text: &str| text.parse::<Filter>().unwrap();
    let off = CaptureBuilder::default().filter(filter("off")).run(nested);
    let metrics = CaptureBuilder::default().filter(filter("metrics")).run(nested);
    let spans = CaptureBuilder::default().filter(filter("monitors=spans")).run(nested);
    assert_eq!((off.spans().len(), off.snapshot().functions().len()), (0, 0));
    assert_eq!((metrics.spans().len(), metrics.calls("work")), (0, 1));
    assert_eq!(spans.tree(), "nested ok\n  work ok\n");
}

#[test]
fn what_is_told_as_spans_alone_is_neither_counted_nor_under_way() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).filter("spans".parse().unwrap()).build();
    monitor.scope(work);
    monitor.flush(Duration::from_secs(60)).unwrap();
    assert_eq!(memory.spans().len(), 1);
    assert!(monitor.snapshot().functions().is_empty());
    assert!(monitor.snapshot().metrics().is_empty());
}

#[test]
fn f12_an_ended_monitor_records_nothing_and_nobody_else_does_in_its_scope() {
    let ended = monitor();
    ended.scope(work);
    assert_eq!(ended.shutdown(PATIENCE), Ok(()));
    let around = monitor();
    around.scope(|| ended.scope(work));
    assert_eq!((seen(&ended), seen(&around)), (1, 0));
}

#[test]
fn f12_a_monitor_that_ends_inside_its_scope_leaves_the_scope_silent() {
    let (around, ended) = (monitor(), monitor());
    around.scope(|| {
        ended.scope(|| {
            work();
            assert_eq!(ended.shutdown(PATIENCE), Ok(()));
            work();
        });
        work();
    });
    assert_eq!((seen(&ended), seen(&around)), (1, 1));
}

#[test]
fn a_monitor_that_ends_below_other_scopes_lends_its_buffer_to_nobody() {
    let (ended, between, other) = (monitor(), monitor(), monitor());
    ended.scope(|| {
        work();
        between.scope(|| {
            ended.shutdown(PATIENCE).unwrap();
            // The first use of a monitor on a thread gives the buffers of ended ones back, to be used again.
            other.scope(work);
        });
        (0..100).for_each(|_| work());
    });
    assert_eq!((seen(&ended), seen(&other)), (1, 1));
}

#[test]
fn a_call_under_way_ends_in_the_monitor_in_which_it_began() {
    let (first, second) = (monitor(), monitor());
    #[monitored]
    fn begins(monitor: &Monitor) {
        monitor.scope(work);
    }
    first.scope(|| begins(&second));
    assert_eq!(first.snapshot().function("begins").unwrap().ended(Outcome::Ok), 1);
    assert_eq!((seen(&first), seen(&second)), (0, 1));
}

#[monitored(monitor = monitor)]
fn given(monitor: &Monitor) {
    work();
}

#[test]
fn a_monitor_that_is_given_records_the_call_and_what_it_calls() {
    let (around, own) = (monitor(), monitor());
    around.scope(|| {
        given(&own);
        work();
    });
    assert_eq!(own.snapshot().function("given").unwrap().calls(), 1);
    assert_eq!((seen(&own), seen(&around)), (1, 1));
}

#[tokio::test]
async fn a_future_with_a_monitor_is_recorded_by_it_wherever_it_is_polled() {
    #[monitored]
    async fn later() {
        tokio::task::yield_now().await;
        work();
    }
    let (around, own) = (monitor(), monitor());
    let future = around.scope(|| later().with_monitor(&own));
    future.with_monitor(&around).await;
    assert_eq!((seen(&own), seen(&around)), (1, 0));
}

#[test]
fn a_thread_that_has_ended_is_counted() {
    let monitor = monitor();
    for _ in 0..50 {
        let theirs = monitor.clone();
        thread::spawn(move || theirs.scope(nested)).join().unwrap();
    }
    monitor.flush(PATIENCE).unwrap();
    assert_eq!((seen(&monitor), spans_of(&monitor, "null").exported), (50, 100));
    let context = monitor.scope(Context::current);
    thread::spawn(move || context.run(nested)).join().unwrap();
    assert_eq!(seen(&monitor), 51);
}

#[test]
fn thousands_of_monitors_do_not_run_out_of_threads() {
    for _ in 0..5_000 {
        let monitor = monitor();
        monitor.scope(work);
        monitor.flush(PATIENCE).unwrap();
        assert_eq!(spans_of(&monitor, "null").exported, 1);
    }
}
