//! A trace stays whole wherever its work goes: threads, tasks, pools, channels, and futures that share a task.

use std::future::Future;
use std::future::pending;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::mpsc;
use std::task::Poll;
use std::task::Waker;
use std::thread;

use monitor_core::Carried;
use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::Outcome;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::monitored;
use monitor_core::propagation::Baggage;
use monitor_test::Capture;
use monitor_test::Captured;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::prop_assert_eq;
use proptest::proptest;
use tokio::task::JoinSet;
use tokio::task::spawn_blocking;
use tokio::task::yield_now;

#[monitored(fields(owner = owner))]
fn leaf(owner: u64) {
    let _ = owner;
}

/// Yields before, between and after its children, and tells whose they are.
#[monitored(fields(owner = owner))]
async fn work(owner: u64) {
    yield_now().await;
    for _ in 0..3 {
        leaf(owner);
        yield_now().await;
    }
    step(owner).await;
    leaf(owner);
}

#[monitored(fields(owner = owner))]
async fn step(owner: u64) {
    yield_now().await;
    leaf(owner);
    yield_now().await;
}

/// One call of `work` and all below it: five leaves and the step are where they belong, and nobody else's.
#[track_caller]
fn check_works(captured: &Captured, count: usize) {
    let works = captured.spans_named("work");
    assert_eq!((works.len(), captured.spans_named("leaf").len()), (count, 5 * count));
    for work in works {
        // What ends on several threads comes in whatever order.
        let mut children = captured.children_of(work);
        children.sort_by_key(|span| (span.name, span.start));
        let names: Vec<_> = children.iter().map(|span| span.name).collect();
        assert_eq!(names, ["leaf", "leaf", "leaf", "leaf", "step"], "{}", captured.tree());
        let below = captured.children_of(children[4]);
        assert_eq!(below.len(), 1);
        for span in children.into_iter().chain(below) {
            assert_eq!((span.field("owner"), span.trace_id), (work.field("owner"), work.trace_id));
        }
    }
    captured.assert_in_flight_zero();
    captured.assert_no_losses();
}

/// Everything is one trace, and this one is its root.
#[track_caller]
fn check_whole(captured: &Captured, root: &str) {
    let root = captured.span(root);
    assert_eq!(root.parent, None);
    assert!(captured.spans().iter().all(|span| span.trace_id == root.trace_id), "{}", captured.tree());
}

