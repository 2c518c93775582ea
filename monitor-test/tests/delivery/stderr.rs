//! What is said on standard error, where nobody reads it.

use std::env;
use std::fs::File;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Delivery;
use monitor_core::Monitor;
use monitor_core::RecorderError;

use crate::MOMENT;
use crate::PATIENCE;
use crate::gate::Gate;
use crate::record;
use crate::scripted::Answer;
use crate::scripted::Scripted;

/// The variable that tells a process that it is the child.
const CHILD: &str = "DELIVERY_CHILD";
/// What it says when it has come to its end.
const DONE: &str = "to its end";
/// As the kernel has it on all that these tests run on.
const O_NONBLOCK: i32 = 0o4000;

/// The test of this name once more, as a process of its own, whose standard error is a pipe.
fn run(test: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("stderr::{test}"), "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Fills the pipe that standard error is, through another way to it: this one does not wait for room.
fn fill_standard_error() {
    let mut pipe = File::options().write(true).custom_flags(O_NONBLOCK).open("/proc/self/fd/2").unwrap();
    while match pipe.write(b"x") {
        Ok(_) => true,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    } {}
}

fn failing() -> Scripted {
    Scripted::answering([Answer::Fail(RecorderError::new("400 Bad Request"))])
}

/// Loses spans for two reasons, one that the worker tells and one that whoever flushes tells.
fn lose_and_go_on() {
    let recorder = failing();
    let monitor = Monitor::builder().recorder(recorder.clone()).build();
    for _ in 0..2 {
        record(&monitor, 1);
        assert_eq!(monitor.flush(PATIENCE), Ok(()));
    }
    assert_eq!(recorder.batches().len(), 2);
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()));

    let gate = Arc::new(Gate::default());
    let recorder = Scripted::answering([Answer::Wait(Arc::clone(&gate))])
        .fed(Delivery::default().queue(1).delay(Duration::ZERO));
    let monitor = Monitor::builder().recorder(recorder.clone()).build();
    record(&monitor, 1);
    recorder.wait_for(1);
    record(&monitor, 10);
    let began = Instant::now();
    assert!(monitor.flush(MOMENT * 100).is_err());
    assert!(began.elapsed() < PATIENCE / 10, "a flush took {:?}", began.elapsed());
    gate.open();
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()));
}

#[test]
fn f19_a_standard_error_that_nobody_reads_holds_up_neither_delivery_nor_a_flush() {
    if env::var_os(CHILD).is_some() {
        fill_standard_error();
        lose_and_go_on();
        println!("{DONE}");
        return;
    }
    let mut child = run("f19_a_standard_error_that_nobody_reads_holds_up_neither_delivery_nor_a_flush");
    let (tell, told) = mpsc::channel();
    let mut stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut said = String::new();
        stdout.read_to_string(&mut said).unwrap();
        tell.send(said).unwrap();
    });
    let said = told.recv_timeout(PATIENCE);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    assert!(said.as_ref().is_ok_and(|said| said.contains(DONE)), "{said:?}");
}

#[test]
fn what_is_said_last_is_read_after_the_process_has_ended() {
    if env::var_os(CHILD).is_some() {
        let monitor = Monitor::builder().recorder(failing()).build();
        record(&monitor, 1);
        monitor.shutdown(PATIENCE).unwrap();
        std::process::exit(0);
    }
    let ended = run("what_is_said_last_is_read_after_the_process_has_ended").wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    let lines: Vec<_> = said.lines().filter(|line| line.starts_with("monitor: ")).collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert_eq!(lines[0], "monitor: recorder `scripted` loses spans (failed): 400 Bad Request");
    assert!(lines[1].starts_with("monitor: recorder `scripted` loses no more spans; 1 were lost"), "{said}");
}
