//! What cargo says of a crate: where it is, what the compiler has to remark, how its tests went.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;

/// A remark of the compiler: level, name of the lint, text, file, line.
type Key = (String, String, String, String, u64);

/// Where crates and what is built of them are kept from one run to the next.
pub(crate) fn place() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("wild")
}

/// What cargo knows of a crate and all that it depends on; downloads them.
pub(crate) fn metadata(crate_: &Path) -> Value {
    let output = output(cargo(crate_).args(["metadata", "--format-version", "1"]));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Settles the versions of what a crate depends on, unless an earlier run did.
pub(crate) fn lock(crate_: &Path) {
    metadata(crate_);
}

/// A command that looks at one crate after the other.
pub(crate) struct Command {
    words: Vec<&'static str>,
}

impl Command {
    /// `check` or `test`.
    pub(crate) fn new(word: &'static str, features: &'static str) -> Command {
        Command { words: vec![word, "--features", features] }
    }

    /// Adds arguments.
    pub(crate) fn with(mut self, arguments: &[&'static str]) -> Command {
        self.words.extend(arguments);
        self
    }

    /// What the compiler has to say of a crate, as it is to be read.
    #[track_caller]
    pub(crate) fn diagnostics(&self, crate_: &Path) -> BTreeMap<Key, String> {
        let output = output(self.on(crate_).args(["--message-format", "json"]));
        let lines = String::from_utf8_lossy(&output.stdout);
        lines.lines().filter_map(|line| diagnostic(&serde_json::from_str(line).ok()?)).collect()
    }

    /// Builds the tests of a crate, so that nothing is built while they run.
    #[track_caller]
    pub(crate) fn build(&self, crate_: &Path) {
        output(self.on(crate_).arg("--no-run"));
    }

    /// Runs the tests of a crate; gives each with `ok`, `FAILED` or `ignored`.
    pub(crate) fn results(&self, crate_: &Path) -> Vec<String> {
        let output = self.on(crate_).arg("--no-fail-fast").stderr(Stdio::null()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let tests = text.lines().filter(|line| line.starts_with("test ") && line.contains(" ... "));
        let mut tests: Vec<String> = tests.map(str::to_owned).collect();
        tests.sort_unstable();
        tests
    }

    fn on(&self, crate_: &Path) -> process::Command {
        let mut command = cargo(crate_);
        command.args(&self.words);
        command
    }
}

fn cargo(crate_: &Path) -> process::Command {
    let mut command = process::Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Their warnings are theirs; what the caller asks of our code is not asked of them.
    command.current_dir(crate_).env_remove("RUSTFLAGS").env("CARGO_TARGET_DIR", place().join("target"));
    // Nobody debugs them, and what is built of them is not built again.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    command
}

/// Runs to the end, which must be a good one.
#[track_caller]
fn output(command: &mut process::Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // With `--message-format json`, errors are on the other side.
    let errors = String::from_utf8_lossy(&output.stdout);
    let errors = errors.lines().filter_map(|line| diagnostic(&serde_json::from_str(line).ok()?));
    let errors: String = errors.map(|(_, text)| text).collect();
    assert!(output.status.success(), "{command:?} failed:\n{errors}{said}");
    output
}

fn diagnostic(line: &Value) -> Option<(Key, String)> {
    let message = line.get("message").filter(|_| line["reason"] == "compiler-message")?;
    // What has no place is the count at the end.
    let place = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (level, lint) = (text(&message["level"]), text(&message["code"]["code"]));
    let (file, line) = (text(&place["file_name"]), place["line_start"].as_u64()?);
    Some(((level, lint, text(&message["message"]), file, line), text(&message["rendered"])))
}
