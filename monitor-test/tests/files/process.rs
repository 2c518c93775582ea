//! A process of its own: this test binary again, with one test that plays a role in it.

use std::env;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// Says which role is played, and where.
const ROLE: &str = "MONITOR_TEST_FILES";

/// A command that plays `role`, a test of this binary, with `path` to write to.
pub(crate) fn play(role: &str, path: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    arguments(&mut command, role, path);
    command
}

/// The same after `script`, which a shell runs in a file system and with users of its own.
pub(crate) fn play_apart(script: &str, role: &str, path: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args([
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        &format!("{script} && exec \"$0\" \"$@\""),
    ]);
    command.arg(env::current_exe().unwrap());
    arguments(&mut command, role, path);
    command
}

fn arguments(command: &mut Command, role: &str, path: &Path) {
    command.args(["--exact", role, "--nocapture"]).env(ROLE, path);
}

/// The path, where this is such a process.
pub(crate) fn role() -> Option<PathBuf> {
    env::var_os(ROLE).map(PathBuf::from)
}
