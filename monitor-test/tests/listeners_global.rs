//! Listeners of the process. Each test has events of its own, since the list is one for all.

#[path = "support/heard.rs"]
mod heard;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::thread;

use monitor_core::Monitor;
use monitor_core::emit;
use monitor_core::event::Event;
use monitor_core::is_heard;
use monitor_core::listener::channel;
use monitor_core::listener::from_fn;
use monitor_core::listener::register;

use heard::Heard;

/// What PyMongo does, seen by running it.
fn golden(key: &str) -> serde_json::Value {
    let text = include_str!("data/golden/pymongo_events.json");
    serde_json::from_str::<serde_json::Value>(text).unwrap()[key].clone()
}

#[derive(Clone, Debug, Event)]
struct Ordered;

#[test]
fn those_of_the_process_hear_first_in_order_of_registration() {
    let heard = Heard::default();
    let adds = |name: &'static str| {
        let heard = heard.clone();
        from_fn(move |_: &Ordered| heard.add(name))
    };
    let _second_to_last = (register(adds("global 1")), register(adds("global 2")));
    let monitor = Monitor::builder().listener(adds("own 1")).listener(adds("own 2")).build();
    monitor.scope(|| emit(|| Ordered));
    assert_eq!(heard.take(), ["global 1", "global 2", "own 1", "own 2"]);
    emit(|| Ordered);
    assert_eq!(heard.take(), ["global 1", "global 2"]);
}

#[derive(Clone, Debug, Event)]
struct Registered;

#[test]
fn a_monitor_knows_those_that_were_registered_before_it_as_pymongo_has_it() {
    let count = Arc::new(AtomicU32::new(0));
    let heard = || count.swap(0, Ordering::Relaxed);
    let existing = Monitor::builder().build();
    emit(|| Registered);
    let before = heard();
    let counted = Arc::clone(&count);
    let registration = register(from_fn(move |_: &Registered| {
        counted.fetch_add(1, Ordering::Relaxed);
    }));
    existing.scope(|| emit(|| Registered));
    let existing_client_after_register = heard();
    let new = Monitor::builder().build();
    new.scope(|| emit(|| Registered));
    let found = serde_json::json!({
        "before": before,
        "existing_client_after_register": existing_client_after_register,
        "new_client_after_register": heard(),
    });
    assert_eq!(found, golden("global_registration"));
    // What was copied stays.
    drop(registration);
    new.scope(|| emit(|| Registered));
    assert_eq!(heard(), 1);
}

#[derive(Clone, Debug, Event)]
struct Isolated;

#[test]
fn f02_a_bad_listener_and_a_good_one_are_both_called_as_pymongo_has_it() {
    let heard = Heard::default();
    let (bad, good) = (heard.clone(), heard.clone());
    let _registrations = (
        register(from_fn(move |_: &Isolated| {
            bad.add("bad");
            panic!("bad");
        })),
        register(from_fn(move |_: &Isolated| good.add("good"))),
    );
    emit(|| Isolated);
    let calls = golden("listener_isolation")["calls"].clone();
    assert_eq!(serde_json::json!(heard.take()), calls);
    // Where there is no monitor, it is counted for all of them.
    assert!(Monitor::builder().build().losses().listener_panics >= 1);
}

#[derive(Clone, Debug, Event)]
struct Guarded;

#[test]
fn a_guard_that_is_dropped_unregisters_on_all_threads() {
    let (listener, events) = channel::<Guarded>(10);
    let registration = register(listener);
    assert!(is_heard::<Guarded>());
    emit(|| Guarded);
    // This thread has seen the list, and keeps no listener alive by that.
    thread::scope(|scope| {
        scope.spawn(|| emit(|| Guarded));
    });
    drop(registration);
    emit(|| Guarded);
    // The channel has ended, though this thread lives: at once, but for monitors of other tests that copied the list.
    assert_eq!(events.iter().count(), 2);
}

#[derive(Clone, Debug, Event)]
struct Kept;

#[test]
fn what_is_kept_stays() {
    let heard = Heard::default();
    let adds = heard.clone();
    register(from_fn(move |_: &Kept| adds.add("kept"))).keep();
    emit(|| Kept);
    assert_eq!((heard.take(), is_heard::<Kept>()), (vec!["kept".to_owned()], true));
}

#[derive(Clone, Debug, Event)]
struct Ended;

#[test]
fn where_the_monitor_of_a_scope_has_ended_nobody_hears() {
    let heard = Heard::default();
    let adds = heard.clone();
    let _registration = register(from_fn(move |_: &Ended| adds.add("heard")));
    let monitor = Monitor::builder().build();
    monitor.shutdown(std::time::Duration::ZERO).unwrap();
    monitor.scope(|| emit(|| Ended));
    assert!(heard.take().is_empty());
    emit(|| Ended);
    assert_eq!(heard.take(), ["heard"]);
}
