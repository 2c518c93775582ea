//! Listeners that panic, tell events themselves or call what is instrumented hurt nobody.

#[path = "support/heard.rs"]
mod heard;

use std::panic::panic_any;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use monitor_core::ManualClock;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::emit;
use monitor_core::event::Event;
use monitor_core::listener::from_fn;
use monitor_core::monitored;

use heard::Heard;

#[derive(Clone, Debug, Event)]
struct Told(u32);

/// Its payload panics when it is dropped.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic_any("a bomb");
        }
    }
}

fn hears(heard: &Heard, name: &'static str) -> impl Fn(&Told) + Send + Sync + use<> {
    let heard = heard.clone();
    move |event: &Told| heard.add(format!("{name} {}", event.0))
}

#[monitored]
fn operation() -> u32 {
    emit(|| Told(1));
    42
}

#[test]
fn f02_a_listener_that_panics_changes_nothing_for_the_others_and_the_operation() {
    let heard = Heard::default();
    let monitor = Monitor::builder()
        .listener(from_fn(hears(&heard, "before")))
        .listener(from_fn(|_: &Told| panic_any(Bomb)))
        .listener(from_fn(hears(&heard, "after")))
        .build();
    assert_eq!(monitor.scope(operation), 42);
    assert_eq!(heard.take(), ["before 1", "after 1"]);
    assert_eq!(monitor.losses().listener_panics, 1);
    assert_eq!(monitor.snapshot().function("operation").unwrap().ended(Outcome::Ok), 1);
}

#[test]
fn f02_a_listener_that_panics_three_times_in_a_row_rests_and_comes_back() {
    let (heard, clock) = (Heard::default(), ManualClock::default());
    let broken = Arc::new(AtomicBool::new(true));
    let (tries, breaks) = (heard.clone(), Arc::clone(&broken));
    let monitor = Monitor::builder()
        .clock(clock.clone())
        .rest(Duration::from_secs(1))
        .listener(from_fn(move |event: &Told| {
            tries.add(event.0.to_string());
            assert!(!breaks.load(Ordering::Relaxed), "broken");
        }))
        .build();
    let tell = |number| monitor.emit(|| Told(number));
    let mut missed = 0;
    (1..=5).for_each(tell);
    assert_eq!(heard.take(), ["1", "2", "3"]);
    // Each rest is followed by one try; it fails, and the next rest is twice as long.
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
        clock.advance(Duration::from_secs(seconds) - Duration::from_nanos(1));
        tell(6);
        clock.advance(Duration::from_nanos(1));
        (7..=9).for_each(tell);
        assert_eq!(heard.take(), ["7"], "after {seconds} s");
        missed += 3;
    }
    clock.advance(Duration::from_secs(60));
    broken.store(false, Ordering::Relaxed);
    (10..=11).for_each(tell);
    assert_eq!(heard.take(), ["10", "11"]);
    let losses = monitor.losses();
    assert_eq!((losses.listener_panics, losses.events_missed), (11, 2 + missed));
}

#[test]
fn f02_one_success_is_enough_to_begin_again() {
    let monitor = Monitor::builder()
        .clock(ManualClock::default())
        .listener(from_fn(|event: &Told| assert!(event.0 == 0, "broken")))
        .build();
    for number in [1, 1, 0, 1, 1, 0, 1, 1, 1, 1] {
        monitor.emit(|| Told(number));
    }
    let losses = monitor.losses();
    assert_eq!((losses.listener_panics, losses.events_missed), (7, 1));
}

#[test]
fn f03_an_event_that_panics_when_it_is_made_is_left_out_and_counted() {
    let heard = Heard::default();
    let monitor = Monitor::builder().listener(from_fn(hears(&heard, "heard"))).build();
    monitor.scope(|| {
        emit(|| -> Told { panic!("no event") });
        emit(|| Told(2));
    });
    assert_eq!(heard.take(), ["heard 2"]);
    assert_eq!(monitor.losses().evaluations_panicked, 1);
}

#[derive(Clone, Debug, Event)]
struct Explosive {
    #[event(skip)]
    _bomb: Arc<Bomb>,
}

#[test]
fn an_event_whose_destructor_panics_hurts_nobody() {
    let monitor = Monitor::builder().listener(from_fn(|_: &Explosive| ())).build();
    monitor.emit(|| Explosive { _bomb: Arc::new(Bomb) });
    assert_eq!(monitor.losses().listener_panics, 0);
}

#[test]
fn f09_an_event_told_by_a_listener_comes_after_the_one_that_it_hears_for_all() {
    let heard = Heard::default();
    let told = heard.clone();
    let monitor = Monitor::builder()
        .listener(from_fn(hears(&heard, "first")))
        .listener(from_fn(move |event: &Told| {
            if event.0 < 3 {
                emit(|| Told(event.0 + 1));
                told.add(format!("told {}", event.0 + 1));
            }
        }))
        .listener(from_fn(hears(&heard, "last")))
        .build();
    monitor.scope(|| emit(|| Told(1)));
    let expected = ["first 1", "told 2", "last 1", "first 2", "told 3", "last 2", "first 3", "last 3"];
    assert_eq!(heard.take(), expected);
    assert_eq!(monitor.losses().events_unheard, 0);
}

