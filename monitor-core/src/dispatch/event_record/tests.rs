use std::cell::Cell;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::Barrier;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::time::SystemTime;

use crate::Account;
use crate::DropReason;
use crate::EventBatch;
use crate::ManualClock;
use crate::Monitor;
use crate::Recorder;
use crate::RecorderError;
use crate::dispatch::Core;
use crate::dispatch::record_event;
use crate::event::Event;
use crate::event::Severity;
use crate::model::Family;
use crate::model::FieldValue;
use crate::model::Signals;
use crate::probe::Span;
use crate::recorders::Memory;
use crate::recorders::Null;
use crate::recorders::memory::RecordedEvent;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
enum Happened {
    Counted(u64),
    Failed,
    Said(String),
    TellsAnother(Arc<Core>),
    TooMuch,
    Worse,
}

static FAMILY: Family = Family::new(
    "happened",
    &["happened.counted", "happened.failed", "happened.said", "happened.tells_another", "happened.too_much"],
);

impl Event for Happened {
    fn family() -> &'static Family {
        &FAMILY
    }

    fn index(&self) -> usize {
        match self {
            Happened::Counted(_) => 0,
            Happened::Failed => 1,
            Happened::Said(_) => 2,
            Happened::TellsAnother(_) => 3,
            Happened::TooMuch => 4,
            Happened::Worse => 70_000,
        }
    }

    fn severity(&self) -> Severity {
        if matches!(self, Happened::Failed) { Severity::Error } else { Severity::Debug }
    }

    fn fields(&self, add: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        match self {
            Happened::Counted(number) => add("number", FieldValue::Unsigned(*number)),
            Happened::Failed => {}
            Happened::Said(text) => add("text", FieldValue::Text(text.into())),
            Happened::TellsAnother(core) => record_event(core, self),
            Happened::TooMuch => {
                add("long", FieldValue::Text("é".repeat(5_000_000).into()));
                (0..100_000_u64).for_each(|number| add("n", FieldValue::Unsigned(number)));
            }
            Happened::Worse => {
                add("before", FieldValue::Bool(true));
                // No message on the terminal: nothing is wrong.
                resume_unwind(Box::new(()));
            }
        }
    }
}

fn monitor(memory: &Memory) -> Monitor {
    Monitor::builder().recorder(memory.clone()).buffer(256 << 20).build()
}

/// Records an event for the recorders of a monitor.
fn tell(monitor: &Monitor, event: &Happened) {
    record_event(monitor.core(), event);
}

fn recorded(monitor: &Monitor, memory: &Memory) -> Vec<RecordedEvent> {
    monitor.flush(PATIENCE).unwrap();
    memory.take_events()
}

/// The account of a recorder for events, which must add up.
#[track_caller]
fn account(monitor: &Monitor, recorder: &str) -> Account {
    let ours = |account: &Account| account.recorder == recorder && account.signal == "events";
    let account = monitor.accounts().into_iter().find(ours).expect("the recorder takes events");
    assert_eq!(account.recorded, account.exported + account.dropped() + account.queued, "{account:?}");
    account
}

#[test]
fn an_event_arrives_with_name_severity_time_fields_and_span() {
    let (memory, clock) = (Memory::default(), ManualClock::default());
    let monitor = Monitor::builder().clock(clock.clone()).recorder(memory.clone()).build();
    clock.advance(Duration::from_millis(1_234));
    monitor.scope(|| {
        tell(&monitor, &Happened::Failed);
        let _span = Span::start("outer");
        tell(&monitor, &Happened::Counted(7));
    });
    clock.advance(Duration::from_secs(1));
    let events = recorded(&monitor, &memory);
    let [alone, within] = &events[..] else { panic!("{events:?}") };
    assert_eq!((alone.name, alone.family.name()), ("happened.failed", "happened"));
    assert_eq!((alone.severity, alone.context, alone.fields.len()), (Severity::Error, None, 0));
    assert_eq!((within.name, within.severity), ("happened.counted", Severity::Debug));
    assert_eq!(within.time, SystemTime::UNIX_EPOCH + Duration::from_millis(1_234));
    assert_eq!(within.field("number"), Some(&FieldValue::Unsigned(7)));
    let outer = &memory.spans()[0];
    let context = within.context.unwrap();
    assert_eq!((context.trace_id(), context.span_id()), (outer.trace_id, outer.span_id));
}

