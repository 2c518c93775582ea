//! How one call ended.

use std::fmt;

/// How one call ended.
///
/// ```
/// use monitor_core::Outcome;
///
/// assert_eq!(Outcome::Cancelled.as_str(), "cancelled");
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Outcome {
    /// The future was dropped before it finished.
    Cancelled,
    /// The call returned `Err`, or a classifier said so.
    Error,
    /// The call returned.
    Ok,
    /// The call unwound.
    Panic,
}

impl Outcome {
    /// Every outcome, in the order of their [`index`](Self::index).
    pub const ALL: [Outcome; 4] = [Outcome::Ok, Outcome::Error, Outcome::Cancelled, Outcome::Panic];

    /// The value of the `outcome` label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Cancelled => "cancelled",
            Outcome::Error => "error",
            Outcome::Ok => "ok",
            Outcome::Panic => "panic",
        }
    }

    /// A dense number below four, `Ok` being zero.
    ///
    /// ```
    /// use monitor_core::Outcome;
    ///
    /// assert!(Outcome::ALL.iter().enumerate().all(|(index, outcome)| outcome.index() == index));
    /// ```
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Outcome::Ok => 0,
            Outcome::Error => 1,
            Outcome::Cancelled => 2,
            Outcome::Panic => 3,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
