//! Events come to recorders in batches: with the span in which they happened, in their order, bounded, and none is
//! lost without being counted.

#[path = "support/worked.rs"]
mod worked;

use std::thread;
use std::time::Duration;

use monitor_core::Command;
use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::SpanBatch;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::ConnectionCreated;
use monitor_core::event::Severity;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::Null;
use monitor_core::recorders::memory::RecordedEvent;
use monitor_test::Capture;
use monitor_test::Captured;

use worked::Work;

const PATIENCE: Duration = Duration::from_secs(60);

/// During which span each event happened, in the order in which they were told.
fn places(captured: &Captured) -> Vec<(String, &'static str)> {
    let place = |event: &RecordedEvent| {
        let context = event.context?;
        let mut spans = captured.spans().iter();
        let span = spans.find(|span| span.span_id == context.span_id()).expect("the span was captured");
        assert_eq!(span.trace_id, context.trace_id());
        Some(span.name)
    };
    let number = |event: &RecordedEvent| event.field("number").unwrap().to_string();
    captured.events().iter().map(|event| (number(event), place(event).unwrap_or("nowhere"))).collect()
}

#[track_caller]
fn check(captured: &Captured, expected: &[(&str, &str)]) {
    let places = places(captured);
    let places: Vec<_> = places.iter().map(|(number, place)| (number.as_str(), *place)).collect();
    assert_eq!(places, expected);
    captured.assert_no_losses();
}

#[monitored]
fn outer() {
    emit(|| Work::Done(2));
    inner();
    emit(|| Work::Done(4));
}

#[monitored]
fn inner() {
    emit(|| Work::Done(3));
}

#[test]
fn events_in_nested_calls_have_the_innermost_span() {
    let captured = Capture::run(|| {
        emit(|| Work::Done(1));
        outer();
        emit(|| Work::Done(5));
    });
    check(&captured, &[("1", "nowhere"), ("2", "outer"), ("3", "inner"), ("4", "outer"), ("5", "nowhere")]);
    assert_eq!(captured.event_names(), ["work.done"; 5]);
    let within = captured.events_in(captured.span("outer"));
    assert_eq!(within.len(), 2);
    assert_eq!((within[0].severity, within[0].family.name()), (Severity::Debug, "work"));
}

#[test]
fn a_tree_shows_which_event_came_when_during_which_span() {
    let tree = Capture::run(outer).tree_with_events();
    let expected =
        "outer ok\n  - work.done number=2\n  inner ok\n    - work.done number=3\n  - work.done number=4\n";
    assert_eq!(tree, expected);
}

#[monitored]
async fn waiting(first: u64) {
    emit(|| Work::Done(first));
    tokio::task::yield_now().await;
    emit(|| Work::Done(first + 1));
}

