//! Futures: dropped, never polled, moved, joined, spawned.

use std::future::Future;
use std::future::pending;
use std::future::ready;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::pin::pin;
use std::task::Poll;
use std::task::Waker;
use std::thread;
use std::time::Duration;

use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::field;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_test::Capture;
use monitor_test::ManualClock;
use monitor_test::Outcomes;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[monitored]
async fn forever() {
    pending::<()>().await;
}

#[monitored]
async fn around_forever() {
    forever().await;
}

#[monitored]
async fn leaf(number: u32) -> u32 {
    task::yield_now().await;
    number
}

#[monitored(fields(number))]
async fn branch(number: u32) -> u32 {
    let mut sum = 0;
    for step in 0..5 {
        sum += leaf(step).await;
        task::yield_now().await;
    }
    field!(number = number);
    sum
}

/// Calls a monitored function when it is dropped, which may panic.
struct Closing {
    panics: bool,
}

impl Drop for Closing {
    #[monitored(name = "close")]
    fn drop(&mut self) {
        assert!(!self.panics, "cannot close");
    }
}

#[monitored]
async fn holds(closing: Closing) {
    pending::<()>().await;
    drop(closing);
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn f20_a_future_that_is_dropped_while_it_waits_is_cancelled_once() {
    let captured = Capture::run_async(async {
        for _ in 0..3 {
            tokio::select! {
                biased;
                () = around_forever() => {}
                () = ready(()) => {}
            }
        }
    })
    .await;
    assert_eq!(captured.outcomes("forever"), Outcomes { cancelled: 3, ..Outcomes::default() });
    assert_eq!(captured.outcomes("around_forever"), Outcomes { cancelled: 3, ..Outcomes::default() });
    let line = "around_forever cancelled\n  forever cancelled\n";
    assert_eq!(captured.tree(), line.repeat(3));
    captured.assert_in_flight_zero();
}

#[test]
fn f20_what_a_dropped_future_drops_is_a_part_of_its_call() {
    for (panics, line) in [(false, "close ok"), (true, "close panic")] {
        let captured = Capture::run(|| {
            let mut future = Box::pin(holds(Closing { panics }));
            assert!(poll_once(future.as_mut()).is_pending());
            assert_eq!(catch_unwind(AssertUnwindSafe(|| drop(future))).is_err(), panics);
        });
        assert_eq!(captured.tree(), format!("holds cancelled\n  {line}\n"));
        captured.assert_in_flight_zero();
    }
}

#[tokio::test(start_paused = true)]
async fn f20_a_future_that_times_out_is_cancelled() {
    let captured = Capture::run_async(tokio::time::timeout(Duration::from_secs(3_600), forever())).await;
    assert_eq!(captured.span("forever").outcome, Outcome::Cancelled);
    captured.assert_in_flight_zero();
}

#[tokio::test]
async fn f20_an_aborted_task_is_cancelled() {
    let captured = Capture::run_async(async {
        let (started, waited) = oneshot::channel::<()>();
        let work = async {
            let mut work = pin!(forever());
            assert!(poll_once(work.as_mut()).is_pending());
            started.send(()).unwrap();
            work.await;
        };
        let task = task::spawn(work.in_context(Context::current()));
        waited.await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    })
    .await;
    assert_eq!(captured.span("forever").outcome, Outcome::Cancelled);
    captured.assert_in_flight_zero();
}

#[tokio::test]
async fn f21_a_future_that_is_never_polled_counts_as_nothing() {
    let captured = Capture::run_async(async { drop(forever()) }).await;
    assert_eq!((captured.tree().as_str(), captured.snapshot().functions().len()), ("", 0));
}

#[test]
fn f22_a_future_keeps_its_span_and_its_monitor_from_thread_to_thread() {
    #[monitored(fields(steps))]
    async fn wanders() {
        for step in 0..4 {
            leaf(step).await;
        }
        field!(steps = 4);
    }
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    let mut future = Box::pin(wanders());
    assert!(monitor.scope(|| poll_once(future.as_mut())).is_pending());
    loop {
        // Each thread knows nothing of the monitor but through the future.
        let (back, polled) = thread::spawn(move || {
            let polled = poll_once(future.as_mut());
            assert!(Context::current().span().is_none(), "the thread keeps a span of the future");
            (future, polled)
        })
        .join()
        .unwrap();
        future = back;
        if polled.is_ready() {
            break;
        }
    }
    monitor.flush(PATIENCE).unwrap();
    let spans = memory.spans();
    let parent = spans.iter().find(|span| span.name == "wanders").unwrap();
    assert_eq!(parent.field("steps").unwrap().to_string(), "4");
    assert_eq!(spans.len(), 5);
    assert!(spans.iter().all(|span| span.trace_id == parent.trace_id));
    let mut leaves = spans.iter().filter(|span| span.name == "leaf");
    assert!(leaves.all(|leaf| leaf.parent == Some(parent.span_id)));
    let snapshot = monitor.snapshot();
    assert!(snapshot.functions().iter().all(|function| function.in_flight() == 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f22_f24_a_thousand_tasks_on_many_threads_do_not_mix() {
    let captured = Capture::run_async(async {
        let context = Context::current();
        let tasks: Vec<_> =
            (0..1_000).map(|number| task::spawn(branch(number).in_context(context.clone()))).collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 10);
        }
    })
    .await;
    let branches = captured.spans_named("branch");
    assert_eq!((branches.len(), captured.calls("leaf")), (1_000, 5_000));
    for branch in branches {
        assert_eq!((branch.parent, captured.children_of(branch).len()), (None, 5));
    }
    captured.assert_in_flight_zero();
    captured.assert_no_losses();
}

#[tokio::test]
async fn f24_calls_that_are_joined_share_a_parent_and_not_each_other() {
    #[monitored]
    async fn joins() {
        tokio::join!(branch(1), branch(2), branch(3));
    }
    let captured = Capture::run_async(joins()).await;
    let leaves = "    leaf ok\n".repeat(5);
    let branches: String = (1..=3).map(|number| format!("  branch ok number={number}\n{leaves}")).collect();
    assert_eq!(captured.tree(), format!("joins ok\n{branches}"));
}

#[tokio::test]
async fn f24_a_spawned_task_and_a_blocking_one_carry_their_context() {
    #[monitored]
    fn blocking() {}
    #[monitored]
    async fn parent() {
        task::spawn(leaf(1).in_context(Context::current())).await.unwrap();
        let context = Context::current();
        task::spawn_blocking(move || context.run(blocking)).await.unwrap();
        thread::scope(|threads| {
            let context = Context::current();
            threads.spawn(move || context.run(blocking));
        });
        // Nobody's: it carries nothing.
        task::spawn(leaf(2)).await.unwrap();
    }
    let captured = Capture::run_async(parent()).await;
    assert_eq!(captured.tree(), "parent ok\n  leaf ok\n  blocking ok\n  blocking ok\n");
}

#[test]
fn f26_a_future_that_is_forgotten_stays_under_way_and_is_seen() {
    let monitor = Monitor::builder().build();
    let mut future = Box::pin(forever());
    assert!(monitor.scope(|| poll_once(future.as_mut())).is_pending());
    mem::forget(future);
    let snapshot = monitor.snapshot();
    let function = snapshot.function("forever").unwrap();
    assert_eq!((function.in_flight(), function.calls()), (1, 0));
}

#[test]
fn f26_a_future_that_is_polled_after_its_end_says_what_the_plain_one_says() {
    async fn plain() {}
    #[monitored]
    async fn annotated() {}
    fn twice(future: impl Future) -> String {
        let mut future = Box::pin(future);
        assert!(poll_once(future.as_mut()).is_ready());
        let again = AssertUnwindSafe(|| poll_once(future.as_mut()).is_ready());
        let panic = catch_unwind(again).unwrap_err();
        (*panic.downcast_ref::<&str>().unwrap()).to_owned()
    }
    let captured = Capture::run(|| assert_eq!(twice(annotated()), twice(plain())));
    assert_eq!(captured.outcomes("annotated"), Outcomes { ok: 1, ..Outcomes::default() });
}

#[test]
fn f27_a_flush_inside_a_runtime_of_one_thread_does_not_wait_for_itself() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    runtime.block_on(
        async {
            branch(1).await;
            monitor.flush(PATIENCE).unwrap();
            assert_eq!(memory.spans().len(), 6);
        }
        .with_monitor(&monitor),
    );
}

#[tokio::test]
async fn f05_a_panic_in_a_task_ends_its_calls() {
    #[monitored]
    async fn outer() {
        inner().await;
    }
    #[monitored]
    async fn inner() {
        task::yield_now().await;
        std::panic::panic_any(7_u8);
    }
    let captured = Capture::run_async(async {
        let panicked = task::spawn(outer().in_context(Context::current())).await.unwrap_err();
        assert_eq!(panicked.into_panic().downcast_ref(), Some(&7_u8));
    })
    .await;
    assert_eq!(captured.tree(), "outer panic\n  inner panic\n");
    captured.assert_in_flight_zero();
}

#[tokio::test]
async fn time_is_that_of_the_execution_and_less_the_children_it_is_self_time() {
    #[monitored]
    async fn parent(clock: &ManualClock) {
        clock.advance(Duration::from_millis(1));
        child(clock).await;
        task::yield_now().await;
        clock.advance(Duration::from_millis(2));
        child(clock).await;
    }
    #[monitored]
    async fn child(clock: &ManualClock) {
        clock.advance(Duration::from_millis(10));
        task::yield_now().await;
        clock.advance(Duration::from_millis(20));
    }
    let clock = ManualClock::default();
    let captured = Capture::with_clock(&clock)
        .run_async(async {
            let future = parent(&clock);
            clock.advance(Duration::from_secs(1));
            future.await;
        })
        .await;
    let span = captured.span("parent");
    assert_eq!((span.duration, span.self_duration), (Duration::from_millis(63), Duration::from_millis(3)));
    let children = captured.children_of(span);
    assert_eq!(children.len(), 2);
    assert!(children.iter().all(|child| child.duration == Duration::from_millis(30)));
}

#[tokio::test]
async fn a_captured_future_is_send_and_is_not_seen_by_another_capture() {
    let first = tokio::spawn(Capture::run_async(branch(1)));
    let second = tokio::spawn(Capture::run_async(branch(2)));
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(first.span("branch").field("number").unwrap().to_string(), "1");
    assert_eq!(second.span("branch").field("number").unwrap().to_string(), "2");
    assert_eq!((first.calls("leaf"), second.calls("leaf")), (5, 5));
}

#[test]
fn a_future_that_outlives_its_monitor_ends_in_peace() {
    let monitor = Monitor::builder().recorder(Memory::default()).build();
    let mut future = Box::pin(leaf(3));
    assert!(monitor.scope(|| poll_once(future.as_mut())).is_pending());
    monitor.shutdown(PATIENCE).unwrap();
    drop(monitor);
    let captured = Capture::run(|| assert_eq!(poll_once(future.as_mut()), Poll::Ready(3)));
    assert_eq!(captured.tree(), "");
}
