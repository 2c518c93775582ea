//! Random programs of calls that nest, run side by side, are cancelled and panic: whatever they do, every call is one
//! span with the right parent and the right outcome, and nothing is left under way (F05, F20, F21, F22, F24).

mod program;
mod run;
mod witness;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::LazyLock;

use monitor_core::FieldValue;
use monitor_core::Outcome;
use monitor_core::SpanId;
use monitor_core::recorders::memory::FinishedSpan;
use monitor_test::Capture;
use monitor_test::Captured;
use proptest::prelude::ProptestConfig;
use proptest::proptest;
use proptest::strategy::Strategy;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio::runtime::Builder;
use tokio::runtime::Runtime;

use crate::program::Call;
use crate::program::programs;
use crate::run::World;
use crate::run::spawn;
use crate::witness::Log;
use crate::witness::Seen;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// Runs a program to the end of its last task.
fn captured(program: Arc<Call>) -> (Captured, Vec<Seen>) {
    let log = Arc::new(Log::default());
    let world = World { log: Arc::clone(&log), tasks: Arc::default() };
    let captured = RUNTIME.block_on(Capture::run_async(async move {
        let _ = spawn(program, None, &world).await;
        world.tasks.all_ended().await;
    }));
    (captured, log.seen())
}

fn node(span: &FinishedSpan) -> u32 {
    match span.field("node") {
        Some(FieldValue::Unsigned(node)) => u32::try_from(*node).unwrap(),
        other => panic!("{} has no number: {other:?}", span.name),
    }
}

/// What the spans say of the calls.
fn told(captured: &Captured) -> Vec<Seen> {
    let spans: BTreeMap<SpanId, u32> =
        captured.spans().iter().map(|span| (span.span_id, node(span))).collect();
    let parent = |span: &FinishedSpan| span.parent.map(|parent| spans[&parent]);
    let seen = |span| Seen { id: node(span), parent: parent(span), outcome: span.outcome };
    captured.spans().iter().map(seen).collect()
}

fn sorted(mut calls: Vec<Seen>) -> Vec<Seen> {
    calls.sort_by_key(|call| call.id);
    calls
}

fn check(program: Arc<Call>) {
    let (captured, truth) = captured(program);
    let traces: Vec<_> = captured.spans().iter().map(|span| span.trace_id).collect();
    assert!(traces.windows(2).all(|pair| pair[0] == pair[1]), "{traces:?}");
    for function in captured.snapshot().functions() {
        assert_eq!(function.in_flight(), 0, "{} is under way", function.metadata().name);
        for outcome in Outcome::ALL {
            let spans = captured.spans().iter();
            let spans = spans.filter(|span| span.name == function.metadata().name && span.outcome == outcome);
            assert_eq!(function.ended(outcome), spans.count() as u64, "{outcome}");
        }
    }
    assert_eq!(sorted(told(&captured)), sorted(truth));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_call_of_any_program_is_one_span_with_the_right_parent_and_outcome(program in programs()) {
        check(program);
    }
}

#[test]
fn random_programs_end_in_every_way() {
    let mut runner = TestRunner::deterministic();
    let mut ended = BTreeSet::new();
    for _ in 0..50 {
        let program = programs().new_tree(&mut runner).unwrap().current();
        ended.extend(captured(program).1.into_iter().map(|call| call.outcome.as_str()));
    }
    assert_eq!(ended, BTreeSet::from(Outcome::ALL.map(Outcome::as_str)));
}
