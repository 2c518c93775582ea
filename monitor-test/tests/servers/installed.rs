//! What `.ci/servers install` has installed, and what is to be left out.

use std::env;
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// Whether the tests are to run at all; says so if not.
pub(crate) fn is_asked_for(test: &str) -> bool {
    let asked = env::var_os("MONITOR_SERVERS").is_some_and(|set| set != "0" && !set.is_empty());
    if !asked {
        tell(&format!("left out {test}, as MONITOR_SERVERS is not set; run `bash .ci/servers test`"));
    }
    asked
}

/// Whether a server is there. One that is not is left out loudly, unless all are demanded.
#[track_caller]
pub(crate) fn is_there(server: &str) -> bool {
    let list = place().join("left-out");
    let left_out = fs::read_to_string(&list)
        .unwrap_or_else(|error| panic!("{}: {error}; run `bash .ci/servers install`", list.display()));
    let Some(why) = left_out.lines().find(|line| line.split(':').next() == Some(server)) else { return true };
    assert!(env::var_os("MONITOR_SERVERS").is_none_or(|set| set != "all"), "not installed: {why}");
    tell(&format!("LEFT OUT: {why}"));
    false
}

/// A file below the directory of what is installed.
pub(crate) fn file(path: &str) -> PathBuf {
    place().join(path)
}

fn place() -> PathBuf {
    match env::var_os("MONITOR_SERVERS_AT") {
        Some(place) => place.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/servers"),
    }
}

/// Where the scripts of these tests are.
pub(crate) const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/python");

/// A script of these tests, to be run by a Python.
pub(crate) fn script(python: impl AsRef<Path>, name: &str) -> Command {
    let mut command = Command::new(python.as_ref());
    command.arg(Path::new(SCRIPTS).join(name));
    command
}

/// What a command prints.
pub(crate) fn output_of(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(printed)
    } else {
        Err(format!("{command:?}: {}:\n{said}", output.status))
    }
}

/// Past the harness, which keeps what a test that went well prints to itself.
fn tell(message: &str) {
    let _ = writeln!(io::stderr(), "servers: {message}");
}
