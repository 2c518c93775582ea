//! The attribute on every function of crates that others wrote: no new warning, and their own tests go on as before.
//!
//! It takes crates.io and minutes, so it runs where `MONITOR_WILD=1` is set, as in CI.

use std::env;
use std::io;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::PoisonError;

#[path = "wild/annotate.rs"]
mod annotate;
#[path = "wild/cargo.rs"]
mod cargo;
#[path = "wild/source.rs"]
mod source;

use annotate::annotate;
use cargo::Command;
use source::Twins;

/// What sets one crate apart.
struct Case {
    /// A crate of crates.io.
    name: &'static str,
    version: &'static str,
    features: &'static str,
    /// At least so many functions get the attribute.
    functions: usize,
    /// Which of its tests need nothing but the crate.
    tests: &'static [&'static str],
}

static ALONE: Mutex<()> = Mutex::new(());

/// The crate with the attribute gives the diagnostics and the test results of the crate without.
#[track_caller]
fn check(case: &Case) {
    if !is_set("MONITOR_WILD") {
        // Past the harness, which keeps what a test that went well prints to itself.
        let _ = writeln!(io::stderr(), "wild: left out {}, as MONITOR_WILD=1 is not set", case.name);
        return;
    }
    // One crate after the other: some of their tests look at the clock.
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let twins = Twins::new(case.name, case.version);
    let functions = twins.functions;
    assert!(functions >= case.functions, "{}: the attribute is on {functions} functions only", case.name);

    let check = Command::new("check", case.features);
    let (plain, annotated) = (check.diagnostics(&twins.plain), check.diagnostics(&twins.annotated));
    let new: Vec<&str> = annotated
        .iter()
        .filter(|(key, _)| !plain.contains_key(*key))
        .map(|(_, text)| text.as_str())
        .collect();
    assert!(new.is_empty(), "{}: new diagnostics:\n{}", case.name, new.join("\n"));

    let test = Command::new("test", case.features).with(case.tests);
    test.build(&twins.plain);
    test.build(&twins.annotated);
    let results = || (test.results(&twins.plain), test.results(&twins.annotated));
    let (mut plain, mut annotated) = results();
    assert!(!plain.is_empty(), "{}: no test was found", case.name);
    // Some of their tests look at the clock and fail now and then, with the attribute or without. What the attribute
    // does to a test, it does each time.
    for _ in 0..2 {
        if annotated != plain {
            (plain, annotated) = results();
        }
    }
    assert_eq!(annotated, plain, "{}: the results of its tests", case.name);
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|set| set != "0")
}

#[test]
fn the_attribute_comes_before_all_else_of_a_function() {
    let check = |source: &str, expected: &str| assert_eq!(annotate(source).unwrap().text, expected);
    check("/// é\n#[inline]\npub fn f() {}", "#[monitor_core::monitored] /// é\n#[inline]\npub fn f() {}");
    check("impl A { pub(crate) fn f() {} }", "impl A { #[monitor_core::monitored] pub(crate) fn f() {} }");
    check("trait A { fn f(); fn g() {} }", "trait A { fn f(); #[monitor_core::monitored] fn g() {} }");
    check("#[test] fn f() { fn g() {} }", "#[test] fn f() { #[monitor_core::monitored] fn g() {} }");
    for alone in ["const fn f() {}", "#[tokio::main] async fn main() {}", "m! { fn f() {} }"] {
        check(alone, alone);
    }
}

#[test]
fn bb8_with_every_function_monitored() {
    check(&Case {
        name: "bb8",
        version: "0.9.1",
        features: "",
        functions: 120,
        tests: &["--lib", "--tests", "--examples"],
    });
}

#[test]
fn deadpool_with_every_function_monitored() {
    check(&Case {
        name: "deadpool",
        version: "0.13.1",
        features: "managed,rt_tokio_1,serde,unmanaged",
        functions: 140,
        tests: &["--lib", "--tests"],
    });
}

/// It boxes futures of which nobody says how long their results live.
#[test]
fn tower_with_every_function_monitored() {
    check(&Case {
        name: "tower",
        version: "0.5.3",
        features: "full",
        functions: 480,
        tests: &["--lib", "--tests"],
    });
}

/// A client and a server as many write them first; its tests are both of them at once.
#[test]
fn mini_redis_with_every_function_monitored() {
    check(&Case {
        name: "mini-redis",
        version: "0.4.1",
        features: "",
        functions: 110,
        tests: &["--lib", "--tests"],
    });
}

/// A driver. Most of its tests need a server, so they run where `.ci/postgres` has started one and says so by
/// `MONITOR_WILD_POSTGRES=1`, as in CI.
#[test]
fn tokio_postgres_with_every_function_monitored() {
    let tests: &[_] = if is_set("MONITOR_WILD_POSTGRES") { &["--lib", "--tests"] } else { &["--lib"] };
    check(&Case {
        name: "tokio-postgres",
        version: "0.7.18",
        features: "array-impls",
        functions: 440,
        tests,
    });
}

/// Its futures nest so deep that each layer of types around them counts.
#[test]
fn redis_with_every_function_monitored() {
    check(&Case {
        name: "redis",
        version: "1.8.1",
        features: "cluster-async,connection-manager,sentinel,tokio-comp",
        functions: 2000,
        tests: &["--lib"],
    });
}
