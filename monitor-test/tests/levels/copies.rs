//! The second span of a call.

use std::time::Duration;

use monitor_core::FieldValue;
use monitor_core::ManualClock;
use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::Outcome;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::TraceLevel;
use monitor_core::WithoutParent;
use monitor_core::field;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::memory::FinishedSpan;
use monitor_test::Capture;
use monitor_test::CaptureBuilder;
use monitor_test::Captured;

use crate::seen::capture;
use crate::seen::check_child;
use crate::seen::check_root;
use crate::seen::leaf;
use crate::seen::place;
use crate::seen::poll_once;
use crate::seen::with_around;

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
    monitor.flush(Duration::from_secs(60)).unwrap();
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
