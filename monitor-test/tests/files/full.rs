//! A disk that is full, and then is not.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use monitor_core::Account;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::layers::Only;
use monitor_core::layers::RecorderExt as _;
use monitor_core::recorders::ChromeTrace;
use monitor_core::recorders::JsonLines;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::play_apart;
use crate::process::role;

/// The same recorder, which gives up soon and takes spans alone.
fn impatient(recorder: impl Recorder + 'static) -> impl Recorder + 'static {
    let soon = recorder.delivery().timeout(Duration::from_millis(50));
    recorder.layer(Only::new(Signals::SPANS)).fed(soon)
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
        .recorder(impatient(JsonLines::default().path(&path)))
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

/// How many spans are drawn, in a file that is whole.
#[track_caller]
fn bars(path: &Path) -> usize {
    let records: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    records.iter().filter(|record| record["ph"] == "X").count()
}

/// In a file system of 64 KiB.
#[test]
fn a_picture_until_the_disk_is_full() {
    let Some(folder) = role() else { return };
    let (path, filler) = (folder.join("trace.json"), folder.join("filler"));
    fs::write(&filler, [0; 20_000]).unwrap();
    let monitor = Monitor::builder()
        .rest(Duration::from_nanos(1))
        .recorder(impatient(ChromeTrace::default().path(&path)))
        .build();
    let full = (0..1_000).map(|_| record(&monitor)).find(|account| account.dropped() > 0).unwrap();
    let error = full.last_error.clone().unwrap();
    assert!(error.contains("trace.json` cannot be written: No space left on device"), "{error}");
    let before = bars(&path);
    fs::remove_file(&filler).unwrap();
    // What was taken before the disk was full was kept, and is written now.
    let after =
        (0..1_000).map(|_| record(&monitor)).find(|account| account.exported > full.exported).unwrap();
    assert_eq!(bars(&path) as u64, after.exported);
    assert!(before > 0 && bars(&path) > before);
    println!("the disk was full");
}

/// Plays a role in a file system of 64 KiB, where the machine lets somebody have a file system of their own.
fn in_a_small_file_system(role: &str) {
    let may = Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        return;
    }
    let folder = TempDir::new().unwrap();
    let script = "mount -t tmpfs -o size=64k none \"$MONITOR_TEST_FILES\"";
    let output = play_apart(script, role, folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("the disk was full"), "{output:?}");
}

#[test]
fn f50_what_a_full_disk_does_not_take_is_counted_and_the_lines_that_are_there_stay_whole() {
    in_a_small_file_system("full::lines_until_the_disk_is_full");
}

#[test]
fn f50_a_picture_stays_whole_on_a_full_disk() {
    in_a_small_file_system("full::a_picture_until_the_disk_is_full");
}
