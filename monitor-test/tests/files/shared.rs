//! Several processes write to one file.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::recorders::JsonLines;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::play;
use crate::process::role;

const PROCESSES: usize = 3;
const SPANS: u64 = 5_000;

#[test]
fn some_lines() {
    let Some(path) = role() else { return };
    let lines = JsonLines::default().path(path).signals(Signals::SPANS).max_size(200_000).max_files(1_000);
    let monitor = Monitor::builder().recorder(lines).build();
    for number in 0..SPANS {
        monitor.scope(|| Span::start("called").set("number", u64::from(std::process::id()) << 32 | number));
        if number % 100 == 0 {
            monitor.flush(Duration::from_secs(60)).unwrap();
        }
    }
    monitor.shutdown(Duration::from_secs(60)).unwrap();
    assert!(monitor.accounts().iter().all(|account| account.dropped() == 0), "{:?}", monitor.accounts());
}

#[test]
fn f50_processes_that_write_to_one_file_lose_nothing_and_tear_no_line() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("lines");
    let writing = |_| play("shared::some_lines", &path).stdout(Stdio::null()).spawn().unwrap();
    let children: Vec<_> = (0..PROCESSES).map(writing).collect();
    let mut expected = Vec::new();
    for mut child in children {
        expected.extend((0..SPANS).map(|number| u64::from(child.id()) << 32 | number));
        assert!(child.wait().unwrap().success());
    }
    let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = entries.collect();
    assert!(files.len() > 5, "files were put aside: {files:?}");
    let mut numbers = Vec::new();
    for file in files {
        for line in fs::read_to_string(file).unwrap().lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            numbers.push(value["number"].as_u64().unwrap());
        }
    }
    numbers.sort_unstable();
    expected.sort_unstable();
    assert!(numbers == expected, "{} of {} lines", numbers.len(), expected.len());
}
