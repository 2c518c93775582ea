//! Other crates' `tracing` spans in our monitor.

use std::time::Duration;

use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::bridge::TracingLayer;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::memory::FinishedSpan;
use tracing::Instrument;
use tracing::error;
use tracing::field::Empty;
use tracing::info;
use tracing::info_span;
use tracing::subscriber::with_default;
use tracing_subscriber::layer::SubscriberExt;

use crate::poll::pause;
use crate::poll::poll;

/// Runs `body` with the layer and gives the spans in the order of their ends, with the counters.
fn recorded(body: impl FnOnce()) -> (Vec<FinishedSpan>, Monitor) {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    monitor.scope(|| with_default(tracing_subscriber::registry().with(TracingLayer::new()), body));
    monitor.flush(Duration::from_secs(60)).unwrap();
    (memory.spans(), monitor)
}

/// Each span as `name<parent`, all in one trace a root.
#[track_caller]
fn check(spans: &[FinishedSpan], expected: &[&str]) {
    let named = spans.iter().map(|span| {
        let parent = span.parent.and_then(|id| spans.iter().find(|it| it.span_id == id));
        assert_eq!(parent.is_some(), span.parent.is_some(), "{} has a parent that nobody knows", span.name);
        if let Some(parent) = parent {
            assert_eq!(parent.trace_id, span.trace_id, "{} is in another trace than its parent", span.name);
        }
        format!("{}<{}", span.name, parent.map_or("", |parent| parent.name))
    });
    assert_eq!(named.collect::<Vec<_>>(), expected);
}

#[monitored]
fn ours(body: impl FnOnce()) {
    body();
}

#[test]
fn theirs_and_ours_are_parents_of_each_other() {
    let (spans, _) = recorded(|| {
        info_span!("outer").in_scope(|| ours(|| info_span!("inner").in_scope(|| ours(|| {}))));
        ours(|| {});
    });
    check(&spans, &["ours<inner", "inner<ours", "ours<outer", "outer<", "ours<"]);
    assert_ne!(spans[3].trace_id, spans[4].trace_id);
}

#[test]
fn name_module_and_fields_are_theirs() {
    let (spans, _) = recorded(|| {
        let span = info_span!("query", rows = 3, table = "users", late = Empty, ratio = 0.5, ok = true, what = ?Some(1));
        span.record("late", "now");
    });
    let metadata = spans[0].metadata;
    assert_eq!((metadata.name, metadata.module), ("query", "bridges::layer"));
    assert!(metadata.file.ends_with("layer.rs") && metadata.line > 0);
    let fields: Vec<_> = spans[0].fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(fields, ["rows=3", "table=users", "ratio=0.5", "ok=true", "what=Some(1)", "late=now"]);
}

#[test]
fn parents_given_by_hand_hold() {
    let (spans, _) = recorded(|| {
        let far = info_span!("far");
        ours(|| {
            let child = info_span!(parent: &far, "child");
            let root = info_span!(parent: None, "root");
            let of_ours = tracing::Span::current();
            drop((child, root));
            far.in_scope(|| drop(info_span!(parent: &of_ours, "adopted")));
        });
    });
    check(&spans, &["child<far", "root<", "adopted<ours", "ours<", "far<"]);
}

#[test]
fn a_future_of_theirs_is_entered_at_each_poll() {
    let (spans, _) = recorded(|| {
        let task = |name: &'static str| async move {
            ours(|| {});
            pause().await;
            info!(name);
            ours(|| {});
        };
        let mut one = Box::pin(task("one").instrument(info_span!("one")));
        let mut two = Box::pin(task("two").instrument(info_span!("two")));
        assert!(poll(&mut one).is_pending() && poll(&mut two).is_pending());
        ours(|| {});
        assert!(poll(&mut two).is_ready() && poll(&mut one).is_ready());
    });
    // Their spans are closed when the futures are dropped, the later one first.
    check(&spans, &["ours<one", "ours<two", "ours<", "ours<two", "ours<one", "two<", "one<"]);
}

#[test]
fn a_span_in_a_future_of_ours_stays_its_child_across_polls() {
    #[monitored]
    async fn task() {
        pause().instrument(info_span!("waiting")).await;
    }
    let (spans, _) = recorded(|| {
        let mut task = Box::pin(task());
        assert!(poll(&mut task).is_pending() && poll(&mut task).is_ready());
    });
    check(&spans, &["waiting<task", "task<"]);
}

#[test]
fn spans_left_in_another_order_leave_nothing_behind() {
    let (spans, _) = recorded(|| {
        let (one, two) = (info_span!("one"), info_span!("two"));
        let first = one.enter();
        let second = two.enter();
        drop(first);
        ours(|| {});
        drop(second);
        ours(|| {});
    });
    check(&spans, &["ours<two", "ours<", "two<", "one<"]);
}

#[test]
fn a_span_may_be_entered_on_several_threads_at_once() {
    let (spans, _) = recorded(|| {
        let span = info_span!("shared");
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let here = span.enter();
        std::thread::scope(|scope| {
            scope.spawn(|| tracing::dispatcher::with_default(&dispatch, || span.in_scope(|| ours(|| {}))));
        });
        ours(|| {});
        drop(here);
        ours(|| {});
    });
    let mut spans = spans;
    spans.sort_by_key(|span| span.start);
    check(&spans, &["shared<", "ours<shared", "ours<shared", "ours<"]);
}

#[test]
fn events_are_counted_and_an_error_is_told_of_its_span() {
    let (spans, monitor) = recorded(|| {
        info!("outside");
        info_span!("failing").in_scope(|| {
            info!("inside");
            error!(code = 7, "the disk is {}", "full");
        });
        info_span!("fine").in_scope(|| ours(|| error!("of ours")));
    });
    assert_eq!(spans[0].outcome, Outcome::Error);
    assert_eq!(spans[0].field("exception.message").unwrap().to_string(), "the disk is full");
    assert_eq!((spans[2].name, spans[2].outcome), ("fine", Outcome::Ok));
    let snapshot = monitor.snapshot();
    let points = &snapshot.metric("tracing.events").unwrap().points;
    let count = |level: &str| {
        let labels = vec![("level", level.to_owned().into()), ("target", "bridges::layer".into())];
        points.iter().find(|point| point.labels == labels).map(|point| point.data.clone())
    };
    assert_eq!(count("INFO"), Some(MetricData::Counter(2)));
    assert_eq!(count("ERROR"), Some(MetricData::Counter(2)));
}

#[test]
fn a_span_that_a_panic_drops_ends_as_a_panic() {
    let (spans, _) = recorded(|| {
        let fall = || info_span!("fall").in_scope(|| panic!("over"));
        std::panic::catch_unwind(fall).unwrap_err();
    });
    assert_eq!(spans[0].outcome, Outcome::Panic);
}

#[test]
fn a_value_that_panics_or_logs_when_formatted_harms_nobody() {
    struct Wild(bool);
    impl std::fmt::Debug for Wild {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            error!("while formatting");
            if self.0 {
                panic!("wild");
            }
            f.write_str("tame")
        }
    }
    let (spans, _) = recorded(|| {
        info_span!("odd", late = Empty, other = ?Wild(true)).in_scope(|| {
            tracing::Span::current().record("late", tracing::field::debug(Wild(false)));
        });
    });
    assert_eq!(spans[0].field("late").unwrap().to_string(), "tame");
}

#[test]
fn without_a_monitor_nothing_happens() {
    with_default(tracing_subscriber::registry().with(TracingLayer::new()), || {
        info_span!("alone").in_scope(|| error!("nobody listens"));
    });
}
