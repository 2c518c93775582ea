//! Commands by hand tell the same as annotated ones.

use std::panic::catch_unwind;
use std::time::Duration;

use monitor_core::redaction::Failure;
use monitor_core::{Command, Outcome, SpanKind};

use crate::support::monitor;

fn find() -> Command {
    Command::start("mongodb", |command| {
        command.name("find");
        command.collection("users");
        command.document(|| r#"{"find": "users"}"#);
    })
}

#[test]
fn f20_a_command_by_hand_ends_once_however_it_ends() {
    let (monitor, memory, heard) = monitor();
    monitor.scope(|| {
        find().succeed(|| "{\"ok\": 1}");
        let mut failing = find();
        failing.status(11);
        failing.fail("refused", Failure::network("no route"));
        drop(find());
        let _ = catch_unwind(|| {
            let _command = find();
            panic!("in the middle");
        });
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    let told = heard.told();
    let ends: Vec<&str> = told.iter().skip(1).step_by(2).map(String::as_str).collect();
    assert_eq!(
        ends,
        [
            "find succeeded {\"ok\": 1}",
            "find failed {\"errmsg\": \"no route\"}"
                .replace("{\"errmsg\": \"no route\"}", "no route")
                .as_str(),
            "find failed cancelled",
            "find failed panic"
        ]
    );
    let spans = memory.take_spans();
    let outcomes: Vec<Outcome> = spans.iter().map(|span| span.outcome).collect();
    assert_eq!(outcomes, [Outcome::Ok, Outcome::Error, Outcome::Cancelled, Outcome::Panic]);
    assert!(
        spans.iter().all(|span| span.display_name == "find users" && span.metadata.kind == SpanKind::Client)
    );
    assert_eq!(spans[1].field("db.response.status_code").unwrap().to_string(), "11");
}

#[test]
fn f22_a_command_by_hand_may_end_on_another_thread_and_stays_with_its_monitor() {
    let (monitor, memory, heard) = monitor();
    let command = monitor.scope(find);
    let context = command.context().unwrap();
    std::thread::spawn(|| command.succeed(|| "x")).join().unwrap();
    monitor.flush(Duration::from_secs(60)).unwrap();
    assert_eq!(heard.told().len(), 2);
    assert_eq!(memory.take_spans()[0].span_id, context.span_id());
}

#[test]
fn a_command_by_hand_is_never_the_current_span() {
    let (monitor, memory, _) = monitor();
    monitor.scope(|| {
        let command = find();
        let other = monitor_core::Span::start("other");
        drop(command);
        drop(other);
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    assert!(memory.take_spans().iter().all(|span| span.parent.is_none()));
}

#[test]
fn f67_of_a_sensitive_command_by_hand_nothing_is_told() {
    let (monitor, memory, heard) = monitor();
    monitor.scope(|| {
        let mut command = Command::start("redis", |command| {
            command.document(|| "AUTH hunter2");
            command.text("AUTH hunter2");
        });
        command.status("hunter2");
        command.fail("WRONGPASS", Failure::server("hunter2 is wrong").label("auth"));
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    let told = format!("{:?}{:?}{:?}", heard.take(), memory.take_spans(), monitor.snapshot());
    assert!(!told.contains("hunter2") && told.contains("errorLabels"), "{told}");
}
