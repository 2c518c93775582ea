//! Files that must compile and files that must not.

use trybuild::TestCases;

/// Files that must compile, and files that must not together with what the compiler then says.
///
/// What it says stands beside each failing file, in one of the same name that ends in `.stderr`; the
/// environment variable `TRYBUILD=overwrite` writes it anew.
///
/// ```no_run
/// #[test]
/// # fn hidden() {}
/// fn misuse_is_explained() {
///     monitor_test::compile::Suite::new().pass("tests/ui/pass/*.rs").fail("tests/ui/fail/*.rs").run();
/// }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is compiled until `run`"]
pub struct Suite {
    cases: Vec<Case>,
}

#[derive(Clone, Debug)]
struct Case {
    pattern: String,
    expected: Expected,
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    Fail,
    Pass,
}

impl Suite {
    /// An empty suite.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds files that must compile, and run without a panic. Paths are relative to the package.
    pub fn pass(mut self, pattern: impl Into<String>) -> Self {
        self.cases.push(Case { pattern: pattern.into(), expected: Expected::Pass });
        self
    }

    /// Adds files that must not compile.
    pub fn fail(mut self, pattern: impl Into<String>) -> Self {
        self.cases.push(Case { pattern: pattern.into(), expected: Expected::Fail });
        self
    }

    /// Compiles everything.
    ///
    /// # Panics
    ///
    /// Something compiles that must not, or the other way round, or for another reason than was expected; or
    /// a pattern finds no file.
    #[track_caller]
    pub fn run(self) {
        assert!(!self.cases.is_empty(), "the suite is empty; add files with `pass` or `fail`");
        let tests = TestCases::new();
        for Case { pattern, expected } in &self.cases {
            match glob::glob(pattern) {
                Ok(mut files) => assert!(
                    files.next().is_some(),
                    "`{pattern}` finds no file; the path is relative to the package, which is `{}`",
                    std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default()
                ),
                Err(error) => panic!("`{pattern}` is no pattern: {error}"),
            }
            match expected {
                Expected::Fail => tests.compile_fail(pattern),
                Expected::Pass => tests.pass(pattern),
            }
        }
        // The files are compiled when this goes.
        drop(tests);
    }
}
