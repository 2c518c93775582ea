//! Failover: a driver leaves a server that is gone for another one.

use std::fmt;
use std::time::Duration;

use crate::event::Address;
use crate::event::Severity;
use crate::event::Text;
use crate::event::port::Add;
use crate::event::port::Told;
use crate::event::port::family;
use crate::event::port::put;

family! {
    /// A driver leaves a server that is gone for another one.
    ///
    /// Each `Started` is followed by exactly one `Succeeded` or `Failed`.
    FailoverEvent is "failover" {
        /// No other server was found.
        Failed(FailoverFailed) is "failover.failed",
        /// Another server is looked for.
        Started(FailoverStarted) is "failover.started",
        /// Another server has taken over.
        Succeeded(FailoverSucceeded) is "failover.succeeded",
    }
}

/// What the server that is gone was used for.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum FailoverKind {
    /// It was read from: any server that can be read from will do.
    Reader,
    /// It was written to: the new primary has to be found.
    Writer,
}

impl FailoverKind {
    /// The name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            FailoverKind::Reader => "reader",
            FailoverKind::Writer => "writer",
        }
    }
}

impl fmt::Display for FailoverKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Another server is looked for.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FailoverStarted {
    /// What the server that is gone was used for.
    pub kind: FailoverKind,
    /// The server that is gone.
    pub from: Address,
}

/// Another server has taken over.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FailoverSucceeded {
    /// What the server that is gone was used for.
    pub kind: FailoverKind,
    /// The server that is gone.
    pub from: Address,
    /// The server that has taken over; it may be the same, come back.
    pub to: Address,
    /// How long that took.
    pub duration: Duration,
}

/// No other server was found.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FailoverFailed {
    /// What the server that is gone was used for.
    pub kind: FailoverKind,
    /// The server that is gone.
    pub from: Address,
    /// How long it took until that was known.
    pub duration: Duration,
    /// What was wrong.
    pub error: Text,
}

impl FailoverStarted {
    /// Away from `from`.
    #[must_use]
    pub fn new(kind: FailoverKind, from: Address) -> Self {
        Self { kind, from }
    }
}

impl FailoverSucceeded {
    /// From `from` to `to`, after so long.
    #[must_use]
    pub fn new(kind: FailoverKind, from: Address, to: Address, duration: Duration) -> Self {
        Self { kind, from, to, duration }
    }
}

impl FailoverFailed {
    /// Away from `from`, after so long, with what was wrong.
    #[must_use]
    pub fn new(kind: FailoverKind, from: Address, duration: Duration, error: impl Into<Text>) -> Self {
        Self { kind, from, duration, error: error.into() }
    }
}

impl Told for FailoverStarted {
    fn severity(&self) -> Severity {
        Severity::Warn
    }

    fn fields(&self, add: Add<'_>) {
        put(add, "kind", &self.kind.as_str());
        put(add, "from", &self.from.to_string());
    }
}

impl Told for FailoverSucceeded {
    fn fields(&self, add: Add<'_>) {
        put(add, "kind", &self.kind.as_str());
        put(add, "from", &self.from.to_string());
        put(add, "to", &self.to.to_string());
        put(add, "duration", &self.duration);
    }
}

impl Told for FailoverFailed {
    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn fields(&self, add: Add<'_>) {
        put(add, "kind", &self.kind.as_str());
        put(add, "from", &self.from.to_string());
        put(add, "duration", &self.duration);
        put(add, "error", &self.error);
    }
}
