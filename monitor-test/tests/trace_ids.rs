//! How the identifiers of traces are made.

use std::time::Duration;
use std::time::SystemTime;

use monitor_core::Context;
use monitor_core::ManualClock;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::Span;
use monitor_core::TraceId;
use monitor_core::TraceIds;
use monitor_core::recorders::Memory;

/// The first four bytes.
fn seconds(trace: TraceId) -> u64 {
    (trace.as_u128() >> 96) as u64
}

fn root() -> TraceId {
    let _span = Span::start("root");
    Context::current().span().expect("a span is current").trace_id()
}

#[test]
fn a_timestamped_identifier_begins_with_the_time_of_the_root() {
    let clock = ManualClock::default();
    clock.advance(Duration::from_secs(1_700_000_000));
    let builder = Monitor::builder().clock(clock.clone()).recorder(Memory::default());
    let monitor = builder.trace_ids(TraceIds::Timestamped).build();
    monitor.scope(|| {
        let first = root();
        assert_eq!(seconds(first), 1_700_000_000);
        // Whoever takes the spans says what time it is.
        clock.advance(Duration::from_secs(60));
        monitor.flush(Duration::from_secs(60)).unwrap();
        let (second, third) = (root(), root());
        assert_eq!((seconds(second), seconds(third)), (1_700_000_060, 1_700_000_060));
        assert!(first != second && second != third);
        let child = {
            let _root = Span::start("root");
            let around = Context::current().span().map(|span| span.trace_id());
            let _child = Span::start("child");
            assert_eq!(Context::current().span().map(|span| span.trace_id()), around);
            around
        };
        assert_eq!(child.map(seconds), Some(1_700_000_060));
    });
}

#[test]
fn timestamped_identifiers_differ_over_threads() {
    let builder = Monitor::builder().recorder(Memory::default());
    let monitor = builder.trace_ids(TraceIds::Timestamped).build();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let run = || monitor.scope(|| (0..100).map(|_| root()).collect::<Vec<_>>());
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let all: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(all.len(), 800);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    assert!(ids.iter().all(|id| seconds(*id).abs_diff(now) < 60), "{now}");
    // The parts that are not the time are spread over all numbers.
    let halves: std::collections::HashSet<_> = ids.iter().map(|id| id.as_u128() as u64).collect();
    assert_eq!(halves.len(), 800);
}

#[test]
fn a_trace_from_elsewhere_keeps_its_identifier_and_a_copy_has_a_timestamp_too() {
    let clock = ManualClock::default();
    clock.advance(Duration::from_secs(7));
    let memory = Memory::default();
    let builder = Monitor::builder().clock(clock).recorder(memory.clone()).copies();
    let monitor = builder.trace_ids(TraceIds::Timestamped).build();
    let header = [("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8")];
    monitor.scope(|| {
        let context = Context::extract_xray(&header, monitor_core::Trust::Continue);
        context.run(|| Span::start("answer").copy(monitor_core::TraceLevel::ForceTopLevel));
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    let traces: Vec<_> = memory.spans().iter().map(|span| (span.name, seconds(span.trace_id))).collect();
    assert_eq!(traces, [("answer", 0x5759_e988), ("copy: answer", 7)]);
}

#[test]
fn identifiers_are_random_where_nothing_else_is_said() {
    let clock = ManualClock::default();
    let monitor = Monitor::builder().clock(clock).recorder(Memory::default()).build();
    let ids: Vec<_> = (0..8)
        .map(|_| std::thread::scope(|scope| scope.spawn(|| monitor.scope(root)).join().unwrap()))
        .collect();
    assert!(ids.iter().any(|id| seconds(*id) != 0), "{ids:?}");
}

/// What AWS X-Ray wants.
struct Wanting;

impl Recorder for Wanting {
    fn name(&self) -> &str {
        "wanting"
    }

    fn trace_ids(&self) -> TraceIds {
        TraceIds::Timestamped
    }
}

#[test]
fn a_recorder_gets_the_identifiers_that_it_wants_unless_something_else_was_said() {
    let traced = |said: Option<TraceIds>| {
        let clock = ManualClock::default();
        clock.advance(Duration::from_secs(9));
        let builder = Monitor::builder().clock(clock).recorder(Wanting).recorder(Memory::default());
        let monitor = match said {
            Some(said) => builder.trace_ids(said),
            None => builder,
        };
        seconds(monitor.build().scope(root))
    };
    assert_eq!((traced(None), traced(Some(TraceIds::Timestamped))), (9, 9));
    assert_ne!(traced(Some(TraceIds::Random)), 9);
}
