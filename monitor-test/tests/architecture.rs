//! The house: who may know whom, and the rules of style that can be read off the text.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The rings of monitor-core: imports go down only.
const RINGS: [(&str, u8); 19] = [
    ("model", 0),
    ("event", 1),
    ("metric", 1),
    ("propagation", 1),
    ("redaction", 1),
    ("resource", 1),
    ("listener", 2),
    ("recorder", 2),
    ("dispatch", 3),
    ("export", 3),
    ("bridge", 4),
    ("health", 4),
    ("probe", 4),
    ("recorders", 4),
    // Puts core and pipeline together.
    ("monitor", 5),
    ("__private", 5),
    ("config", 5),
    // The catalog is a look at all of it.
    ("catalog", 5),
    ("lib", 6),
];

/// On the caller's thread.
const HOT: [&str; 3] = ["dispatch", "probe", "__private"];
/// Never on the caller's thread.
const COLD: [&str; 5] = ["config", "export", "health", "recorders", "resource"];

/// Neighbours on a ring that see each other all the same, and why.
const NEIGHBOURS: [(&str, &str, &str); 1] =
    [("config", "monitor", "configuration makes a monitor, and nothing but `lib` is above a monitor")];

/// Names that say nothing.
const NAMELESS: [&str; 5] = ["common", "helpers", "misc", "types", "util"];
const LONGEST: usize = 400;

/// One source file of the workspace.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The code: no comments, and nothing below the first `#[cfg(test)]` module in the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
        let mut last = "";
        lines
            .take_while(move |(_, line)| {
                let before = std::mem::replace(&mut last, line);
                !(before == "#[cfg(test)]" && line.ends_with('{'))
            })
            .filter(|(_, line)| !line.starts_with("//"))
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs")
    }

    /// The top module that the file belongs to.
    fn module(&self, root: &Path) -> String {
        let inside = self.path.strip_prefix(root).expect("sources are looked for below the root");
        let first = inside.iter().next().map(|part| part.to_string_lossy().into_owned()).unwrap_or_default();
        first.trim_end_matches(".rs").to_owned()
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace").to_path_buf()
}

fn sources(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(Source { text: fs::read_to_string(&path).unwrap(), path });
            }
        }
    }
    assert!(!found.is_empty(), "{} has no source", root.display());
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

fn core() -> PathBuf {
    workspace().join("monitor-core/src")
}

fn ring(module: &str) -> u8 {
    let found = RINGS.iter().find(|(name, _)| *name == module);
    found.unwrap_or_else(|| panic!("`{module}` is on no ring; add it to the table")).1
}

/// The modules of the own crate that a line names: what follows each `crate::`.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").filter_map(|(place, path)| {
        let own = !line[..place]
            .ends_with(|before: char| before == '$' || before == '_' || before.is_alphanumeric());
        let rest = &line[place + path.len()..];
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        // What begins with a capital is a re-export at the root, for documentation.
        let module = &rest[..end];
        (own && module.starts_with(|first: char| first.is_lowercase() || first == '_')).then_some(module)
    })
}

