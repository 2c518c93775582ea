//! How much an event matters.

use std::fmt;

/// How much an event matters, in the four steps that a program can act on.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Of use to whoever looks for a fault.
    Debug,
    /// Something happened as it should.
    #[default]
    Info,
    /// Something is not as it should be, and the program goes on.
    Warn,
    /// Something failed.
    Error,
}

impl Severity {
    /// Every severity, from the least to the greatest.
    pub const ALL: [Severity; 4] = [Severity::Debug, Severity::Info, Severity::Warn, Severity::Error];

    /// The name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Debug => "debug",
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Error => "error",
        }
    }

    /// The number that OpenTelemetry's log data model has for it: 5, 9, 13 or 17.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Severity::Debug => 5,
            Severity::Info => 9,
            Severity::Warn => 13,
            Severity::Error => 17,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
