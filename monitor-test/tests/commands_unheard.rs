//! What nobody hears is not evaluated. In a process of its own, where no other test listens.

use std::sync::atomic::{AtomicU32, Ordering};

use monitor_core::event::CommandEvent;
use monitor_core::redaction::Failure;
use monitor_core::{Command, Monitor, is_heard, listener, monitored};
use monitor_test::Capture;

static EVALUATED: AtomicU32 = AtomicU32::new(0);

fn evaluated<T>(value: T) -> T {
    EVALUATED.fetch_add(1, Ordering::Relaxed);
    value
}

#[monitored(command(
    system = "redis",
    name = "GET",
    collection = evaluated("c"),
    document = evaluated("GET a"),
    reply = |_| evaluated("b"),
    failure = |_| evaluated("c"),
    rows = |_| evaluated(1),
))]
fn get(result: Result<(), Failure>) -> Result<(), Failure> {
    result
}

fn by_hand() {
    let command = Command::start("redis", |command| {
        command.name(evaluated("GET"));
        command.document(|| evaluated("GET a"));
    });
    command.succeed(|| evaluated("b"));
}

#[track_caller]
fn check(expected: u32, body: impl FnOnce()) {
    body();
    assert_eq!(EVALUATED.swap(0, Ordering::Relaxed), expected);
}

#[test]
fn what_nobody_hears_is_not_evaluated() {
    let calls = || {
        get(Ok(())).unwrap();
        get(Err(Failure::server("x"))).unwrap_err();
        by_hand();
    };
    // Nobody.
    check(0, calls);
    assert!(!is_heard::<CommandEvent>());
    // Metrics need the collection and the rows, and nobody needs the documents.
    check(4, || Monitor::builder().build().scope(calls));
    check(0, calls);
    // A listener needs all of it.
    let monitor = Monitor::builder().listener(listener::from_fn(|_: &CommandEvent| ())).build();
    check(10, || monitor.scope(calls));
    drop(monitor);
    check(0, calls);
    // So does a recorder that takes events.
    check(10, || drop(Capture::run(calls)));
}
