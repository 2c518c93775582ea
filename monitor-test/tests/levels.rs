//! Where a span hangs: trace levels, copies, and what becomes of a span without a parent.

use std::future::Future;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;
use std::time::Duration;

use monitor_core::FieldValue;
use monitor_core::ManualClock;
use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::Outcome;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::TraceLevel;
use monitor_core::WithoutParent;
use monitor_core::field;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::memory::FinishedSpan;
use monitor_test::Capture;
use monitor_test::CaptureBuilder;
use monitor_test::Captured;

fn capture(change: fn(MonitorBuilder) -> MonitorBuilder, body: impl FnOnce()) -> Captured {
    CaptureBuilder::default().monitor(change).run(body)
}

#[monitored]
fn leaf() {}

#[monitored(level = nested)]
fn nested() {
    leaf();
}

#[monitored(level = top_level)]
fn top() {
    leaf();
}

#[monitored(level = force_top_level)]
fn forced() {
    leaf();
}

#[monitored(level = no_trace)]
fn untraced() {
    leaf();
}

fn place(span: &FinishedSpan) -> SpanContext {
    SpanContext::new(span.trace_id, span.span_id)
}

/// The span is the root of a trace of its own that began within `around`, and says so.
#[track_caller]
fn check_root(captured: &Captured, name: &str, around: &str) {
    let (root, around) = (captured.span(name), captured.span(around));
    assert_ne!(root.trace_id, around.trace_id);
    assert_eq!((root.parent, &root.links[..]), (None, &[place(around)][..]));
    let told = root.field("parent_trace_id").map(ToString::to_string);
    assert_eq!(told, Some(around.trace_id.to_string()));
}

#[track_caller]
fn check_child(captured: &Captured, name: &str, of: &str) {
    let (child, parent) = (captured.span(name), captured.span(of));
    assert_eq!((child.trace_id, child.parent), (parent.trace_id, Some(parent.span_id)), "{name} of {of}");
    assert!(child.links.is_empty() && child.field("parent_trace_id").is_none());
}

/// A root with nothing above it, which so has nothing to tell of it.
#[track_caller]
fn check_alone(captured: &Captured, name: &str) {
    let span = captured.span(name);
    assert_eq!((span.parent, span.links.len(), span.fields.len()), (None, 0, 0), "{name}");
}

fn with_around(body: fn()) -> impl FnOnce() {
    move || {
        let _around = Span::start("around");
        body();
        drop(Span::start("after"));
    }
}

#[test]
fn a_nested_span_is_a_child_and_without_a_parent_a_root() {
    let captured = Capture::run(with_around(nested));
    check_child(&captured, "nested", "around");
    check_child(&captured, "leaf", "nested");
    check_alone(&Capture::run(nested), "nested");
}

#[test]
fn a_top_level_is_nested_unless_the_monitor_submits_it() {
    let captured = Capture::run(with_around(top));
    check_child(&captured, "top", "around");
    check_child(&captured, "leaf", "top");
    let captured = capture(MonitorBuilder::submit_top_level, with_around(top));
    check_root(&captured, "top", "around");
    check_child(&captured, "leaf", "top");
    check_child(&captured, "after", "around");
    check_alone(&capture(MonitorBuilder::submit_top_level, top), "top");
}

#[test]
fn a_forced_top_level_is_a_root_always() {
    let captured = Capture::run(with_around(forced));
    check_root(&captured, "forced", "around");
    check_child(&captured, "leaf", "forced");
    check_child(&captured, "after", "around");
    check_alone(&Capture::run(forced), "forced");
}

#[test]
fn an_untraced_call_is_no_span_but_counts_and_its_children_hang_on_the_one_above() {
    let captured = Capture::run(with_around(untraced));
    assert!(captured.spans_named("untraced").is_empty());
    assert_eq!(captured.calls("untraced"), 1);
    check_child(&captured, "leaf", "around");
    check_child(&captured, "after", "around");
    check_alone(&Capture::run(untraced), "leaf");
}

#[test]
fn a_span_that_is_not_recorded_leaves_the_chain_whole() {
    #[monitored(signals(metrics))]
    fn silent() {
        untraced();
    }
    #[monitored(level = force_top_level, signals(metrics))]
    fn silent_top() {
        silent();
    }
    let captured = Capture::run(with_around(silent_top));
    check_child(&captured, "leaf", "around");
    assert_eq!((captured.calls("silent_top"), captured.calls("untraced")), (1, 1));
    captured.assert_in_flight_zero();
}

