//! A process that was forked off, which has none of its parent's threads. Alone in its file: a fork wants few threads.

use std::fs;
use std::process;
use std::time::Duration;
use std::time::Instant;

use fork::Fork;
use monitor_core::Monitor;
use monitor_core::Snapshot;
use monitor_core::Span;
use monitor_core::monitored;
use monitor_core::recorders::Memory;

const PATIENCE: Duration = Duration::from_secs(60);

#[monitored]
fn work() {}

/// By what a process is told from others.
fn instance(snapshot: &Snapshot) -> [Option<String>; 2] {
    ["process.pid", "service.instance.id"]
        .map(|name| snapshot.resource().get(name).map(|value| value.to_string()))
}

/// What the child finds: a reason why not, or the trace that it began.
fn child(inherited: &Monitor) -> Result<String, String> {
    (0..10_000).for_each(|_| work());
    let began = Instant::now();
    let flushed = inherited.flush(PATIENCE);
    if flushed.is_ok() || began.elapsed() > PATIENCE / 2 {
        return Err(format!("a flush without threads gave {flushed:?} after {:?}", began.elapsed()));
    }
    let memory = Memory::default();
    let own = Monitor::builder().recorder(memory.clone()).install().map_err(|error| error.to_string())?;
    drop(Span::start("of the child"));
    own.flush(PATIENCE).map_err(|error| error.to_string())?;
    let snapshot = own.snapshot();
    let (mine, of_parent) = (instance(&snapshot), instance(&inherited.snapshot()));
    if mine.iter().zip(&of_parent).any(|(mine, of_parent)| mine.is_none() || mine == of_parent) {
        return Err(format!("the child is told as its parent: {:?}", snapshot.resource()));
    }
    let spans = memory.spans();
    match &spans[..] {
        [span] if span.name == "of the child" => Ok(span.trace_id.to_string()),
        other => Err(format!("the child's own monitor has {other:?}")),
    }
}

#[test]
fn f48_a_forked_process_ships_nothing_of_its_parent_and_can_have_a_monitor_of_its_own() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).install().unwrap();
    (0..3).for_each(|_| work());
    let found = std::env::temp_dir().join(format!("monitor-forked-{}", process::id()));
    match fork::fork().unwrap() {
        Fork::Child => {
            let (code, text) = match child(&monitor) {
                Ok(text) => (0, text),
                Err(text) => (1, text),
            };
            fs::write(&found, text).unwrap();
            process::exit(code);
        }
        Fork::Parent(pid) => {
            fork::waitpid(pid).unwrap();
        }
    }
    work();
    monitor.flush(PATIENCE).unwrap();
    let text = fs::read_to_string(&found).unwrap();
    fs::remove_file(&found).unwrap();
    let spans = memory.spans();
    assert_eq!(spans.len(), 4, "the child said: {text}");
    assert!(u128::from_str_radix(&text, 16).is_ok_and(|trace| trace != 0), "{text}");
    assert!(spans.iter().all(|span| span.trace_id.to_string() != text));
}
