//! Which spans have their parent in another process.

use std::future::Future;
use std::pin::pin;
use std::task;
use std::task::Poll;
use std::task::Waker;
use std::thread;
use std::time::Duration;

use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::TraceLevel;
use monitor_core::Trust;
use monitor_core::layers::RecorderExt;
use monitor_core::layers::TailSampling;
use monitor_core::monitored;
use monitor_core::propagation::TraceParent;
use monitor_core::recorders::Memory;

const PATIENCE: Duration = Duration::from_secs(60);
const HEADERS: [(&str, &str); 1] =
    [("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")];

#[monitored]
fn outer() {
    inner();
}

#[monitored]
fn inner() {}

#[monitored]
async fn waiting() {
    inner();
    let mut is_first = true;
    std::future::poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) })
        .await;
    inner();
}

fn received() -> Context {
    Context::extract(&HEADERS, Trust::Continue)
}

/// The names of the spans in the order in which they ended, those with a remote parent in capitals.
#[track_caller]
fn check(expected: &str, work: impl FnOnce()) {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).copies().build();
    monitor.scope(work);
    monitor.flush(PATIENCE).unwrap();
    let name = |name: &str, remote| if remote { name.to_uppercase() } else { name.to_owned() };
    let names = memory.spans().iter().map(|span| name(span.name, span.has_remote_parent)).collect::<Vec<_>>();
    assert_eq!(names.join(" "), expected);
}

fn poll(future: std::pin::Pin<&mut impl Future>) -> bool {
    future.poll(&mut task::Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn the_first_spans_of_a_trace_that_goes_on_have_a_remote_parent_and_those_below_have_not() {
    check("inner OUTER INNER inner", || {
        received().run(|| {
            outer();
            inner();
        });
        inner();
    });
}

#[test]
fn so_it_is_where_the_work_goes_to_another_thread_before_anything_begins() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    monitor.scope(|| {
        received().run(|| thread::spawn(Context::wrap(outer)).join().unwrap());
        let local = Context::wrap(inner);
        let _span = Span::start("span");
        local();
    });
    monitor.flush(PATIENCE).unwrap();
    let remote: Vec<_> =
        memory.spans().iter().filter(|span| span.has_remote_parent).map(|span| span.name).collect();
    assert_eq!(remote, ["outer"]);
}

#[test]
fn a_task_that_waits_has_its_remote_parent_all_along() {
    check("inner INNER inner WAITING INNER", || {
        let mut task = pin!(waiting().in_context(received()));
        assert!(!poll(task.as_mut()));
        received().run(inner);
        assert!(poll(task));
        received().run(inner);
    });
    // The second poll comes from where nothing was received, or from within another span that was.
    check("inner inner WAITING", || {
        let mut task = pin!(waiting());
        received().run(|| assert!(!poll(task.as_mut())));
        assert!(poll(task));
    });
    check("inner inner waiting INNER", || {
        let mut task = pin!(waiting());
        assert!(!poll(task.as_mut()));
        received().run(|| {
            assert!(poll(task));
            inner();
        });
    });
}

#[test]
fn a_parent_by_hand_is_remote_where_that_is_said_or_it_was_read_from_a_header() {
    let here = SpanContext::new(TraceId::new(7), SpanId::new(9));
    let header: TraceParent = HEADERS[0].1.parse().unwrap();
    check("local REMOTE HEADER", || {
        drop(Span::start_in("local", here));
        drop(Span::start_in("remote", here.remote()));
        drop(Span::start_in("header", header.context()));
    });
    assert_eq!(here, here.remote());
}

#[test]
fn copies_beside_their_span_have_its_parent() {
    check("COPIED COPY: COPIED apart copy: apart", || {
        received().run(|| Span::start("copied").copy(TraceLevel::Nested));
        Span::start("apart").copy(TraceLevel::Nested);
    });
}

#[test]
fn spans_that_end_in_any_order_and_out_of_their_place_leave_the_thread_as_it_was() {
    check("FIRST second INNER inner", || {
        received().run(|| {
            let first = Span::start("first");
            let second = Span::start("second");
            drop(first);
            drop(second);
            inner();
        });
        inner();
    });
    check("inner KEPT INNER inner", || {
        let kept = received().run(|| Span::start("kept"));
        inner();
        drop(kept);
        received().run(inner);
        inner();
    });
}

#[test]
fn a_link_to_another_process_says_so_and_what_works_in_the_background_has_none() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    monitor.scope(|| {
        Context::extract(&HEADERS, Trust::Link).run(|| {
            outer();
            Context::current().without_span().run(|| drop(Span::start("background")));
        });
        drop(Span::start("after"));
    });
    monitor.flush(PATIENCE).unwrap();
    let links: Vec<_> = memory.spans().iter().map(|span| (span.name, span.links.clone())).collect();
    let link = received().span().unwrap();
    assert!(links[1].1[0].is_remote());
    assert_eq!(links, [("inner", vec![]), ("outer", vec![link]), ("background", vec![]), ("after", vec![])]);
}

#[test]
fn calls_that_are_no_spans_are_counted_where_a_trace_goes_on() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| received().run(|| (0..1_000).for_each(|_| outer())));
    assert_eq!(monitor.snapshot().function("outer").unwrap().ended(Outcome::Ok), 1_000);
}

/// Tells nobody of a flush, at which everything goes.
struct Unflushed<R>(R);

impl<R: Recorder> Recorder for Unflushed<R> {
    fn name(&self) -> &str {
        "unflushed"
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.0.spans(batch)
    }
}

#[test]
fn a_tail_is_decided_about_when_the_part_of_the_trace_in_this_process_ends() {
    let memory = Memory::default();
    let tail = memory.clone().layer(TailSampling::new().one_in(1));
    let monitor = Monitor::builder().recorder(Unflushed(tail)).build();
    monitor.scope(|| received().run(outer));
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(memory.spans().len(), 2);
}