#[test]
fn a_nested_span_without_a_parent_is_dropped_where_the_monitor_says_so() {
    let drops = |monitor: MonitorBuilder| monitor.without_parent(WithoutParent::Drop);
    let captured = capture(drops, || {
        nested();
        top();
        drop(Span::start("by hand"));
        drop(Span::start_in("in another", SpanContext::new(TraceId::new(7), SpanId::new(9))));
        let _forced = Span::builder("forced by hand").level(TraceLevel::ForceTopLevel).start();
        nested();
    });
    let names: Vec<_> = captured.spans().iter().map(|span| span.name).collect();
    assert_eq!(names, ["in another", "leaf", "nested", "forced by hand"]);
    let calls = ["nested", "top", "leaf", "by hand"].map(|name| captured.calls(name));
    assert_eq!(calls, [2, 1, 3, 1]);
    captured.assert_in_flight_zero();
    captured.assert_no_losses();
}

#[test]
fn a_dropped_span_of_spans_alone_leaves_no_trace() {
    #[monitored(signals(spans))]
    fn spans_alone() -> u32 {
        7
    }
    let drops = |monitor: MonitorBuilder| monitor.without_parent(WithoutParent::Drop);
    let captured = capture(drops, || assert_eq!(spans_alone(), 7));
    assert!(captured.spans().is_empty() && captured.snapshot().function("spans_alone").is_none());
}

#[test]
fn every_level_is_there_for_spans_by_hand() {
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        for (name, level) in [
            ("forced", TraceLevel::ForceTopLevel),
            ("child", TraceLevel::Nested),
            ("silent", TraceLevel::NoTrace),
            ("top", TraceLevel::TopLevel),
        ] {
            let span = Span::builder(name).level(level).start();
            assert_eq!(span.context().is_some(), level != TraceLevel::NoTrace);
        }
    });
    check_root(&captured, "forced", "around");
    check_child(&captured, "child", "around");
    check_child(&captured, "top", "around");
    assert!(captured.spans_named("silent").is_empty());
    assert_eq!(captured.calls("silent"), 1);
}

#[test]
fn a_root_links_to_the_parent_that_was_given_by_hand() {
    const ELSEWHERE: SpanContext = SpanContext::new(TraceId::new(7), SpanId::new(9));
    #[monitored(level = force_top_level, parent = parent)]
    fn given(parent: SpanContext) {
        leaf();
    }
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        given(ELSEWHERE);
        drop(Span::start("after"));
    });
    let given = captured.span("given");
    assert_eq!((given.parent, &given.links[..]), (None, &[ELSEWHERE][..]));
    check_child(&captured, "leaf", "given");
    check_child(&captured, "after", "around");
}

#[test]
fn the_link_stays_where_the_fields_of_a_fast_call_do_not() {
    #[monitored(level = force_top_level, slow = "1h", fields(rows = 3))]
    fn fast() {}
    let captured = Capture::run(with_around(fast));
    check_root(&captured, "fast", "around");
    assert_eq!(captured.span("fast").field("rows"), None);
}

#[test]
fn the_link_stays_where_there_are_more_fields_than_fit() {
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        let mut many = Span::builder("many").level(TraceLevel::ForceTopLevel).start();
        (0..200).for_each(|_| many.set("name", "x".repeat(100).as_str()));
    });
    check_root(&captured, "many", "around");
}

#[test]
fn f25_the_span_around_is_current_again_however_the_root_ends() {
    #[monitored(level = force_top_level)]
    fn panics() {
        leaf();
        std::panic::resume_unwind(Box::new(()));
    }
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        assert!(std::panic::catch_unwind(panics).is_err());
        drop(Span::start("after"));
    });
    check_root(&captured, "panics", "around");
    assert_eq!(captured.span("panics").outcome, Outcome::Panic);
    check_child(&captured, "after", "around");
}