#[test]
fn spans_and_events_written_in_turn_keep_their_fields_and_their_order() {
    const ROUNDS: u64 = 5_000;
    let memory = Memory::default();
    let monitor = monitor(&memory);
    let text = |number: u64| format!("{number} {}", "x".repeat(number as usize % 700));
    monitor.scope(|| {
        for number in 0..ROUNDS {
            let mut span = Span::start("numbered");
            if number % 3 != 0 {
                span.set("span", text(number));
            }
            let event = match number % 5 {
                0 => Happened::Failed,
                _ => Happened::Said(text(number)),
            };
            tell(&monitor, &event);
        }
    });
    let events = recorded(&monitor, &memory);
    let spans = memory.spans();
    assert_eq!((events.len() as u64, spans.len() as u64), (ROUNDS, ROUNDS));
    for (number, (event, span)) in (0..).zip(events.iter().zip(&spans)) {
        let told = event.field("text").map(ToString::to_string);
        assert_eq!(told, (number % 5 != 0).then(|| text(number)), "event {number}");
        assert_eq!(event.fields.len(), usize::from(number % 5 != 0), "event {number}");
        let set = span.field("span").map(ToString::to_string);
        assert_eq!(set, (number % 3 != 0).then(|| text(number)), "span {number}");
        assert_eq!(span.fields.len(), usize::from(number % 3 != 0), "span {number}");
        assert_eq!(event.context.unwrap().span_id(), span.span_id);
    }
}

#[test]
fn f61_fields_of_an_event_are_bounded_in_length_and_number() {
    let memory = Memory::default();
    let monitor = monitor(&memory);
    tell(&monitor, &Happened::TooMuch);
    let event = recorded(&monitor, &memory).remove(0);
    let long = event.field("long").unwrap().to_string();
    assert_eq!((long.len(), long.chars().all(|letter| letter == 'é')), (4_096, true));
    assert_eq!((event.fields.len(), event.dropped_fields), (128, u64::from(u16::MAX)));
}

#[test]
fn an_event_that_panics_tells_what_it_had_told() {
    let memory = Memory::default();
    let monitor = monitor(&memory);
    tell(&monitor, &Happened::Worse);
    tell(&monitor, &Happened::Failed);
    let events = recorded(&monitor, &memory);
    // Nor does an event confuse anybody that its family does not know.
    assert_eq!((events[0].name, events[0].field("before")), ("", Some(&FieldValue::Bool(true))));
    assert_eq!((events[1].name, monitor.losses().evaluations_panicked), ("happened.failed", 1));
}

#[test]
fn f08_an_event_that_tells_another_when_it_is_asked_for_its_fields_has_an_end() {
    let memory = Memory::default();
    let monitor = monitor(&memory);
    tell(&monitor, &Happened::TellsAnother(Arc::clone(monitor.core())));
    tell(&monitor, &Happened::Failed);
    let names: Vec<_> = recorded(&monitor, &memory).iter().map(|event| event.name).collect();
    assert_eq!(names, ["happened.tells_another", "happened.failed"]);
    let (account, losses) = (account(&monitor, "memory"), monitor.losses());
    assert_eq!((account.recorded, account.dropped_for(DropReason::BufferFull)), (3, 1));
    assert_eq!((losses.events_recorded, losses.events_dropped), (3, 1));
}

/// Takes one signal only.
struct Only(Signals);

impl Recorder for Only {
    fn name(&self) -> &str {
        "only"
    }

    fn signals(&self) -> Signals {
        self.0
    }
}

#[test]
fn where_no_recorder_takes_events_none_is_written() {
    let monitor = Monitor::builder().recorder(Only(Signals::CALLS)).build();
    monitor.scope(|| tell(&monitor, &Happened::Failed));
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(monitor.losses().events_recorded, 0);
    assert!(monitor.accounts().iter().all(|account| account.signal != "events" && account.recorded <= 1));
}

#[test]
fn a_monitor_may_take_events_and_no_spans() {
    let monitor = Monitor::builder().recorder(Only(Signals::EVENTS)).build();
    monitor.scope(|| {
        let _span = Span::start("unseen");
        (0..1_000).for_each(|number| tell(&monitor, &Happened::Counted(number)));
    });
    monitor.flush(PATIENCE).unwrap();
    let signals: Vec<_> = monitor.accounts().iter().map(|account| account.signal).collect();
    assert_eq!((signals, account(&monitor, "only").exported), (vec!["events"], 1_000));
    assert_eq!((monitor.losses().events_recorded, monitor.losses().spans_recorded), (1_000, 0));
    assert_eq!(monitor.snapshot().function("unseen").unwrap().calls(), 1);
}

