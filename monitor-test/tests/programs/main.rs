//! Random programs of calls that nest, run side by side, are cancelled and panic: whatever they do, every call is one
//! span with the right parent and the right outcome, every command that has started is told once as succeeded or failed,
//! and nothing is left under way (F05, F20, F21, F22, F24).

mod program;
mod run;
mod witness;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;

use monitor_core::Context;
use monitor_core::FieldValue;
use monitor_core::MetricData;
use monitor_core::Outcome;
use monitor_core::SpanId;
use monitor_core::event::Address;
use monitor_core::event::CommandEvent;
use monitor_core::event::Event;
use monitor_core::event::PoolOptions;
use monitor_core::listener::from_fn;
use monitor_core::pool::Pool;
use monitor_core::recorders::memory::FinishedSpan;
use monitor_test::CaptureBuilder;
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
fn captured(program: Arc<Call>, heard: &Heard) -> (Captured, Vec<Seen>) {
    let log = Arc::new(Log::default());
    let pool = Pool::new(Address::tcp("random", 1), PoolOptions::default());
    let world = World { log: Arc::clone(&log), pool, tasks: Arc::default() };
    let heard = heard.clone();
    let listener = from_fn(move |event: &CommandEvent| heard.hear(event));
    let capture = CaptureBuilder::default().monitor(|monitor| monitor.listener(listener));
    let captured = RUNTIME.block_on(capture.run_async(async move {
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

/// Whether the call is a driver's command.
fn is_command(span: &&FinishedSpan) -> bool {
    span.name == "command"
}

/// What was told of a command: its number, the event, the span in which it happened.
type Told = (i64, &'static str, SpanId);

/// Hears events of commands as they happen.
#[derive(Clone, Debug, Default)]
struct Heard(Arc<Mutex<Vec<Told>>>);

impl Heard {
    fn hear(&self, event: &CommandEvent) {
        let number = match event {
            CommandEvent::Failed(event) => event.request_id,
            CommandEvent::Started(event) => event.request_id,
            CommandEvent::Succeeded(event) => event.request_id,
            other => panic!("no event of a command is {other:?}"),
        };
        let span = Context::current().span().expect("a command is a span").span_id();
        self.0.lock().unwrap().push((number, event.name(), span));
    }
}

/// Each command tells its beginning and then one end, in its own span: to listeners in this order, and to recorders
/// as well, for which the order is that of each thread.
fn check_events(captured: &Captured, heard: &[Told]) {
    let expected: BTreeMap<i64, Vec<Told>> = captured
        .spans()
        .iter()
        .filter(is_command)
        .map(|span| {
            let number = i64::from(node(span));
            let end = if span.outcome == Outcome::Ok { "command.succeeded" } else { "command.failed" };
            (number, vec![(number, "command.started", span.span_id), (number, end, span.span_id)])
        })
        .collect();
    let mut told: BTreeMap<i64, Vec<Told>> = BTreeMap::new();
    heard.iter().for_each(|event| told.entry(event.0).or_default().push(*event));
    assert_eq!(told, expected);
    let recorded = captured.events().iter().filter(|event| event.name.starts_with("command."));
    let mut recorded: Vec<Told> = recorded
        .map(|event| {
            let Some(FieldValue::Signed(number)) = event.field("request_id") else { panic!("{event:?}") };
            (*number, event.name, event.context.expect("a command is a span").span_id())
        })
        .collect();
    let mut expected: Vec<_> = expected.into_values().flatten().collect();
    expected.sort_unstable();
    recorded.sort_unstable();
    assert_eq!(recorded, expected);
}

/// What counts up and down is back at zero, and what only counts has counted each command once.
fn check_metrics(captured: &Captured) {
    let commands = || captured.spans().iter().filter(is_command);
    let all = commands().count() as u64;
    let well = commands().filter(|span| span.outcome == Outcome::Ok).count() as u64;
    for metric in captured.snapshot().metrics() {
        for point in &metric.points {
            let expected = match &*metric.name {
                "random.begun.count" => MetricData::Counter(all),
                "random.lost.count" => MetricData::Counter(all - well),
                "random.well.count" => MetricData::Counter(well),
                _ if matches!(point.data, MetricData::UpDownCounter(_)) => MetricData::UpDownCounter(0),
                _ => continue,
            };
            assert_eq!(point.data, expected, "{} {:?}", metric.name, point.labels);
        }
    }
    for name in ["random.begun.count", "random.lost.count", "random.well.count"] {
        assert!(captured.snapshot().metric(name).is_some(), "{name} is declared");
    }
}

fn sorted(mut calls: Vec<Seen>) -> Vec<Seen> {
    calls.sort_by_key(|call| call.id);
    calls
}

fn check(program: Arc<Call>) {
    let heard = Heard::default();
    let (captured, truth) = captured(program, &heard);
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
    check_events(&captured, &heard.0.lock().unwrap());
    check_metrics(&captured);
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
        ended.extend(captured(program, &Heard::default()).1.into_iter().map(|call| call.outcome.as_str()));
    }
    assert_eq!(ended, BTreeSet::from(Outcome::ALL.map(Outcome::as_str)));
}
