//! The running test, once more, as a process of its own.

use std::env;
use std::process::ChildStderr;
#[cfg(unix)]
use std::process::ChildStdout;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
#[cfg(unix)]
use std::sync::mpsc;
#[cfg(unix)]
use std::time::Duration;

/// The variable that tells a process that it is the child, and what it is about.
const CHILD: &str = "ENDING_CHILD";

/// What the parent said, if this is the child.
pub(crate) fn argument() -> Option<String> {
    env::var(CHILD).ok()
}

/// A test, once more, as a process of its own.
pub(crate) struct Child {
    process: std::process::Child,
}

impl Child {
    /// Runs the test of this name.
    pub(crate) fn run(test: &str, argument: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MONITOR_")) {
            command.env_remove(name);
        }
        let process = command
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(CHILD, argument)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self { process: process.unwrap() }
    }

    pub(crate) fn close_stderr(&mut self) {
        drop::<Option<ChildStderr>>(self.process.stderr.take());
    }

    #[cfg(unix)]
    pub(crate) fn stdout(&mut self) -> ChildStdout {
        self.process.stdout.take().unwrap()
    }

    /// Puts it to sleep for a while: its clocks go on, and it does nothing.
    #[cfg(unix)]
    pub(crate) fn sleep(&self, time: Duration) {
        self.signal("STOP");
        // Nobody sends: this waits for the time itself.
        let (_open, silence) = mpsc::channel::<()>();
        assert!(silence.recv_timeout(time).is_err());
        self.signal("CONT");
    }

    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([format!("-{signal}"), self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end, and shows what it said if it did not end well.
    pub(crate) fn wait(self) -> ExitStatus {
        let output = self.process.wait_with_output().unwrap();
        print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        output.status
    }
}
