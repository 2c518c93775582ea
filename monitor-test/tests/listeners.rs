//! Who hears of an event, and in which order.

#[path = "support/heard.rs"]
mod heard;

use std::cell::Cell;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::CommandEvent;
use monitor_core::event::CommandFailed;
use monitor_core::event::CommandInfo;
use monitor_core::event::CommandName;
use monitor_core::event::CommandStarted;
use monitor_core::event::ConnectionCreated;
use monitor_core::event::Event;
use monitor_core::event::HeartbeatInfo;
use monitor_core::event::HeartbeatStarted;
use monitor_core::event::PoolReady;
use monitor_core::listener::CommandListener;
use monitor_core::listener::EventListener;
use monitor_core::listener::HeartbeatListener;
use monitor_core::listener::Listener;
use monitor_core::listener::PoolListener;
use monitor_core::listener::Subscriptions;
use monitor_core::listener::from_fn;

use heard::Heard;

const PING: CommandName = CommandName::literal("ping");

fn address() -> Address {
    Address::tcp("db", 1)
}

fn started() -> CommandStarted {
    CommandStarted::new(&CommandInfo::new(PING, 1, address()), "{}")
}

#[derive(Clone, Debug, Event)]
struct Told(u32);

#[test]
fn listeners_hear_in_the_order_in_which_they_were_added() {
    let heard = Heard::default();
    let mut builder = Monitor::builder();
    for name in ["first", "second", "third"] {
        let heard = heard.clone();
        builder = builder.listener(from_fn(move |event: &Told| heard.add(format!("{name} {}", event.0))));
    }
    let monitor = builder.build();
    monitor.scope(|| {
        emit(|| Told(1));
        emit(|| Told(2));
    });
    assert_eq!(heard.take(), ["first 1", "second 1", "third 1", "first 2", "second 2", "third 2"]);
}

#[derive(Listener)]
#[listener(Told)]
struct Many {
    heard: Heard,
}

impl CommandListener for Many {
    fn started(&self, event: &CommandStarted) {
        self.heard.add(format!("command {}", event.command_name));
    }
}

impl HeartbeatListener for Many {
    fn started(&self, event: &HeartbeatStarted) {
        self.heard.add(format!("heartbeat to {}", event.address));
    }
}

impl PoolListener for Many {
    fn connection_created(&self, event: &ConnectionCreated) {
        self.heard.add(format!("connection {}", event.connection_id));
    }
}

impl EventListener<Told> for Many {
    fn hear(&self, event: &Told) {
        self.heard.add(format!("told {}", event.0));
    }
}

#[test]
fn one_object_hears_all_families_whose_traits_it_implements() {
    let heard = Heard::default();
    let monitor = Monitor::builder().listener(Many { heard: heard.clone() }).build();
    monitor.scope(|| {
        emit(started);
        emit(|| HeartbeatStarted::new(&HeartbeatInfo::new(address())));
        emit(|| ConnectionCreated::new(address(), 7));
        // It has no method for this one.
        emit(|| PoolReady::new(address()));
        emit(|| Told(3));
    });
    assert_eq!(heard.take(), ["command ping", "heartbeat to db:1", "connection 7", "told 3"]);
}

#[test]
fn an_event_is_told_as_what_it_is_or_as_one_of_its_family() {
    let heard = Heard::default();
    let monitor = Monitor::builder().listener(Many { heard: heard.clone() }).build();
    monitor.scope(|| {
        emit(started);
        emit(|| CommandEvent::Started(started()));
        emit(|| CommandEvent::from(started()));
    });
    assert_eq!(heard.take(), ["command ping"; 3]);
}

struct ByHand<T>(T, Heard);

impl<T: Send + Sync + 'static> CommandListener for ByHand<T> {
    fn failed(&self, event: &CommandFailed) {
        self.1.add(format!("{:?} {}", event.duration, event.failure));
    }
}

