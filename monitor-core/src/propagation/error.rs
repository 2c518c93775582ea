//! Why a header cannot be read or written.

use std::error::Error;
use std::fmt;

/// The most characters of a value that an error repeats.
const SHOWN: usize = 80;

/// Why a header, or a part of one, cannot be read or written: which, what is wrong with it and what would be right.
///
/// ```
/// use monitor_core::propagation::TraceState;
///
/// let error = TraceState::default().insert("Shop", "1").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`tracestate`: a key has 1 to 256 of `a-z 0-9 _ - * / @` and begins with a letter or digit, unlike \"Shop\""
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeaderError {
    header: &'static str,
    right: &'static str,
    value: String,
}

impl HeaderError {
    /// `right` says what `header` is like, and `value` is not.
    pub(crate) fn new(header: &'static str, right: &'static str, value: &[u8]) -> Self {
        Self { header, right, value: String::from_utf8_lossy(value).chars().take(SHOWN).collect() }
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}, unlike {:?}", self.header, self.right, self.value)
    }
}

impl Error for HeaderError {}
