//! The diff of the documentation that adds a recorder: it fits this library, and touches what it says.
//!
//! Building what comes out takes a minute, so that is done where `MONITOR_WILD=1` is set, as in CI.

use std::env;
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

/// What adding a recorder touches beside its own folder, each with all lines that are new there.
const TOUCHED: [(&str, &[&str]); 2] = [
    ("monitor-core/Cargo.toml", &["shout = [\"socket\"]"]),
    (
        "monitor-core/src/recorders/mod.rs",
        &["#[cfg(feature = \"shout\")]", "pub mod shout;", "    shout::Shout (\"shout\"),"],
    ),
];
const FOLDER: &str = "monitor-core/src/recorders/shout";
const FILES: [&str; 4] = ["config.rs", "encode.rs", "mod.rs", "tests.rs"];

/// What to do where the library has moved on.
const RENEW: &str = r#"
To renew the diff, in a tree without other changes below monitor-core:
    git apply --reject monitor-core/doc/adding_a_recorder.diff; find monitor-core -name '*.rej' -delete
Put in by hand what was rejected; mend it until `cargo test -p monitor-core --lib --features shout recorders::shout` passes. Then:
    cargo fmt --all
    git add -N monitor-core/src/recorders/shout
    git diff -U1 -- monitor-core/Cargo.toml monitor-core/src | grep -Ev '^(diff|index|new file) ' |
        sed -E 's/^(@@ [^@]* @@).*/\1/' > monitor-core/doc/adding_a_recorder.diff
    git reset -q && rm -r monitor-core/src/recorders/shout
    git checkout -- monitor-core/Cargo.toml monitor-core/src
"#;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace")
}

fn diff_path() -> PathBuf {
    workspace().join("monitor-core/doc/adding_a_recorder.diff")
}

/// The files of the diff, each as it was called before, as it is called now, and what is changed in it.
fn files(diff: &str) -> Vec<(&str, &str, Vec<&str>)> {
    let mut files = Vec::new();
    for file in diff.split("\n--- ").skip(1) {
        let mut lines = file.lines();
        let before = lines.next().unwrap();
        let after = lines.next().and_then(|line| line.strip_prefix("+++ b/")).unwrap();
        let changed = lines.filter(|line| line.starts_with(['+', '-'])).collect();
        files.push((before, after, changed));
    }
    files
}

/// A copy of what the library is built of, with the diff applied.
#[track_caller]
fn applied(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adding_a_recorder");
    let copy = place.join(name);
    // Perhaps there was no earlier run.
    let _ = fs::remove_dir_all(&copy);
    for package in ["monitor-core", "monitor-macros"] {
        copy_folder(&workspace().join(package), &copy.join(package));
    }
    fs::copy(workspace().join("Cargo.lock"), copy.join("Cargo.lock")).unwrap();
    fs::write(copy.join("Cargo.toml"), two_packages()).unwrap();
    let mut git = Command::new("git");
    // Otherwise git takes the copy for a part of the repository around it, and applies nothing.
    git.env("GIT_CEILING_DIRECTORIES", &place);
    ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"].iter().for_each(|variable| {
        git.env_remove(variable);
    });
    let output = git.arg("apply").arg(diff_path()).current_dir(&copy).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the diff does not fit the library any more:\n{said}{RENEW}");
    assert!(copy.join(FOLDER).is_dir(), "git applied nothing:\n{said}{RENEW}");
    copy
}

/// The manifest of the workspace, for the two packages that the library is.
fn two_packages() -> String {
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let lines = manifest.lines().map(|line| match line.split_once(" = ") {
        Some(("members", _)) => "members = [\"monitor-core\", \"monitor-macros\"]",
        Some(("default-members" | "exclude", _)) => "",
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if !path.is_dir() {
            fs::copy(path, to).unwrap();
        } else if entry.file_name() != "target" {
            copy_folder(&path, &to);
        }
    }
}

#[test]
fn adding_a_recorder_touches_one_folder_two_lines_and_a_feature() {
    let diff = format!("\n{}", fs::read_to_string(diff_path()).unwrap());
    let files = files(&diff);
    let (new, old): (Vec<_>, Vec<_>) = files.iter().partition(|(before, ..)| *before == "/dev/null");
    let new: Vec<_> = new.iter().map(|(_, after, _)| after.strip_prefix(FOLDER).unwrap()).collect();
    assert_eq!(new, FILES.map(|file| format!("/{file}")));
    let touched = TOUCHED.map(|(path, lines)| {
        let changed = lines.iter().map(|line| format!("+{line}")).collect::<Vec<_>>();
        (format!("a/{path}"), path, changed)
    });
    assert_eq!(old.len(), touched.len());
    for (found, expected) in old.iter().zip(&touched) {
        assert_eq!((found.0, found.1), (expected.0.as_str(), expected.1));
        assert_eq!(found.2, expected.2);
    }
}

#[test]
fn the_diff_of_the_documentation_fits_the_library_of_today() {
    let copy = applied("fits");
    for (path, lines) in TOUCHED {
        let count = |root: &Path| fs::read_to_string(root.join(path)).unwrap().lines().count();
        assert_eq!(count(&copy), count(workspace()) + lines.len(), "{path}");
    }
    // It is in the documentation, and nowhere else.
    let library = fs::read_to_string(workspace().join("monitor-core/src/lib.rs")).unwrap();
    assert!(library.contains("#[doc = include_str!(\"../doc/adding_a_recorder.diff\")]"));
    assert!(!workspace().join(FOLDER).exists());
}

#[test]
fn the_recorder_of_the_documentation_is_built_and_passes_its_own_tests() {
    if env::var_os("MONITOR_WILD").is_none_or(|set| set == "0") {
        // Past the harness, which keeps what a test that went well prints to itself.
        let _ = writeln!(io::stderr(), "adding_a_recorder: not built, as MONITOR_WILD=1 is not set");
        return;
    }
    let copy = applied("built");
    let target = copy.parent().expect("it is in a folder").join("target");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["test", "--offline", "-p", "monitor-core", "--lib", "--features", "shout", "recorders::shout"])
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", target)
        // Nobody debugs it.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("RUSTFLAGS", "-D warnings");
    let Output { status, stdout, stderr } = cargo.output().unwrap();
    let (told, said) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{said}{told}{RENEW}");
    let tests = fs::read_to_string(copy.join(FOLDER).join("tests.rs")).unwrap().matches("#[test]").count();
    let passed = format!("test result: ok. {tests} passed; 0 failed; 0 ignored");
    assert!(tests >= 5 && told.contains(&passed), "{told}");
}