impl<T: Send + Sync + 'static> Listener for ByHand<T> {
    fn subscribe(self: Arc<Self>, to: &mut Subscriptions) {
        to.command(&self);
    }
}

#[test]
fn a_type_with_parameters_subscribes_by_hand_and_may_be_kept() {
    let heard = Heard::default();
    let kept: Arc<dyn Listener> = Arc::new(ByHand(1, heard.clone()));
    let monitor = Monitor::builder().listener(Arc::clone(&kept)).listener(kept).build();
    let info = CommandInfo::new(PING, 1, address());
    monitor.scope(|| emit(|| CommandFailed::new(&info, Duration::from_secs(1), "gone")));
    assert_eq!(heard.take(), ["1s gone", "1s gone"]);
}

#[test]
fn a_monitor_hears_its_own_scope_and_what_it_is_told_itself() {
    let (one, other) = (Heard::default(), Heard::default());
    let monitor = |heard: &Heard| {
        let heard = heard.clone();
        Monitor::builder().listener(from_fn(move |event: &Told| heard.add(event.0.to_string()))).build()
    };
    let (first, second) = (monitor(&one), monitor(&other));
    first.scope(|| {
        emit(|| Told(1));
        second.scope(|| emit(|| Told(2)));
        emit(|| Told(3));
    });
    emit(|| Told(4));
    thread::scope(|scope| {
        scope.spawn(|| second.emit(|| Told(5)));
    });
    assert_eq!((one.take(), other.take()), (vec!["1".into(), "3".into()], vec!["2".into(), "5".into()]));
}

#[derive(Clone, Debug, Event)]
struct NeverHeard;

#[test]
fn where_nobody_hears_an_event_is_not_even_made() {
    let monitor = Monitor::builder().listener(from_fn(|_: &Told| ())).build();
    let made = Cell::new(0);
    let make = || {
        made.set(made.get() + 1);
        NeverHeard
    };
    emit(make);
    monitor.scope(|| emit(make));
    monitor.emit(make);
    assert_eq!(made.get(), 0);
}

#[derive(Clone, Debug, Event)]
struct HeardElsewhere;

#[test]
fn an_event_is_not_made_where_only_another_monitor_hears_it() {
    let heard = Monitor::builder().listener(from_fn(|_: &HeardElsewhere| ())).build();
    let deaf = Monitor::builder().build();
    let made = Cell::new(0);
    let make = || {
        made.set(made.get() + 1);
        HeardElsewhere
    };
    deaf.scope(|| emit(make));
    deaf.emit(make);
    emit(make);
    assert_eq!(made.get(), 0);
    heard.scope(|| emit(make));
    assert_eq!(made.get(), 1);
}

#[test]
fn f12_after_a_shutdown_nobody_hears_and_what_listeners_hold_is_let_go() {
    let heard = Heard::default();
    let keeps = Arc::new(());
    let (listener, kept) = (heard.clone(), Arc::clone(&keeps));
    let monitor = Monitor::builder()
        .listener(from_fn(move |event: &Told| {
            let _ = &kept;
            listener.add(event.0.to_string());
        }))
        .build();
    monitor.scope(|| emit(|| Told(1)));
    monitor.shutdown(Duration::ZERO).unwrap();
    monitor.scope(|| emit(|| Told(2)));
    monitor.emit(|| Told(3));
    assert_eq!(heard.take(), ["1"]);
    assert_eq!(Arc::strong_count(&keeps), 1);
}

#[test]
fn listeners_hear_on_the_thread_that_tells() {
    let heard = Heard::default();
    let listener = heard.clone();
    let hear = move |_: &Told| listener.add(thread::current().name().unwrap_or_default());
    let monitor = Monitor::builder().listener(from_fn(hear)).build();
    let told = monitor.clone();
    let thread = thread::Builder::new().name("teller".into()).spawn(move || told.emit(|| Told(1)));
    thread.unwrap().join().unwrap();
    assert_eq!(heard.take(), ["teller"]);
}