#[test]
fn f09_events_that_lead_to_themselves_end_and_are_counted() {
    let heard = Heard::default();
    let monitor = Monitor::builder()
        .listener(from_fn(hears(&heard, "heard")))
        .listener(from_fn(|event: &Told| emit(|| Told(event.0 + 1))))
        .build();
    monitor.scope(|| emit(|| Told(1)));
    assert_eq!(heard.take().len(), 8);
    assert_eq!(monitor.losses().events_unheard, 1);
    // The thread is free for the next one.
    monitor.scope(|| emit(|| Told(1)));
    assert_eq!((heard.take().len(), monitor.losses().events_unheard), (8, 2));
}

#[test]
fn f09_a_flood_of_events_from_listeners_is_bounded_in_number() {
    let heard = Heard::default();
    let monitor = Monitor::builder()
        .listener(from_fn(hears(&heard, "heard")))
        .listener(from_fn(|event: &Told| {
            if event.0 == 0 {
                (1..=300).for_each(|number| emit(|| Told(number)));
            }
        }))
        .build();
    monitor.scope(|| emit(|| Told(0)));
    let heard = heard.take();
    assert_eq!((heard.len(), heard.last().map(String::as_str)), (257, Some("heard 256")));
    assert_eq!(monitor.losses().events_unheard, 44);
}

#[monitored]
fn looked_up() -> u32 {
    emit(|| Told(9));
    7
}

#[test]
fn f08_a_listener_that_calls_what_is_instrumented_does_not_loop() {
    let heard = Heard::default();
    let monitor = Monitor::builder()
        .listener(from_fn(|_: &Told| assert_eq!(looked_up(), 7)))
        .listener(from_fn(hears(&heard, "heard")))
        .build();
    assert_eq!(monitor.scope(operation), 42);
    assert_eq!(heard.take().len(), 8);
    assert_eq!(monitor.losses().events_unheard, 1);
    assert_eq!(monitor.snapshot().function("looked_up").unwrap().calls(), 8);
}

/// Tells an event when its thread ends.
struct AtTheEnd(Monitor);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        self.0.emit(|| Told(1));
        self.0.scope(|| emit(|| Told(2)));
        emit(|| Told(3));
    }
}

thread_local! {
    static AT_THE_END: Mutex<Option<AtTheEnd>> = const { Mutex::new(None) };
}

#[test]
fn f14_events_that_a_thread_tells_while_it_ends_do_not_panic() {
    let heard = Heard::default();
    let again = hears(&heard, "heard");
    let own: Arc<OnceLock<Monitor>> = Arc::default();
    let teller = Arc::clone(&own);
    let monitor = Monitor::builder()
        .listener(from_fn(move |event: &Told| {
            again(event);
            if event.0 == 1 {
                teller.get().unwrap().emit(|| Told(4));
            }
        }))
        .build();
    own.set(monitor.clone()).unwrap();
    let told = monitor.clone();
    thread::spawn(move || {
        AT_THE_END.with(|end| *end.lock().unwrap() = Some(AtTheEnd(told.clone())));
        // What the machinery keeps for the thread is made after that, and so is gone before it.
        told.scope(|| emit(|| Told(0)));
        told.emit(|| Told(0));
    })
    .join()
    .unwrap();
    // The thread has no place any more for a monitor of a scope, nor for an event that has to wait.
    assert_eq!(heard.take(), ["heard 0", "heard 0", "heard 1"]);
    assert_eq!(monitor.losses().events_unheard, 1);
}

#[test]
fn f17_a_lock_that_a_listener_poisons_is_its_own() {
    let state = Arc::new(Mutex::new(0));
    let poisoned = Arc::clone(&state);
    let heard = Heard::default();
    let monitor = Monitor::builder()
        .listener(from_fn(move |_: &Told| {
            let _held = poisoned.lock();
            panic!("while it is held");
        }))
        .listener(from_fn(hears(&heard, "heard")))
        .build();
    monitor.emit(|| Told(1));
    monitor.emit(|| Told(2));
    assert!(state.is_poisoned());
    assert_eq!(heard.take(), ["heard 1", "heard 2"]);
}

#[test]
fn a_listener_may_end_its_own_monitor() {
    let heard = Heard::default();
    let own: Arc<Mutex<Option<Monitor>>> = Arc::default();
    let ends = Arc::clone(&own);
    let monitor = Monitor::builder()
        .listener(from_fn(move |_: &Told| {
            if let Some(monitor) = ends.lock().unwrap().take() {
                monitor.shutdown(Duration::ZERO).unwrap();
            }
        }))
        .listener(from_fn(hears(&heard, "heard")))
        .build();
    *own.lock().unwrap() = Some(monitor.clone());
    monitor.scope(|| emit(|| Told(1)));
    monitor.emit(|| Told(2));
    assert_eq!(heard.take(), ["heard 1"]);
}
