//! Traces of which not all spans have come.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;

use crate::model::TraceId;
use crate::recorder::SpanBatch;

/// How many decisions are remembered, for spans that come late.
const REMEMBERED: usize = 10_000;

/// Traces of which not all spans have come, and what was decided about others.
#[derive(Default)]
pub(crate) struct Traces {
    waiting: HashMap<TraceId, Waiting>,
    /// The traces in the order in which they came.
    order: VecDeque<TraceId>,
    spans: usize,
    decided: HashMap<TraceId, bool>,
    decisions: VecDeque<TraceId>,
}

/// What has come of one trace.
pub(crate) struct Waiting {
    pub(crate) spans: SpanBatch,
    /// Something in it is a reason to keep all of it.
    pub(crate) wanted: bool,
    last: Instant,
}

impl Traces {
    /// What was decided about a trace, if it was lately.
    pub(crate) fn decision(&self, trace: TraceId) -> Option<bool> {
        self.decided.get(&trace).copied()
    }

    /// Holds spans of one trace back; a reason to keep it is one for all of it.
    pub(crate) fn hold(&mut self, trace: TraceId, spans: SpanBatch, wanted: bool, now: Instant) {
        self.spans += spans.len();
        let order = &mut self.order;
        let waiting = self.waiting.entry(trace).or_insert_with(|| {
            order.push_back(trace);
            Waiting { spans: SpanBatch::default(), wanted: false, last: now }
        });
        waiting.spans.append(spans);
        waiting.wanted |= wanted;
        waiting.last = now;
    }

    /// Takes a trace out, to decide about it.
    pub(crate) fn release(&mut self, trace: TraceId) -> Option<Waiting> {
        let waiting = self.waiting.remove(&trace)?;
        self.spans -= waiting.spans.len();
        Some(waiting)
    }

    /// Remembers what was decided.
    pub(crate) fn decide(&mut self, trace: TraceId, keep: bool) {
        if self.decided.insert(trace, keep).is_none() {
            self.decisions.push_back(trace);
        }
        while self.decisions.len() > REMEMBERED {
            if let Some(oldest) = self.decisions.pop_front() {
                self.decided.remove(&oldest);
            }
        }
    }

    /// The traces of which nothing has come for so long, and the oldest ones as long as more than `most` spans wait.
    pub(crate) fn overdue(&mut self, quiet: Duration, most: usize, now: Instant) -> Vec<TraceId> {
        let waiting = &self.waiting;
        // Those that were decided about are no longer waiting.
        self.order.retain(|trace| waiting.contains_key(trace));
        let mut over = self.spans.saturating_sub(most);
        let is_overdue = |trace: &&TraceId| {
            let waiting = &self.waiting[*trace];
            let crowded = over > 0;
            over = over.saturating_sub(if crowded { waiting.spans.len() } else { 0 });
            crowded || now.saturating_duration_since(waiting.last) >= quiet
        };
        self.order.iter().filter(is_overdue).copied().collect()
    }

    /// All traces that wait.
    pub(crate) fn all(&self) -> Vec<TraceId> {
        self.order.iter().filter(|trace| self.waiting.contains_key(trace)).copied().collect()
    }
}