/// Checks every line of the code below `root`; `wrong` says what is wrong with one.
#[track_caller]
fn check(root: &Path, wrong: impl Fn(&Source, &str) -> Option<String>) {
    let mut problems = Vec::new();
    for source in sources(root) {
        for (number, line) in source.code() {
            if let Some(problem) = wrong(&source, line) {
                problems.push(format!("{}:{number}: {problem}", source.path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn imports_go_down_the_rings_only() {
    let root = core();
    check(&root, |source, line| {
        let here = source.module(&root);
        if source.is_test() || here == "lib" {
            return None;
        }
        named(line).find_map(|there| {
            let allowed = there == here
                || ring(there) < ring(&here)
                || NEIGHBOURS.iter().any(|(from, to, _)| *from == here && *to == there);
            (!allowed)
                .then(|| format!("`{here}` (ring {}) sees `{there}` (ring {})", ring(&here), ring(there)))
        })
    });
}

#[test]
fn hot_never_sees_cold() {
    let root = core();
    check(&root, |source, line| {
        let here = source.module(&root);
        let hot = HOT.contains(&here.as_str()) && !source.is_test();
        named(line).find(|there| hot && COLD.contains(there)).map(|there| format!("`{here}` sees `{there}`"))
    });
}

#[test]
fn every_module_is_on_a_ring_and_every_exception_is_used() {
    let root = core();
    for source in sources(&root) {
        ring(&source.module(&root));
    }
    for (from, to, why) in NEIGHBOURS {
        let used = sources(&root).iter().any(|source| {
            source.module(&root) == from && source.code().any(|(_, line)| named(line).any(|it| it == to))
        });
        assert!(used && !why.is_empty(), "`{from}` does not see `{to}` any more: take the exception out");
    }
}

#[test]
fn the_macros_know_of_the_runtime_its_private_door_alone() {
    check(&workspace().join("monitor-macros/src"), |_, line| {
        let strange = line.match_indices("monitor_core").any(|(place, name)| {
            let rest = &line[place + name.len()..];
            let path = rest.trim_start().strip_prefix("::").map(str::trim_start);
            path.is_some_and(|path| !path.starts_with("__private"))
        });
        strange.then(|| format!("names something else of the runtime: {line}"))
    });
}

#[test]
fn no_file_is_longer_than_a_reader_can_keep_in_mind() {
    for package in ["monitor-core", "monitor-macros", "monitor-test", "examples"] {
        let long: Vec<_> = sources(&workspace().join(package))
            .into_iter()
            .filter(|source| !source.path.components().any(|part| part.as_os_str() == "target"))
            .map(|source| (source.text.lines().count(), source.path))
            .filter(|(lines, _)| *lines > LONGEST)
            .collect();
        assert!(long.is_empty(), "over {LONGEST} lines: {long:?}");
    }
}

#[test]
fn unsafe_code_lives_in_two_folders_and_says_why() {
    let root = core();
    check(&root, |source, line| {
        let here = source.module(&root);
        let outside = here != "dispatch" && here != "metric";
        let code = line.split("//").next().unwrap_or_default();
        let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        (outside && words.into_iter().any(|word| word == "unsafe")).then(|| format!("`unsafe` in `{here}`"))
    });
    let forbids =
        |path: &str| fs::read_to_string(workspace().join(path)).unwrap().contains("#![forbid(unsafe_code)]");
    assert!(forbids("monitor-macros/src/lib.rs") && forbids("monitor-test/src/lib.rs"));
}

#[test]
fn every_module_has_a_name_that_says_something() {
    for package in ["monitor-core", "monitor-macros", "monitor-test"] {
        for source in sources(&workspace().join(package).join("src")) {
            let nameless = source.path.iter().find(|part| {
                NAMELESS.iter().any(|name| *name == part.to_string_lossy().trim_end_matches(".rs"))
            });
            assert!(nameless.is_none(), "{} says nothing", source.path.display());
        }
    }
}

#[test]
fn imports_are_one_a_line_at_the_top() {
    for package in ["monitor-core", "monitor-macros", "monitor-test"] {
        check(&workspace().join(package).join("src"), |source, line| {
            let import = line.starts_with("use ");
            let glob = import && line.ends_with("::*;");
            let group = import && line.starts_with("use crate::") && line.contains('{');
            let written = ["quote", "use #"].iter().any(|mark| line.contains(mark));
            let wrong = (glob && !written && !source.is_test()) || group;
            wrong.then(|| format!("a glob or a group: {line}"))
        });
    }
}

#[test]
fn tests_neither_sleep_nor_are_left_out() {
    let tests = |package: &str, folder: &str| workspace().join(package).join(folder);
    let marks = [
        concat!("#[ig", "nore"),
        concat!("should_", "panic"),
        concat!("thread::sl", "eep("),
        concat!("time::sl", "eep("),
    ];
    for root in [tests("monitor-core", "src"), tests("monitor-macros", "src"), tests("monitor-test", "tests")]
    {
        for source in sources(&root) {
            let found = marks.iter().find(|mark| source.text.contains(**mark));
            assert!(found.is_none(), "{} has `{}`", source.path.display(), found.unwrap_or(&""));
        }
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    for package in ["monitor-core", "monitor-macros", "monitor-test"] {
        for source in sources(&workspace().join(package).join("src")) {
            let told = source.is_test() || source.text.starts_with("//! ");
            assert!(told, "{} does not begin with `//!`", source.path.display());
            assert!(
                !source.text.contains(concat!("PLACE", "HOLDER")),
                "{} is left undone",
                source.path.display()
            );
        }
    }
}

#[test]
fn nothing_is_left_undone_or_printed() {
    let marks = ["todo!(", "unimplemented!(", "dbg!(", concat!("// TO", "DO"), concat!("// FIX", "ME")];
    for package in ["monitor-core", "monitor-macros", "monitor-test"] {
        check(&workspace().join(package).join("src"), |_, line| {
            let undone = marks.iter().find(|mark| line.contains(**mark));
            let printed = ["println!(", "print!("].iter().find(|mark| line.starts_with(**mark));
            undone.or(printed).map(|mark| format!("has `{mark}`"))
        });
    }
}

#[test]
fn no_function_has_a_flag_that_its_caller_must_look_up() {
    let root = core();
    check(&root, |source, line| {
        let public = line.starts_with("pub fn ") || line.starts_with("pub const fn ");
        let flagged = public && line.split("->").next().is_some_and(|head| head.contains(": bool"));
        let getter = public && line.contains(" fn get_");
        ((flagged || getter) && !source.is_test()).then(|| format!("a flag or a getter: {line}"))
    });
}

#[test]
fn no_file_names_a_path_of_a_machine() {
    let marks = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];
    for package in ["monitor-core", "monitor-macros", "monitor-test", "examples", "examples/failover"] {
        for folder in ["src", "tests"] {
            let root = workspace().join(package).join(folder);
            if root.is_dir() {
                check(&root, |_, line| {
                    marks.iter().find(|mark| line.contains(**mark)).map(|mark| format!("has `{mark}`"))
                });
            }
        }
    }
}

#[test]
fn every_dependency_says_what_it_is_for() {
    for package in ["monitor-core", "monitor-macros", "monitor-test", "examples", "examples/failover"] {
        let path = workspace().join(package).join("Cargo.toml");
        let manifest = fs::read_to_string(&path).unwrap();
        let (mut inside, mut before) = (false, "");
        for line in manifest.lines() {
            if line.starts_with('[') {
                inside = line.ends_with("dependencies]");
            } else if inside && line.contains('=') {
                assert!(before.starts_with('#'), "{}: `{line}` does not say what it is for", path.display());
            }
            before = line;
        }
    }
}
