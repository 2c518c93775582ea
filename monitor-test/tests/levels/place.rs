//! Where a span hangs.

use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::MonitorBuilder;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::TraceLevel;
use monitor_core::WithoutParent;
use monitor_core::monitored;
use monitor_test::Capture;

use crate::seen::capture;
use crate::seen::check_alone;
use crate::seen::check_child;
use crate::seen::check_root;
use crate::seen::leaf;
use crate::seen::place;
use crate::seen::poll_once;
use crate::seen::with_around;

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
fn a_block_has_a_level_for_the_methods_that_have_none_of_their_own() {
    struct Pool;
    #[monitored(level = no_trace)]
    impl Pool {
        fn checks_out(&self) {
            self.fails_over();
        }
        #[monitored(level = "FORCE_TOP_LEVEL")]
        fn fails_over(&self) {
            leaf();
        }
    }
    let captured = Capture::run(with_around(|| Pool.checks_out()));
    check_root(&captured, "Pool::fails_over", "around");
    check_child(&captured, "leaf", "Pool::fails_over");
    assert!(captured.spans_named("Pool::checks_out").is_empty());
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
        let ones = (0..8).map(|_| tokio::spawn(hops(20).in_context(Context::current())));
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
    check_child(&captured, "nested", "around");
}
