//! The only file that reads the library: what it measured, as the plain rows of the report.
//!
//! STUB: returns nothing until the real library is there. Each function says what it needs.

use std::convert::Infallible;

use crate::report::Account;
use crate::report::FunctionRow;
use crate::report::SpanNode;

/// The name of a recorder that the library has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RecorderName(&'static str);

/// The names of the recorders that the library has.
pub(crate) fn known() -> Vec<&'static str> {
    // NEEDS: the names in the library's table `BUILTIN`.
    vec!["console", "memory", "null"]
}

/// Reads the name of a recorder.
pub(crate) fn recorder(name: &str) -> Result<RecorderName, String> {
    // NEEDS: the library's own look-up by name; its error lists the known names and the nearest.
    let found = known().into_iter().find(|known| *known == name);
    found.map(RecorderName).ok_or_else(|| format!("the recorders are {}", known().join(", ")))
}

/// The running monitor, and what it keeps for the report.
pub(crate) struct Telemetry;

impl Telemetry {
    /// Installs a global monitor with these recorders, and one that keeps the slowest call.
    pub(crate) fn install(_recorders: &[RecorderName]) -> Result<Self, Infallible> {
        // NEEDS: `Monitor::builder().recorder(..)….install()`, a recorder made by its name, and one of our own
        // that keeps the spans of the slowest root only (`Memory` would keep all of some hundred thousand).
        Ok(Self)
    }

    /// Every function that was called, as of now.
    pub(crate) fn functions(&self) -> Vec<FunctionRow> {
        // NEEDS: `monitor.snapshot()`: by callsite the calls by outcome, in flight, percentiles, self time.
        Vec::new()
    }

    /// The span tree of the slowest call, once everything is flushed.
    pub(crate) fn slowest(&self) -> Option<SpanNode> {
        // NEEDS: the finished spans of one trace, with parent, start, duration, outcome and fields.
        None
    }

    /// What each recorder was given and what became of it, once everything is flushed.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        // NEEDS: `recorded = exported + dropped + queued`, per recorder and signal.
        Vec::new()
    }

    /// Waits until the recorders have what was recorded so far.
    pub(crate) fn flush(&self) {
        // NEEDS: `monitor.flush(timeout)`; what was not flushed in time is seen in the accounts as queued.
    }
}

/// Lets work that goes to another thread stay a child of the span it is started in.
pub(crate) fn carried<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    // NEEDS: the current context captured here, and entered around `work` there.
    work
}

/// Runs under a monitor of its own, so that what is measured here is in no figure of the report.
pub(crate) fn apart<T>(work: impl FnOnce() -> T) -> T {
    // NEEDS: `Monitor::builder().build()` and `monitor.scope(work)`.
    work()
}
