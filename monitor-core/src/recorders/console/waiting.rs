//! Spans that wait for the root of their trace.

use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;

use crate::model::TraceId;
use crate::recorders::memory::FinishedSpan;

/// The most spans that wait; beyond that the oldest trace is printed as it is.
const SPANS: usize = 20_000;
/// A trace of which nothing has come for so long is printed as it is: its root may never end.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many traces are remembered as printed, for spans of theirs that come late.
const PRINTED: usize = 1_000;

/// The spans of one trace that are to be printed.
pub(crate) struct Part {
    pub(crate) spans: Vec<FinishedSpan>,
    /// Others of the same trace were printed before.
    pub(crate) late: bool,
}

/// The spans of one trace that wait.
#[derive(Debug)]
struct Trace {
    spans: Vec<FinishedSpan>,
    /// When the last of them came.
    last: Instant,
}

/// Spans that wait for the root of their trace.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    traces: HashMap<TraceId, Trace>,
    /// The traces in the order of their first span; some may have been printed since.
    order: VecDeque<TraceId>,
    spans: usize,
    /// Traces whose root is here, in the order in which it came; some more than once.
    complete: Vec<TraceId>,
    printed: HashSet<TraceId>,
    printed_order: VecDeque<TraceId>,
    looked: Option<Instant>,
}

impl Waiting {
    /// Keeps a span, which came `now`, until its trace is complete.
    pub(crate) fn add(&mut self, span: FinishedSpan, now: Instant) {
        let trace = span.trace_id;
        let is_last = span.is_local_root() || self.printed.contains(&trace);
        let waiting = self.traces.entry(trace).or_insert_with(|| Trace { spans: Vec::new(), last: now });
        if waiting.spans.is_empty() {
            self.order.push_back(trace);
        }
        waiting.spans.push(span);
        waiting.last = now;
        self.spans += 1;
        if is_last {
            self.complete.push(trace);
        }
    }

    /// Gives what is complete or has waited for long enough, and the oldest of the rest as long as it is too much. A
    /// batch has one thread's spans after the other's, so that only its end tells what is there.
    pub(crate) fn take_ready(&mut self, now: Instant) -> Vec<Part> {
        let complete = std::mem::take(&mut self.complete);
        let mut parts: Vec<_> = complete.into_iter().filter_map(|trace| self.take(trace)).collect();
        while self.spans > SPANS
            && let Some(oldest) = self.order.pop_front()
        {
            parts.extend(self.take(oldest));
        }
        // Once a second is often enough to look at all of them.
        if self.looked.is_none_or(|looked| now.saturating_duration_since(looked) >= Duration::from_secs(1)) {
            self.looked = Some(now);
            let is_idle = |trace: &Trace| now.saturating_duration_since(trace.last) >= PATIENCE;
            let idle = self.order.iter().filter(|trace| self.traces.get(trace).is_some_and(is_idle));
            let idle: Vec<_> = idle.copied().collect();
            parts.extend(idle.into_iter().filter_map(|trace| self.take(trace)));
        }
        // Those that were printed in their turn need no place in the order any more.
        while self.order.front().is_some_and(|trace| !self.traces.contains_key(trace)) {
            self.order.pop_front();
        }
        // Nor behind one that waits, as the trace of a root that runs as long as the program.
        if self.order.len() > 2 * self.traces.len() + PRINTED {
            self.order.retain(|trace| self.traces.contains_key(trace));
        }
        parts
    }

    /// Gives everything, the oldest first.
    pub(crate) fn take_all(&mut self) -> Vec<Part> {
        self.complete.clear();
        std::mem::take(&mut self.order).into_iter().filter_map(|trace| self.take(trace)).collect()
    }

    /// How many spans wait.
    pub(crate) fn len(&self) -> usize {
        self.spans
    }

    /// How many traces have a place in the order.
    #[cfg(test)]
    pub(crate) fn places(&self) -> usize {
        self.order.len()
    }

    fn take(&mut self, trace: TraceId) -> Option<Part> {
        let Trace { spans, .. } = self.traces.remove(&trace)?;
        self.spans -= spans.len();
        let late = !self.printed.insert(trace);
        if !late {
            self.printed_order.push_back(trace);
        }
        if self.printed_order.len() > PRINTED
            && let Some(oldest) = self.printed_order.pop_front()
        {
            self.printed.remove(&oldest);
        }
        Some(Part { spans, late })
    }
}
