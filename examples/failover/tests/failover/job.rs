//! The job itself, as a person starts it.

use std::process::Command;

/// Runs the job and gives its report, or all that it said where it failed.
#[track_caller]
fn report(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_failover")).args(arguments).output().unwrap();
    let [report, story] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{story}{report}");
    report
}

#[track_caller]
fn check(arguments: &[&str]) {
    let report = report(arguments);
    for told in [
        "is the writer now",
        "Nothing is lost",
        "writer failover from",
        "writer_failover.triggered.count",
        "failover::execute",
        "plugin.position=1",
        "failover to writer host",
        "copy: failover to writer host",
    ] {
        assert!(report.contains(told), "`{told}` is not in:\n{report}");
    }
}

#[test]
fn over_sqlite_nothing_is_lost_however_the_primary_dies() {
    // Long enough that a busy machine, on which other tests run, finds the dead host before the load ends.
    check(&["--seconds", "4"]);
    check(&["--seconds", "8", "--death", "frozen"]);
}

#[cfg(unix)]
#[test]
fn over_postgresql_nothing_is_lost() {
    let Some(pair) = crate::postgres::pair() else { return };
    check(&["--seconds", "2", "--postgres", &pair.hosts(), "--kill", &pair.kill_command(0)]);
}