#[test]
fn f25_roots_by_hand_may_end_in_any_order() {
    let root = |name| Span::builder(name).level(TraceLevel::ForceTopLevel).start();
    let captured = Capture::run(|| {
        let around = Span::start("around");
        let first = root("first");
        let second = root("second");
        let third = Span::start("third");
        drop(first);
        drop(Span::start("below the third"));
        assert_eq!(second.context().map(SpanContext::trace_id), third.context().map(SpanContext::trace_id));
        drop(second);
        drop(Span::start("still below the third"));
        drop(third);
        drop(Span::start("below around"));
        let last = root("last");
        drop(around);
        drop(Span::start("below the last"));
        drop(last);
        leaf();
    });
    check_root(&captured, "first", "around");
    check_root(&captured, "second", "first");
    check_child(&captured, "third", "second");
    check_child(&captured, "below the third", "third");
    check_child(&captured, "still below the third", "third");
    check_child(&captured, "below around", "around");
    check_root(&captured, "last", "around");
    check_child(&captured, "below the last", "last");
    check_alone(&captured, "leaf");
    captured.assert_in_flight_zero();
}

#[test]
fn f25_a_root_that_outlives_its_function_leaves_the_trace_around_as_it_was() {
    #[monitored]
    fn lends() -> Span {
        Span::builder("lent").level(TraceLevel::ForceTopLevel).start()
    }
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        drop(lends());
        drop(Span::start("after"));
    });
    check_child(&captured, "after", "around");
}

/// Polls a future once; what it waits for never comes by itself.
fn poll_once(future: impl Future<Output = ()>) -> Poll<()> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_root_that_is_cancelled_leaves_the_span_around_current() {
    #[monitored(level = force_top_level)]
    async fn waits() {
        leaf();
        std::future::pending::<()>().await;
    }
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        assert!(poll_once(waits()).is_pending());
        drop(Span::start("after"));
    });
    check_root(&captured, "waits", "around");
    assert_eq!(captured.span("waits").outcome, Outcome::Cancelled);
    check_child(&captured, "leaf", "waits");
    check_child(&captured, "after", "around");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn roots_stay_roots_in_futures_that_move_between_threads() {
    #[monitored(level = force_top_level)]
    async fn hops(rounds: u32) {
        for _ in 0..rounds {
            tokio::task::yield_now().await;
            leaf();
        }
    }
    #[monitored]
    async fn around() {
        let ones = (0..8).map(|_| {
            let context = monitor_core::Context::current();
            tokio::spawn(monitor_core::FutureExt::in_context(hops(20), context))
        });
        for one in ones.collect::<Vec<_>>() {
            one.await.unwrap();
        }
        nested();
    }
    let captured = Capture::run_async(around()).await;
    let around = captured.span("around");
    for root in captured.spans_named("hops") {
        assert_eq!((root.parent, &root.links[..]), (None, &[place(around)][..]));
        assert_eq!(captured.children_of(root).len(), 20);
    }
    assert_eq!(captured.spans_named("hops").len(), 8);
    check_child_of_many(&captured, "nested", "around");
}

#[track_caller]
fn check_child_of_many(captured: &Captured, name: &str, of: &str) {
    let (child, parent) = (captured.span(name), captured.span(of));
    assert_eq!((child.trace_id, child.parent), (parent.trace_id, Some(parent.span_id)));
}

#[monitored(copy = force_top_level, err, fields(rows))]
fn failover(rows: u64) -> Result<(), std::num::ParseIntError> {
    field!(rows = rows);
    leaf();
    "x".parse::<u32>().map(|_| ())
}

#[monitored(copy = nested)]
fn beside() {}

/// The copy tells what its source told, and of its source.
#[track_caller]
fn check_copy<'a>(captured: &'a Captured, name: &str) -> (&'a FinishedSpan, &'a FinishedSpan) {
    let (source, copy) = (captured.span(name), captured.span(&format!("copy: {name}")));
    let told =
        |span: &FinishedSpan| (span.start, span.duration, span.self_duration, span.outcome, span.error_type);
    assert_eq!(told(copy), told(source));
    let trace = copy.field("source_trace_id").map(ToString::to_string);
    assert_eq!(trace, Some(source.trace_id.to_string()));
    assert_eq!(copy.links, [place(source)]);
    assert_ne!(copy.span_id, source.span_id);
    let fields: Vec<_> = copy.fields.iter().filter(|(name, _)| name != "source_trace_id").collect();
    let own: Vec<_> = source.fields.iter().filter(|(name, _)| name != "parent_trace_id").collect();
    assert_eq!(fields, own);
    (source, copy)
}

