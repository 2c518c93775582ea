//! What the program did, written down by itself: the expected figures.

use std::cell::RefCell;
use std::hint;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Context;
use monitor_core::ManualClock;
use serde_json::Value;
use serde_json::json;

/// How far the processor's counter, which the monitor reads, may be from the system's clock.
const DRIFT: f64 = 1e-3;

/// One call, as whoever made it saw it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) function: String,
    pub(crate) outcome: String,
    pub(crate) error_type: Option<String>,
    /// Between these it took, in seconds.
    pub(crate) at_least: f64,
    pub(crate) at_most: f64,
    /// Identifiers in hexadecimal digits.
    pub(crate) trace: String,
    pub(crate) span: String,
    pub(crate) parent: Option<String>,
}

/// Where time comes from.
pub(crate) enum Pace {
    /// Moved by hand, so that durations are known exactly.
    Manual(ManualClock),
    Real(Instant),
}

/// The calls of one thread.
pub(crate) struct Log {
    pace: Pace,
    calls: RefCell<Vec<Call>>,
    /// Those under way, the innermost one last.
    open: RefCell<Vec<Open>>,
}

struct Open {
    begun: Duration,
    entered: Duration,
    left: Duration,
    trace: String,
    span: String,
}

/// Ends the body of a call when dropped.
pub(crate) struct Entered<'a> {
    log: &'a Log,
    depth: usize,
}

impl Log {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, calls: RefCell::default(), open: RefCell::default() }
    }

    /// Makes a call that will end so, and writes it down.
    pub(crate) fn call<R>(
        &self,
        function: &str,
        outcome: &str,
        error_type: Option<&str>,
        make: impl FnOnce() -> R,
    ) -> R {
        let parent = self.open.borrow().last().map(|open| open.span.clone());
        let begun = self.now();
        let open = Open { begun, entered: begun, left: begun, trace: String::new(), span: String::new() };
        self.open.borrow_mut().push(open);
        // Also where it panics.
        let _written = Written { log: self, function, outcome, error_type, parent };
        make()
    }

    /// Says that the body of the call begins here, in which span, and, when what it returns is dropped, that it ends.
    pub(crate) fn enter(&self) -> Entered<'_> {
        let context = Context::current().span().expect("a call is in its span");
        let mut calls = self.open.borrow_mut();
        let open = calls.last_mut().expect("a body is in a call");
        open.entered = self.now();
        open.trace = context.trace_id().to_string();
        open.span = context.span_id().to_string();
        Entered { log: self, depth: calls.len() - 1 }
    }

    /// Takes time.
    pub(crate) fn spend(&self, duration: Duration) {
        match &self.pace {
            Pace::Manual(clock) => clock.advance(duration),
            Pace::Real(_) => {
                let until = self.now() + duration;
                while self.now() < until {
                    hint::spin_loop();
                }
            }
        }
    }

    fn now(&self) -> Duration {
        match &self.pace {
            Pace::Manual(clock) => clock.elapsed(),
            Pace::Real(begun) => begun.elapsed(),
        }
    }

    /// What there was, innermost calls first.
    pub(crate) fn into_calls(self) -> Vec<Call> {
        self.calls.into_inner()
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.log.open.borrow_mut()[self.depth].left = self.log.now();
    }
}

struct Written<'a> {
    log: &'a Log,
    function: &'a str,
    outcome: &'a str,
    error_type: Option<&'a str>,
    parent: Option<String>,
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        let open = self.log.open.borrow_mut().pop().expect("what is ended was begun");
        let drift = match self.log.pace {
            Pace::Manual(_) => 0.0,
            Pace::Real(_) => DRIFT,
        };
        self.log.calls.borrow_mut().push(Call {
            function: self.function.to_owned(),
            outcome: self.outcome.to_owned(),
            error_type: self.error_type.map(str::to_owned),
            at_least: (open.left - open.entered).as_secs_f64() * (1.0 - drift),
            at_most: (self.log.now() - open.begun).as_secs_f64() * (1.0 + drift),
            trace: open.trace,
            span: open.span,
            parent: self.parent.take(),
        });
    }
}

impl Call {
    /// For another process.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "function": self.function,
            "outcome": self.outcome,
            "error_type": self.error_type,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "trace": self.trace,
            "span": self.span,
            "parent": self.parent,
        })
    }

    /// From another process.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        Some(Self {
            function: text("function")?,
            outcome: text("outcome")?,
            error_type: text("error_type"),
            at_least: value.get("at_least")?.as_f64()?,
            at_most: value.get("at_most")?.as_f64()?,
            trace: text("trace")?,
            span: text("span")?,
            parent: text("parent"),
        })
    }
}