#[tokio::test]
async fn events_in_async_calls_have_their_span_however_these_interleave() {
    let captured = Capture::run_async(async {
        tokio::join!(waiting(1), waiting(11));
        emit(|| Work::Done(21));
    })
    .await;
    let numbers = |span| -> Vec<_> {
        captured.events_in(span).iter().map(|event| event.field("number").unwrap().to_string()).collect()
    };
    let mut by_call: Vec<_> = captured.spans_named("waiting").into_iter().map(numbers).collect();
    by_call.sort();
    assert_eq!(by_call, [["1", "2"], ["11", "12"]]);
    assert_eq!(captured.events().last().unwrap().context, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_tasks_have_the_span_that_the_context_carries() {
    #[monitored]
    async fn serve() {
        let task = async { emit(|| Work::Done(1)) }.in_context(Context::current());
        tokio::spawn(task).await.unwrap();
    }
    check(&Capture::run_async(serve()).await, &[("1", "serve")]);
}

#[test]
fn an_event_of_the_library_comes_with_its_fields() {
    let captured = Capture::run(|| emit(|| ConnectionCreated::new(Address::tcp("db", 5432), 7)));
    let event = captured.event("pool.connection_created");
    let fields: Vec<_> = event.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert!(fields.iter().any(|field| field == "server.address=db"), "{fields:?}");
    assert_eq!((event.dropped_fields, event.context), (0, None));
}

#[monitored]
fn load() {
    let command = Command::start("postgresql", |command| {
        command.text("SELECT name FROM users WHERE mail = 'ada@example.org'");
        command.server("db1:5432");
    });
    command.succeed(|| "1 row");
}

#[test]
fn f67_events_of_a_command_have_its_span_and_are_redacted_before_a_recorder_has_them() {
    let captured = Capture::run(load);
    assert_eq!(captured.event_names(), ["command.started", "command.succeeded"]);
    let [command] = captured.children_of(captured.span("load"))[..] else { panic!("one command") };
    assert_eq!(captured.events_in(command).len(), 2, "{}", captured.tree_with_events());
    assert!(!format!("{:?}", captured.events()).contains("ada@"), "{:?}", captured.events());
}

#[test]
fn f61_text_of_an_event_is_cut_at_a_character_boundary() {
    let captured = Capture::run(|| emit(|| Work::Failed("🦀".repeat(1_000_000))));
    let why = captured.event("work.failed").field("why").unwrap().to_string();
    assert_eq!((why.len(), why.chars().all(|letter| letter == '🦀')), (4_096, true));
}

#[test]
fn events_of_one_thread_keep_their_order_over_many_batches() {
    const COUNT: u64 = 20_000;
    let captured = Capture::run(|| (0..COUNT).for_each(|number| emit(|| Work::Done(number))));
    let numbers: Vec<_> =
        captured.events().iter().map(|event| event.field("number").unwrap().to_string()).collect();
    let wrong = numbers.iter().enumerate().find(|(place, number)| place.to_string() != **number);
    assert_eq!((wrong, numbers.len() as u64), (None, COUNT));
}

#[test]
fn events_of_threads_that_end_at_once_arrive_before_a_shutdown_is_over() {
    for _ in 0..50 {
        let memory = Memory::default();
        let monitor = Monitor::builder().recorder(memory.clone()).build();
        thread::scope(|threads| {
            for number in 0..4 {
                let monitor = &monitor;
                threads.spawn(move || monitor.scope(|| emit(|| Work::Done(number))));
            }
        });
        monitor.shutdown(PATIENCE).unwrap();
        assert_eq!(memory.events().len(), 4);
    }
}

#[test]
fn f12_after_a_shutdown_no_event_is_even_made() {
    let null = Null::default();
    let monitor = Monitor::builder().recorder(null.clone()).build();
    monitor.scope(|| emit(|| Work::Done(1)));
    monitor.shutdown(PATIENCE).unwrap();
    monitor.scope(|| emit(|| -> Work { panic!("nobody listens") }));
    assert_eq!((null.events(), monitor.losses().evaluations_panicked), (1, 0));
}

/// Takes spans, and tells an event for each batch.
struct Talkative;

impl Recorder for Talkative {
    fn name(&self) -> &str {
        "talkative"
    }

    fn signals(&self) -> Signals {
        Signals::ALL
    }

    fn spans(&mut self, _: &SpanBatch) -> Result<(), RecorderError> {
        emit(|| Work::Done(1));
        Ok(())
    }
}

#[test]
fn f08_an_event_that_a_recorder_tells_is_not_recorded() {
    let monitor = Monitor::builder().recorder(Talkative).build();
    monitor.scope(inner);
    (0..3).for_each(|_| monitor.flush(PATIENCE).unwrap());
    assert_eq!(monitor.losses().events_recorded, 1, "that of the call alone");
}

/// Takes the signals that it is made with.
struct Taking(Signals);

impl Recorder for Taking {
    fn name(&self) -> &str {
        "taking"
    }

    fn signals(&self) -> Signals {
        self.0
    }
}

#[test]
fn where_no_recorder_takes_events_none_is_made() {
    let monitor = Monitor::builder().recorder(Taking(Signals::CALLS)).build();
    monitor.scope(|| emit(|| -> Work { panic!("nobody listens") }));
    let losses = monitor.losses();
    assert_eq!((losses.events_recorded, losses.evaluations_panicked), (0, 0));
}

#[test]
fn a_callsite_is_off_where_only_events_are_taken_and_the_filter_says_off() {
    let off = "off".parse().unwrap();
    let monitor = Monitor::builder().recorder(Taking(Signals::EVENTS)).filter(off).build();
    monitor.scope(outer);
    assert!(monitor.snapshot().functions().is_empty());
    let losses = monitor.losses();
    assert_eq!((losses.events_recorded, losses.spans_recorded), (3, 0), "events come from no module");
}
