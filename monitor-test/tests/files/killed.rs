//! A process that is killed in the middle of its writing leaves what others can read.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::recorders::ChromeTrace;
use monitor_core::recorders::JsonLines;
use monitor_test::loopback::PATIENCE;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::play;
use crate::process::role;

/// How often a process is killed.
const ROUNDS: usize = 25;

/// Records spans without an end, and says something now and then once some of them are written.
fn write_for_ever(recorder: impl Recorder + 'static) {
    let monitor = Monitor::builder().recorder(recorder).build();
    for number in 0_u64.. {
        monitor.scope(|| {
            let _outer = Span::start("outer");
            let mut span = Span::start("inner");
            span.set("number", number);
            span.set("text", "a \"text\"\nof some length ".repeat(8));
        });
        if number == 0 {
            monitor.flush(PATIENCE).unwrap();
        }
        if number % 1_000 == 0 {
            println!("more");
            // What is written is flushed in the midst of it.
            let _ = monitor.flush(Duration::from_millis(1));
        }
    }
}

#[test]
fn lines_for_ever() {
    if let Some(path) = role() {
        write_for_ever(JsonLines::default().path(path).signals(Signals::SPANS));
    }
}

#[test]
fn a_picture_for_ever() {
    if let Some(path) = role() {
        write_for_ever(ChromeTrace::default().path(path));
    }
}

/// Lets somebody play a role until they have said something so often, and kills them.
fn kill(role: &str, path: &Path, after: usize) {
    let mut child = play(role, path).stdout(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    let heard = said.map(Result::unwrap).filter(|line| line.contains("more")).take(after).count();
    child.kill().unwrap();
    assert!(child.wait().unwrap().code().is_none(), "nobody but the kill ended it");
    assert_eq!(heard, after);
}

#[test]
fn f50_whoever_is_killed_in_the_middle_leaves_whole_lines_and_the_next_run_goes_on_behind_them() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("lines");
    let mut before = Vec::new();
    for round in 0..ROUNDS {
        kill("killed::lines_for_ever", &path, 2 + round % 7);
        let bytes = fs::read(&path).unwrap();
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let (whole, rest) = bytes.split_at(end);
        assert!(whole.starts_with(&before), "what was there is still there");
        assert!(whole.len() > before.len(), "something was written");
        for line in whole[before.len()..].split_inclusive(|byte| *byte == b'\n') {
            let value: Value = serde_json::from_slice(line).unwrap();
            assert_eq!(value["type"], "span");
        }
        assert!(rest.is_empty() || rest.starts_with(b"{"), "the beginning of a line, if anything");
        before = whole.to_vec();
    }
}

#[test]
fn f50_a_picture_of_a_process_that_was_killed_is_read_all_the_same() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trace.json");
    for round in 0..ROUNDS / 2 {
        kill("killed::a_picture_for_ever", &path, 3 + round % 7);
        let text = fs::read_to_string(&path).unwrap();
        // As those who read it do: what stands at the end may be missing, or broken off.
        let whole = text.rsplit_once(",\n").map_or("", |(whole, _)| whole);
        let records: Vec<Value> = serde_json::from_str(&text)
            .unwrap_or_else(|_| serde_json::from_str(&format!("{whole}]")).unwrap());
        assert!(records.iter().any(|record| record["ph"] == "X"), "{}", text.len());
    }
}
