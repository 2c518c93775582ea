//! What is known of a callsite before it is ever called.

use std::ops::BitOr;
use std::ops::Deref;

use crate::model::Family;
use crate::model::TraceLevel;

/// The role of a span in a conversation between processes, as OpenTelemetry has it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SpanKind {
    /// The call waits for a remote service.
    Client,
    /// The call handles a message taken from a queue.
    Consumer,
    /// The call stays within this process.
    #[default]
    Internal,
    /// The call puts a message on a queue.
    Producer,
    /// The call answers a remote request.
    Server,
}

impl SpanKind {
    /// The name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SpanKind::Client => "client",
            SpanKind::Consumer => "consumer",
            SpanKind::Internal => "internal",
            SpanKind::Producer => "producer",
            SpanKind::Server => "server",
        }
    }
}

/// Which signals a callsite gives, or a recorder takes.
///
/// ```
/// use monitor_core::Signals;
///
/// let both = Signals::METRICS | Signals::SPANS;
/// assert_eq!(both, Signals::CALLS);
/// assert!(both.contains(Signals::SPANS) && !both.contains(Signals::EVENTS));
/// assert_eq!(both | Signals::EVENTS, Signals::ALL);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Signals(u8);

impl Signals {
    /// None: the callsite is silent.
    pub const NONE: Signals = Signals(0);
    /// Calls, durations, outcomes and calls under way.
    pub const METRICS: Signals = Signals(1);
    /// One span a call.
    pub const SPANS: Signals = Signals(2);
    /// Typed events, one record each. They come from no callsite.
    pub const EVENTS: Signals = Signals(4);
    /// What calls give: metrics and spans.
    pub const CALLS: Signals = Signals::METRICS.union(Signals::SPANS);
    /// Everything.
    pub const ALL: Signals = Signals::CALLS.union(Signals::EVENTS);

    /// Whether all of `other` is in here.
    #[must_use]
    pub const fn contains(self, other: Signals) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Signals) -> Signals {
        Signals(self.0 & other.0)
    }

    /// What is in one of them.
    #[must_use]
    pub const fn union(self, other: Signals) -> Signals {
        Signals(self.0 | other.0)
    }

    /// Whether nothing is in here.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Signals {
    type Output = Signals;

    fn bitor(self, other: Signals) -> Signals {
        self.union(other)
    }
}

/// What is known of a callsite before it is ever called: its part of the catalog.
///
/// `#[monitored]` writes one of these for every function that it stands on. It is kept small, as a program has
/// as many of them: what few functions have lies elsewhere, and is read as if it were here.
#[derive(Clone, Copy, Debug)]
pub struct Metadata {
    /// The name of the span and the value of the `function` label, such as `Pool::checkout`.
    pub name: &'static str,
    /// The module path, the value of the `module` label.
    pub module: &'static str,
    /// The source file, relative to the workspace.
    pub file: &'static str,
    /// The line of the function's name.
    pub line: u32,
    /// The most combinations of label values; zero where their types say it.
    pub max: u32,
    /// The first lines of the function's doc comment.
    pub description: &'static str,
    /// What few functions have; none where all of it is as by default.
    pub details: Option<&'static Details>,
}

impl Metadata {
    /// An empty description, to be filled by functional update.
    pub const DEFAULT: Metadata =
        Metadata { name: "", module: "", file: "", line: 0, max: 0, description: "", details: None };
}

impl Deref for Metadata {
    type Target = Details;

    #[inline]
    fn deref(&self) -> &Details {
        self.details.unwrap_or(&Details::DEFAULT)
    }
}

/// What is known of few callsites.
#[derive(Clone, Copy, Debug)]
pub struct Details {
    /// The role of the span.
    pub kind: SpanKind,
    /// The signals that were asked for.
    pub signals: Signals,
    /// The names of all fields that a call may have.
    pub fields: &'static [&'static str],
    /// The names of the labels beyond those that every function has.
    pub labels: &'static [&'static str],
    /// The upper bounds of explicit histogram buckets in seconds; empty for an exponential histogram.
    pub buckets: &'static [f64],
    /// Fields are kept only for calls that fail or take at least so many nanoseconds; zero keeps all.
    pub slow: u64,
    /// The events that a call tells: the callsite is on where somebody hears them, even if nobody records the call.
    pub family: Option<fn() -> &'static Family>,
    /// Where the span hangs.
    pub level: TraceLevel,
    /// At which level a copy of the span is recorded; `NoTrace` for none.
    pub copy: TraceLevel,
}

impl Details {
    /// What every function has, to be changed by functional update.
    pub const DEFAULT: Details = Details {
        kind: SpanKind::Internal,
        signals: Signals::CALLS,
        fields: &[],
        labels: &[],
        buckets: &[],
        slow: 0,
        family: None,
        level: TraceLevel::Nested,
        copy: TraceLevel::NoTrace,
    };
}
