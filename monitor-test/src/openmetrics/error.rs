//! What is wrong with an exposition, and where.

use std::fmt;

/// The most characters of a line that an error shows.
const SHOWN: usize = 60;

/// The first fault of an exposition.
///
/// ```
/// let error = monitor_test::openmetrics::validate("a 1\n").unwrap_err();
/// assert_eq!(error.line(), 2);
/// assert_eq!(error.expected(), "`# EOF`");
/// assert_eq!(error.to_string(), "line 2: expected `# EOF`, found the end");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ParseError {
    line: usize,
    expected: String,
    found: String,
}

impl ParseError {
    pub(crate) fn new(line: usize, expected: impl Into<String>, found: &str) -> Self {
        let mut shown: String = found.chars().take(SHOWN).collect();
        if shown.len() < found.len() {
            shown.push('…');
        }
        let found = if found.is_empty() { "the end of the line".to_owned() } else { format!("{shown:?}") };
        Self { line, expected: expected.into(), found }
    }

    /// Where the text ends and should go on.
    pub(crate) fn end(line: usize, expected: impl Into<String>) -> Self {
        Self { line, expected: expected.into(), found: "the end".to_owned() }
    }

    /// The line at fault, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What should have been there.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: expected {}, found {}", self.line, self.expected, self.found)
    }
}

impl std::error::Error for ParseError {}
