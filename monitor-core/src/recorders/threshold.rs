//! From which severity on events are told.

use crate::event::Severity;
use crate::recorder::FromSetting;

/// From which severity on events are told; none at all without one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Threshold(pub(crate) Option<Severity>);

impl Threshold {
    /// Whether an event of this severity is told.
    pub(crate) fn passes(self, severity: Severity) -> bool {
        self.0.is_some_and(|threshold| severity >= threshold)
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self(Some(Severity::Warn))
    }
}

impl FromSetting for Threshold {
    const EXPECTED: &'static str = "`off`, `debug`, `info`, `warn` or `error`";

    fn from_setting(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self(None));
        }
        let found = Severity::ALL.into_iter().find(|severity| severity.as_str() == text);
        found.map(|severity| Self(Some(severity)))
    }
}