#[test]
fn a_copy_is_a_root_that_tells_the_same() {
    let clock = ManualClock::default();
    let captured = CaptureBuilder::default().clock(&clock).monitor(MonitorBuilder::copies).run(|| {
        let _around = Span::start("around");
        clock.advance(Duration::from_millis(5));
        assert!(failover(3).is_err());
        drop(Span::start("after"));
    });
    let (source, copy) = check_copy(&captured, "failover");
    assert_eq!((copy.parent, copy.outcome), (None, Outcome::Error));
    assert_ne!(copy.trace_id, source.trace_id);
    assert_eq!(copy.field("rows"), Some(&FieldValue::Unsigned(3)));
    check_child(&captured, "failover", "around");
    check_child(&captured, "leaf", "failover");
    check_child(&captured, "after", "around");
}

#[test]
fn a_nested_copy_lies_beside_its_source() {
    let captured = capture(MonitorBuilder::copies, with_around(beside));
    let (source, copy) = check_copy(&captured, "beside");
    assert_eq!((copy.trace_id, copy.parent), (source.trace_id, source.parent));
    let captured = capture(MonitorBuilder::copies, beside);
    let (source, copy) = check_copy(&captured, "beside");
    assert_eq!(copy.parent, None);
    assert_ne!(copy.trace_id, source.trace_id);
}

#[test]
fn a_copy_is_a_recorded_span_and_no_call() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).copies().build();
    monitor.scope(|| (0..1_000).for_each(|_| assert!(failover(1).is_err())));
    monitor.flush(Duration::from_secs(10)).unwrap();
    assert_eq!((memory.spans().len(), monitor.losses().spans_recorded), (3_000, 3_000));
    let accounts = monitor.accounts();
    let spans = accounts.iter().find(|account| account.signal == "spans").unwrap();
    assert_eq!((spans.recorded, spans.exported), (3_000, 3_000));
    let snapshot = monitor.snapshot();
    assert_eq!(snapshot.function("failover").unwrap().calls(), 1_000);
    assert!(snapshot.functions().iter().all(|function| !function.name().starts_with("copy")));
    let spans = memory.spans();
    let copy = spans.iter().find(|span| span.name == "copy: failover").unwrap();
    assert_eq!((copy.metadata.signals, copy.metadata.module), (Signals::SPANS, module_path!()));
}

#[test]
fn without_copies_there_are_none() {
    let captured = Capture::run(|| {
        let _ = failover(1);
        Span::start("by hand").copy(TraceLevel::ForceTopLevel);
    });
    assert_eq!(captured.spans().len(), 3);
}

#[test]
fn what_is_no_span_has_no_copy() {
    let both = |monitor: MonitorBuilder| monitor.copies().without_parent(WithoutParent::Drop);
    let captured = capture(both, || {
        beside();
        Span::start("alone").copy(TraceLevel::ForceTopLevel);
        let mut silent = Span::builder("silent").level(TraceLevel::NoTrace).start();
        silent.copy(TraceLevel::Nested);
        let mut forced = Span::builder("forced").level(TraceLevel::ForceTopLevel).start();
        forced.copy(TraceLevel::NoTrace);
    });
    assert_eq!(captured.tree(), "forced ok\n");
}

#[test]
fn a_copy_follows_a_call_that_is_cancelled_or_panics() {
    #[monitored(copy = force_top_level)]
    async fn waits() {
        std::future::pending::<()>().await;
    }
    #[monitored(copy = force_top_level)]
    fn panics() {
        std::panic::resume_unwind(Box::new(()));
    }
    let captured = capture(MonitorBuilder::copies, || {
        assert!(poll_once(waits()).is_pending());
        assert!(std::panic::catch_unwind(panics).is_err());
    });
    assert_eq!(check_copy(&captured, "waits").1.outcome, Outcome::Cancelled);
    assert_eq!(check_copy(&captured, "panics").1.outcome, Outcome::Panic);
}

#[test]
fn a_copy_of_a_root_links_to_the_root() {
    #[monitored(level = force_top_level, copy = top_level)]
    fn both() {}
    let captured = capture(|monitor| monitor.copies().submit_top_level(), with_around(both));
    check_root(&captured, "both", "around");
    let (source, copy) = check_copy(&captured, "both");
    assert_ne!(source.trace_id, copy.trace_id);
    check_child(&captured, "after", "around");
}
