//! What happened in a trace until now.

use std::collections::VecDeque;
use std::time::SystemTime;

use crate::model::TraceId;
use crate::recorders::memory::RecordedEvent;
use crate::recorders::sentry::recent::Recent;

/// How many traces are remembered.
const TRACES: usize = 1_000;

/// The last events of each trace.
#[derive(Debug)]
pub(crate) struct Crumbs {
    traces: Recent<TraceId, VecDeque<RecordedEvent>>,
    /// How many of each trace.
    most: usize,
}

impl Crumbs {
    /// At most so many of each trace.
    pub(crate) fn new(most: usize) -> Self {
        Self { traces: Recent::new(TRACES), most }
    }

    /// Keeps an event, if it happened in a trace.
    pub(crate) fn keep(&mut self, event: &RecordedEvent) {
        let Some(context) = event.context.filter(|_| self.most > 0) else { return };
        let events = self.traces.entry(context.trace_id());
        if events.len() >= self.most {
            events.pop_front();
        }
        events.push_back(event.clone());
    }

    /// What happened in the trace until then.
    pub(crate) fn before(&self, trace: TraceId, time: SystemTime) -> Vec<&RecordedEvent> {
        let events = self.traces.get(&trace).into_iter().flatten();
        let mut before: Vec<_> = events.filter(|event| event.time <= time).collect();
        before.sort_by_key(|event| event.time);
        before
    }
}