#[test]
fn f12_after_shutdown_events_are_silent() {
    let memory = Memory::default();
    let monitor = monitor(&memory);
    tell(&monitor, &Happened::Failed);
    monitor.shutdown(PATIENCE).unwrap();
    tell(&monitor, &Happened::Failed);
    assert_eq!((memory.events().len(), account(&monitor, "memory").recorded), (1, 1));
}

#[test]
fn events_of_threads_that_end_at_once_arrive() {
    let memory = Memory::default();
    let monitor = monitor(&memory);
    thread::scope(|threads| {
        for number in 0..64 {
            let monitor = &monitor;
            threads.spawn(move || tell(monitor, &Happened::Counted(number)));
        }
    });
    let events = recorded(&monitor, &memory);
    let mut numbers: Vec<_> = events.iter().map(|event| event.field("number").unwrap().to_string()).collect();
    numbers.sort_by_key(|number| number.parse::<u64>().unwrap());
    assert_eq!(numbers, (0..64).map(|number| number.to_string()).collect::<Vec<_>>());
    let account = account(&monitor, "memory");
    assert_eq!((account.recorded, account.exported), (64, 64));
}

/// Tells an event when it is dropped, at the very end of its thread.
struct Farewell(Cell<Option<Arc<Core>>>);

impl Drop for Farewell {
    fn drop(&mut self) {
        if let Some(core) = self.0.take() {
            record_event(&core, &Happened::Failed);
        }
    }
}

thread_local! {
    static FAREWELL: Farewell = const { Farewell(Cell::new(None)) };
}

#[test]
fn f42_an_event_at_the_very_end_of_a_thread_is_recorded_or_counted_as_lost() {
    let memory = Memory::default();
    let monitor = monitor(&memory);
    thread::scope(|threads| {
        let thread = threads.spawn(|| {
            // Before the thread has a lane, so that most systems drop it after that is gone.
            FAREWELL.with(|farewell| farewell.0.set(Some(Arc::clone(monitor.core()))));
            tell(&monitor, &Happened::Counted(1));
        });
        // A scope alone waits for the closure, and not for what a thread drops after it.
        thread.join().unwrap();
    });
    monitor.flush(PATIENCE).unwrap();
    let account = account(&monitor, "memory");
    assert_eq!((account.recorded, account.exported + account.dropped_for(DropReason::BufferFull)), (2, 2));
    assert_eq!(monitor.losses().events_recorded, 2);
}

/// Takes events when it is let.
struct Held(mpsc::Receiver<()>);

impl Recorder for Held {
    fn name(&self) -> &str {
        "held"
    }

    fn events(&mut self, _: &EventBatch) -> Result<(), RecorderError> {
        let _ = self.0.recv();
        Ok(())
    }
}

#[test]
fn f42_events_without_room_are_counted_apart_from_spans() {
    const COUNT: u64 = 300_000;
    let (release, held) = mpsc::channel();
    let monitor = Monitor::builder().recorder(Held(held)).recorder(Null::default()).buffer(0).build();
    monitor.scope(|| {
        for number in 0..COUNT {
            tell(&monitor, &Happened::Counted(number));
            if number % 2 == 0 {
                drop(Span::start("between"));
            }
        }
    });
    let (held, null) = (account(&monitor, "held"), account(&monitor, "null"));
    assert!(held.dropped() > 0 && held.recorded <= COUNT, "{held:?}");
    assert_eq!(held.dropped_for(DropReason::BufferFull), null.dropped_for(DropReason::BufferFull));
    drop(release);
    monitor.flush(PATIENCE).unwrap();
    let (held, losses) = (account(&monitor, "held"), monitor.losses());
    assert_eq!((held.recorded, held.queued, losses.events_recorded), (COUNT, 0, COUNT));
    assert_eq!(losses.events_dropped, held.dropped_for(DropReason::BufferFull));
    assert_eq!(losses.spans_recorded, COUNT / 2);
    let spans = monitor.accounts().into_iter().find(|account| account.signal == "spans").unwrap();
    assert_eq!((spans.recorded, spans.queued), (COUNT / 2, 0));
    assert_eq!(losses.spans_dropped, spans.dropped_for(DropReason::BufferFull));
}

#[test]
fn f46_threads_that_end_while_the_monitor_ends_lose_no_event() {
    for _ in 0..100 {
        let memory = Memory::default();
        let monitor = monitor(&memory);
        let barrier = Barrier::new(3);
        thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    (0..50).for_each(|number| tell(&monitor, &Happened::Counted(number)));
                    barrier.wait();
                });
            }
            barrier.wait();
            monitor.shutdown(PATIENCE).unwrap();
        });
        let account = account(&monitor, "memory");
        assert_eq!((account.recorded, account.exported, memory.events().len()), (100, 100, 100));
    }
}