#[test]
fn f24_a_wrapped_closure_stands_where_it_was_wrapped() {
    #[monitored]
    fn forks() {
        let threads: Vec<_> = (0..4).map(|owner| thread::spawn(Context::wrap(move || leaf(owner)))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let panics = Context::wrap(|| std::panic::resume_unwind(Box::new(7_u32)));
        assert_eq!(*thread::spawn(panics).join().unwrap_err().downcast::<u32>().unwrap(), 7);
    }
    let captured = Capture::run(forks);
    assert_eq!(captured.children_of(captured.span("forks")).len(), 4);
    check_whole(&captured, "forks");
}

#[test]
fn f24_a_pool_that_outlives_the_request_keeps_nothing_of_it() {
    type Job = Box<dyn FnOnce() + Send>;
    let (jobs, queue) = mpsc::channel::<Job>();
    let pool = thread::spawn(move || queue.into_iter().for_each(|job| job()));
    #[monitored]
    fn asks(jobs: &mpsc::Sender<Job>, owner: u64) {
        jobs.send(Box::new(Context::wrap(move || leaf(owner)))).unwrap();
        jobs.send(Box::new(move || assert!(Context::current().span().is_none()))).unwrap();
    }
    let captured = Capture::run(|| {
        (0..3).for_each(|owner| asks(&jobs, owner));
        drop(jobs);
        pool.join().unwrap();
    });
    let parents: Vec<_> = captured.spans_named("leaf").iter().map(|span| span.parent).collect();
    let asked: Vec<_> = captured.spans_named("asks").iter().map(|span| Some(span.span_id)).collect();
    assert_eq!(parents, asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f24_tasks_and_blocking_work_belong_to_who_spawned_them() {
    #[monitored]
    async fn spawns() {
        let mut tasks = JoinSet::new();
        (0..20).for_each(|owner| drop(tasks.spawn(work(owner).in_current_context())));
        spawn_blocking(Context::wrap(|| leaf(100))).await.unwrap();
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
        leaf(100);
    }
    let captured = Capture::run_async(spawns()).await;
    check_whole(&captured, "spawns");
    assert_eq!(captured.children_of(captured.span("spawns")).len(), 22);
    for work in captured.spans_named("work") {
        assert_eq!(captured.children_of(work).len(), 5);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f24_what_goes_through_a_channel_is_worked_on_where_it_came_from() {
    #[monitored]
    async fn asks(to: tokio::sync::mpsc::Sender<Carried<u64>>, owner: u64) {
        to.send(Carried::new(owner)).await.unwrap();
        yield_now().await;
    }
    #[monitored]
    async fn serves(mut from: tokio::sync::mpsc::Receiver<Carried<u64>>) {
        while let Some(job) = from.recv().await {
            match job.value() % 3 {
                0 => job.run_async(work).await,
                1 => job.run(leaf),
                _ => {
                    let (owner, context) = job.into_parts();
                    step(owner).in_context(context).await;
                }
            }
        }
    }
    let captured = Capture::run_async(async {
        let (to, from) = tokio::sync::mpsc::channel(2);
        let server = tokio::spawn(serves(from).in_current_context());
        let mut askers = JoinSet::new();
        (0..30).for_each(|owner| drop(askers.spawn(asks(to.clone(), owner).in_current_context())));
        drop(to);
        askers.join_all().await;
        server.await.unwrap();
    })
    .await;
    assert_eq!(captured.children_of(captured.span("serves")).len(), 0);
    let below: Vec<_> =
        captured.spans_named("asks").iter().map(|asks| captured.children_of(asks).len()).collect();
    assert_eq!(below, [1; 30]);
    assert_eq!(captured.spans_named("work").len(), 10);
}

#[tokio::test]
async fn f24_futures_of_one_task_do_not_see_each_other() {
    #[monitored]
    async fn joins() {
        tokio::join!(work(1), work(2), work(3));
    }
    let captured = Capture::run_async(joins()).await;
    check_works(&captured, 3);
    check_whole(&captured, "joins");
}

#[tokio::test]
async fn f24_the_one_that_loses_is_cancelled_and_nothing_of_it_stays() {
    #[monitored]
    async fn loses() {
        leaf(1);
        let () = pending().await;
    }
    #[monitored]
    async fn selects() {
        tokio::select! {
            () = work(2) => {}
            () = loses() => unreachable!("it waits for ever"),
        }
        leaf(3);
    }
    let captured = Capture::run_async(selects()).await;
    let selects = captured.span("selects");
    let ended: Vec<_> = captured.children_of(selects).iter().map(|span| (span.name, span.outcome)).collect();
    assert_eq!(ended, [("work", Outcome::Ok), ("loses", Outcome::Cancelled), ("leaf", Outcome::Ok)]);
    assert_eq!(captured.children_of(captured.span("loses")).len(), 1);
    check_whole(&captured, "selects");
    captured.assert_in_flight_zero();
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Polls tasks in this order, each on whatever thread; those that are not done by then in turn.
fn interleave(tasks: Vec<Task>, order: &[(u8, bool)]) {
    let tasks: Vec<_> = tasks.into_iter().map(|task| Mutex::new(Some(task))).collect();
    let poll = |place: usize| {
        let mut slot = tasks[place].lock().unwrap();
        if let Some(task) = &mut *slot
            && let Poll::Ready(()) = task.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop()))
        {
            *slot = None;
        }
        slot.is_none()
    };
    for (place, elsewhere) in order {
        let place = usize::from(*place) % tasks.len();
        if *elsewhere {
            thread::scope(|threads| threads.spawn(|| poll(place)).join().unwrap());
        } else {
            poll(place);
        }
    }
    while (0..tasks.len()).filter(|place| !poll(*place)).count() > 0 {}
}

/// As `tokio`'s, without its runtime.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

#[monitored(fields(owner = owner))]
async fn paused(owner: u64) {
    let expected = Context::current();
    for _ in 0..3 {
        leaf(owner);
        pause().await;
        assert_eq!(Context::current().span(), expected.span());
        assert_eq!(Context::current().baggage().get("owner"), Some(&*owner.to_string()));
    }
}

proptest! {
    #[test]
    fn f24_tasks_never_see_each_other_in_whatever_order_they_are_polled(order in vec((any::<u8>(), any::<bool>()), 0..24)) {
        let root = |owner: u64| SpanContext::new(TraceId::new(u128::from(owner) + 1), SpanId::new(owner + 1));
        let captured = Capture::run(|| {
            let tasks = (0..4).map(|owner| {
                let mut baggage = Baggage::default();
                baggage.insert("owner", &owner.to_string()).unwrap();
                let context = Context::current().with_span(root(owner)).with_baggage(baggage);
                Box::pin(paused(owner).in_context(context)) as Task
            });
            interleave(tasks.collect(), &order);
            assert!(Context::current().span().is_none() && Context::current().baggage().is_empty());
        });
        let spans = captured.spans_named("paused");
        prop_assert_eq!(spans.len(), 4);
        for span in spans {
            let owner = root(span.trace_id.as_u128() as u64 - 1);
            prop_assert_eq!((span.trace_id, span.parent), (owner.trace_id(), Some(owner.span_id())));
            let children = captured.children_of(span);
            prop_assert_eq!(children.len(), 3);
            prop_assert_eq!(children[0].field("owner"), span.field("owner"));
        }
        captured.assert_in_flight_zero();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f24_a_thousand_tasks_that_move_between_threads_keep_to_themselves() {
    let captured = Capture::run_async(async {
        let mut tasks = JoinSet::new();
        (0..1_000).for_each(|owner| drop(tasks.spawn(work(owner).in_current_context())));
        tasks.join_all().await;
    })
    .await;
    check_works(&captured, 1_000);
    let mut traces: Vec<_> = captured.spans_named("work").iter().map(|span| span.trace_id).collect();
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 1_000);
}
