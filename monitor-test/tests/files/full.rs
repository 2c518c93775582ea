//! A disk that is full, and then is not.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use monitor_core::Account;
use monitor_core::Delivery;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::recorders::JsonLines;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::play_apart;
use crate::process::role;

/// Gives up soon.
struct Impatient(JsonLines);

impl Recorder for Impatient {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn delivery(&self) -> Delivery {
        self.0.delivery().timeout(Duration::from_millis(50))
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.0.spans(batch)
    }
}

/// Records some spans, and gives what became of all so far.
fn record(monitor: &Monitor) -> Account {
    for _ in 0..20 {
        monitor.scope(|| Span::start("called").set("text", "x".repeat(100)));
    }
    let _ = monitor.flush(Duration::from_secs(60));
    monitor.accounts().remove(0)
}

/// How many lines there are, all of them whole.
#[track_caller]
fn lines(path: &Path) -> u64 {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'), "the last line is torn");
    text.lines().map(|line| drop(serde_json::from_str::<Value>(line).unwrap())).count() as u64
}

/// In a file system of 64 KiB.
#[test]
fn lines_until_the_disk_is_full() {
    let Some(folder) = role() else { return };
    let (path, filler) = (folder.join("lines"), folder.join("filler"));
    fs::write(&filler, [0; 20_000]).unwrap();
    let monitor = Monitor::builder()
        .rest(Duration::from_nanos(1))
        .recorder(Impatient(JsonLines::default().path(&path)))
        .build();
    let full = (0..1_000).map(|_| record(&monitor)).find(|account| account.dropped() > 0).unwrap();
    let error = full.last_error.clone().unwrap();
    assert!(error.contains("lines` cannot be written: No space left on device"), "{error}");
    assert_eq!(lines(&path), full.exported);
    fs::remove_file(&filler).unwrap();
    let after =
        (0..1_000).map(|_| record(&monitor)).find(|account| account.exported > full.exported).unwrap();
    assert_eq!(lines(&path), after.exported);
    println!("the disk was full");
}

#[test]
fn f50_what_a_full_disk_does_not_take_is_counted_and_the_lines_that_are_there_stay_whole() {
    // Only where the machine lets somebody have a file system of their own.
    let may = Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        return;
    }
    let folder = TempDir::new().unwrap();
    let script = "mount -t tmpfs -o size=64k none \"$MONITOR_TEST_FILES\"";
    let output = play_apart(script, "full::lines_until_the_disk_is_full", folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("the disk was full"), "{output:?}");
}
