//! What happened in a trace until now.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::SystemTime;

use crate::model::TraceId;
use crate::recorders::memory::RecordedEvent;
use crate::recorders::sentry::encode::without_what_is_not_told;

/// How many events are remembered, of all traces together.
const EVENTS: usize = 20_000;

/// The last events of each trace.
#[derive(Debug)]
pub(crate) struct Crumbs {
    traces: HashMap<TraceId, Trace>,
    /// The trace of each event, in the order in which they came.
    order: VecDeque<TraceId>,
    /// How many of each trace.
    most: usize,
}

#[derive(Debug, Default)]
struct Trace {
    events: VecDeque<RecordedEvent>,
    /// How many of its places in the order are of events that went before their turn.
    gone: usize,
}

impl Crumbs {
    /// At most so many of each trace.
    pub(crate) fn new(most: usize) -> Self {
        Self { traces: HashMap::new(), order: VecDeque::new(), most }
    }

    /// Keeps an event, if it happened in a trace.
    pub(crate) fn keep(&mut self, event: RecordedEvent) {
        let Some(context) = event.context.filter(|_| self.most > 0) else { return };
        let trace = self.traces.entry(context.trace_id()).or_default();
        if trace.events.len() >= self.most {
            trace.events.pop_front();
            trace.gone += 1;
        }
        trace.events.push_back(without_what_is_not_told(event));
        self.order.push_back(context.trace_id());
        if self.order.len() > EVENTS {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(id) = self.order.pop_front() else { return };
        let Some(trace) = self.traces.get_mut(&id) else { return };
        match trace.gone.checked_sub(1) {
            Some(gone) => trace.gone = gone,
            None => drop(trace.events.pop_front()),
        }
        if trace.events.is_empty() {
            self.traces.remove(&id);
        }
    }

    /// What happened in the trace until then.
    pub(crate) fn before(&self, trace: TraceId, time: SystemTime) -> Vec<&RecordedEvent> {
        let events = self.traces.get(&trace).into_iter().flat_map(|trace| &trace.events);
        let mut before: Vec<_> = events.filter(|event| event.time <= time).collect();
        before.sort_by_key(|event| event.time);
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Severity;
    use crate::model::Family;
    use crate::model::FieldValue;
    use crate::model::SpanContext;
    use crate::model::SpanId;
    use std::time::Duration;

    static FAMILY: Family = Family::new("f", &[]);

    fn event(trace: u128, second: u64) -> RecordedEvent {
        RecordedEvent {
            name: "f.e",
            family: &FAMILY,
            severity: Severity::Info,
            time: SystemTime::UNIX_EPOCH + Duration::from_secs(second),
            context: Some(SpanContext::new(TraceId::new(trace), SpanId::new(1))),
            fields: vec![("long".to_owned(), FieldValue::Text("x".repeat(5_000).into()))],
            dropped_fields: 0,
        }
    }

    #[test]
    fn f16_the_last_events_of_each_trace_and_of_all_are_kept() {
        let mut crumbs = Crumbs::new(3);
        let seconds = |crumbs: &Crumbs, trace: u128, until: u64| -> Vec<u64> {
            let before =
                crumbs.before(TraceId::new(trace), SystemTime::UNIX_EPOCH + Duration::from_secs(until));
            let since = |event: &&RecordedEvent| event.time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
            before.iter().map(|event| since(event).as_secs()).collect()
        };
        (0..5).for_each(|second| crumbs.keep(event(1, second)));
        assert_eq!((seconds(&crumbs, 1, 9), seconds(&crumbs, 1, 3)), (vec![2, 3, 4], vec![2, 3]));
        (0..19_997).for_each(|number| crumbs.keep(event(u128::from(number) + 10, number)));
        // Two places of the first trace were of events that had gone already.
        assert_eq!(seconds(&crumbs, 1, 9), [2, 3, 4]);
        (0..3).for_each(|second| crumbs.keep(event(2, second)));
        assert_eq!((seconds(&crumbs, 1, 9), seconds(&crumbs, 2, 9)), (vec![], vec![0, 1, 2]));
        assert_eq!(crumbs.order.len(), EVENTS);
        let kept = crumbs.traces.values().flat_map(|trace| &trace.events);
        assert!(kept.map(|event| event.fields.len()).all(|fields| fields == 0));
        Crumbs::new(0).keep(event(1, 1));
    }
}
