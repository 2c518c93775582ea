//! Where a call stands: its trace and its parent.

use std::thread;

use monitor_core::Context;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::monitored;
use monitor_test::Capture;

#[monitored]
fn leaf() {}

#[monitored]
fn nest(depth: u32) {
    if depth > 0 {
        nest(depth - 1);
    }
}

const ELSEWHERE: SpanContext = SpanContext::new(TraceId::new(7), SpanId::new(9));

#[test]
fn a_call_is_a_part_of_the_one_around_it() {
    let captured = Capture::run(|| nest(3));
    let nested = "nest ok\n  nest ok\n    nest ok\n      nest ok\n";
    assert_eq!(captured.tree(), nested);
}

#[test]
fn calls_side_by_side_are_traces_of_their_own() {
    let captured = Capture::run(|| (0..100).for_each(|_| leaf()));
    let mut traces: Vec<_> = captured.spans().iter().map(|span| (span.trace_id, span.span_id)).collect();
    traces.sort();
    traces.dedup_by_key(|(trace, _)| *trace);
    assert_eq!(traces.len(), 100);
    assert!(traces.iter().all(|(trace, span)| SpanContext::new(*trace, *span).is_valid()));
}

#[test]
fn f24_a_thread_with_a_context_goes_on_with_the_trace() {
    #[monitored]
    fn forks() {
        let context = Context::current();
        thread::scope(|threads| {
            for _ in 0..8 {
                let context = context.clone();
                threads.spawn(move || context.run(|| nest(1)));
            }
        });
    }
    let captured = Capture::run(forks);
    assert_eq!(captured.tree(), format!("forks ok\n{}", "  nest ok\n    nest ok\n".repeat(8)));
    let trace = captured.span("forks").trace_id;
    assert!(captured.spans().iter().all(|span| span.trace_id == trace));
}

#[test]
fn a_context_puts_back_what_was_there() {
    let captured = Capture::run(|| {
        let around = Span::start("around");
        let place = Context::current().span();
        Context::current().with_span(ELSEWHERE).run(|| {
            assert_eq!(Context::current().span(), Some(ELSEWHERE));
            leaf();
        });
        assert_eq!((Context::current().span(), place), (place, around.context()));
        leaf();
        drop(around);
        assert_eq!(Context::current().span(), None);
    });
    let leaves = captured.spans_named("leaf");
    assert_eq!((leaves[0].trace_id, leaves[0].parent), (ELSEWHERE.trace_id(), Some(ELSEWHERE.span_id())));
    assert_eq!(leaves[1].parent, Some(captured.span("around").span_id));
}

#[test]
fn f24_work_that_was_handed_over_outside_of_spans_is_no_part_of_where_it_runs() {
    let captured = Capture::run(|| {
        let outside = Context::current();
        let span = Span::start("in the middle");
        outside.run(leaf);
        Context::current().without_span().run(leaf);
        leaf();
        drop(span);
    });
    assert_eq!(captured.tree(), "in the middle ok\n  leaf ok\nleaf ok\nleaf ok\n");
}

#[test]
fn a_context_puts_back_what_was_there_after_a_panic() {
    Capture::run(|| {
        let unwound = std::panic::catch_unwind(|| {
            Context::current().with_span(ELSEWHERE).run(|| std::panic::resume_unwind(Box::new(())));
        });
        assert!(unwound.is_err());
        assert_eq!(Context::current().span(), None);
    });
}

#[monitored(parent = parent, links = links)]
fn elsewhere(parent: Option<SpanContext>, links: Vec<SpanContext>) {
    leaf();
}

#[test]
fn a_parent_that_is_given_takes_the_place_of_the_one_around() {
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        elsewhere(Some(ELSEWHERE), vec![ELSEWHERE]);
        leaf();
    });
    let span = captured.span("elsewhere");
    assert_eq!((span.trace_id, span.parent), (ELSEWHERE.trace_id(), Some(ELSEWHERE.span_id())));
    assert_eq!(span.links, [ELSEWHERE]);
    let children = [captured.children_of(span).len(), captured.children_of(captured.span("around")).len()];
    assert_eq!(children, [1, 1]);
}

#[test]
fn a_parent_that_is_no_span_leaves_the_one_around() {
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        elsewhere(Some(SpanContext::default()), Vec::new());
        elsewhere(None, Vec::new());
        drop(Span::start_in("by hand", SpanContext::default()));
    });
    assert_eq!(captured.children_of(captured.span("around")).len(), 3);
}

#[test]
fn f25_guards_dropped_out_of_order_disturb_nothing_that_comes_later() {
    let captured = Capture::run(|| {
        let first = Span::start("first");
        let second = Span::start("second");
        drop(first);
        drop(second);
        assert_eq!(Context::current().span(), None);
        leaf();
    });
    assert_eq!(captured.span("second").parent, Some(captured.span("first").span_id));
    assert_eq!(captured.span("leaf").parent, None);
    captured.assert_in_flight_zero();
}

#[test]
fn a_span_by_hand_ends_as_it_is_told() {
    let captured = Capture::run(|| {
        Span::start("failed").end(Outcome::Error);
        let mut span = Span::start("done");
        span.set("rows", 3);
        span.set("table", "users");
    });
    assert_eq!(captured.tree(), "failed error\ndone ok rows=3 table=\"users\"\n");
}
