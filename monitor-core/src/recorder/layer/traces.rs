//! Traces of which not all spans have come.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;

use crate::model::TraceId;
use crate::recorder::SpanBatch;

/// How many decisions are remembered, for spans that come late.
const REMEMBERED: usize = 10_000;

/// Traces of which not all spans have come, and what was decided about others. What a batch costs does not grow with the
/// number of those that wait.
#[derive(Default)]
pub(crate) struct Traces {
    waiting: HashMap<TraceId, Waiting>,
    /// The traces by the number that each got when it came.
    turns: BTreeMap<u64, TraceId>,
    /// The same by the time when something came of them last.
    last: BTreeSet<(Instant, u64)>,
    /// How many ever came.
    came: u64,
    spans: usize,
    decided: HashMap<TraceId, bool>,
    decisions: VecDeque<TraceId>,
}

/// What has come of one trace.
struct Waiting {
    known: Known,
    turn: u64,
    last: Instant,
}

/// Spans of one trace.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) spans: SpanBatch,
    /// Something in it is a reason to keep all of it.
    pub(crate) wanted: bool,
}

impl Known {
    /// Adds more of the same trace.
    pub(crate) fn add(&mut self, more: Known) {
        self.spans.append(more.spans);
        self.wanted |= more.wanted;
    }
}

impl Traces {
    /// What was decided about a trace, if it was lately.
    pub(crate) fn decision(&self, trace: TraceId) -> Option<bool> {
        self.decided.get(&trace).copied()
    }

    /// Holds spans of one trace back.
    pub(crate) fn hold(&mut self, trace: TraceId, spans: Known, now: Instant) {
        // A batch that is kept for one span in it would be kept as a whole.
        let more = Known { spans: spans.spans.detached(), ..spans };
        self.spans += more.spans.len();
        let (came, turns) = (&mut self.came, &mut self.turns);
        let waiting = self.waiting.entry(trace).or_insert_with(|| {
            *came += 1;
            turns.insert(*came, trace);
            Waiting { known: Known::default(), turn: *came, last: now }
        });
        self.last.remove(&(waiting.last, waiting.turn));
        waiting.known.add(more);
        waiting.last = now;
        self.last.insert((now, waiting.turn));
    }

    /// Takes a trace out, to decide about it: nothing where it does not wait.
    pub(crate) fn release(&mut self, trace: TraceId) -> Known {
        let Some(Waiting { known, turn, last }) = self.waiting.remove(&trace) else {
            return Known::default();
        };
        self.turns.remove(&turn);
        self.last.remove(&(last, turn));
        self.spans -= known.spans.len();
        known
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
    pub(crate) fn overdue(&self, quiet: Duration, most: usize, now: Instant) -> Vec<TraceId> {
        let mut over = self.spans.saturating_sub(most);
        let crowding = self.turns.values().take_while(|trace| {
            let crowded = over > 0;
            over = over.saturating_sub(if crowded { self.waiting[*trace].known.spans.len() } else { 0 });
            crowded
        });
        let crowding: Vec<_> = crowding.copied().collect();
        let silent = self.last.iter().take_while(|(last, _)| now.saturating_duration_since(*last) >= quiet);
        let silent = silent.filter_map(|(_, turn)| self.turns.get(turn)).copied();
        crowding.into_iter().chain(silent).collect()
    }

    /// How many spans wait.
    pub(crate) fn spans(&self) -> usize {
        self.spans
    }

    /// All traces that wait, in the order in which they came.
    pub(crate) fn all(&self) -> Vec<TraceId> {
        self.turns.values().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::Record;
    use crate::recorder::Records;

    const QUIET: Duration = Duration::from_secs(30);

    fn batch(spans: u64) -> SpanBatch {
        let mut records = Records::default();
        (1..=spans).for_each(|span| records.push_copy(&Record { words: [0, 0, span, 0, 0, 0, 0, 0] }, &[]));
        records.into()
    }

    fn one() -> Known {
        Known { spans: batch(1), wanted: false }
    }

    fn id(number: u64) -> TraceId {
        TraceId::new(u128::from(number))
    }

    #[test]
    fn f16_who_holds_one_span_of_a_batch_keeps_nothing_else_of_it() {
        let (mut traces, all) = (Traces::default(), batch(500));
        let mut seen = 0;
        let seventh = all.retained(|_| {
            seen += 1;
            seen == 7
        });
        let collected = Arc::downgrade(all.pieces.records().next().unwrap());
        traces.hold(id(1), Known { spans: seventh, wanted: false }, Instant::now());
        drop(all);
        assert!(collected.upgrade().is_none(), "one span keeps 500");
        let held: Vec<_> = traces.release(id(1)).spans.iter().map(|span| span.span_id().as_u64()).collect();
        assert_eq!(held, [7]);
    }

    #[test]
    fn the_oldest_go_where_there_are_too_many_and_the_silent_when_their_time_has_come() {
        let (mut traces, began) = (Traces::default(), Instant::now());
        let at = |seconds| began + Duration::from_secs(seconds);
        (1..=4).for_each(|number| traces.hold(id(number), one(), at(number)));
        traces.hold(id(1), one(), at(20));
        assert_eq!(traces.overdue(QUIET, 5, at(31)), []);
        assert_eq!(traces.overdue(QUIET, 5, at(33)), [id(2), id(3)]);
        // The first has two spans, and one is too many.
        assert_eq!(traces.overdue(QUIET, 4, at(31)), [id(1)]);
        assert_eq!(traces.overdue(QUIET, 2, at(31)), [id(1), id(2)]);
        assert_eq!((traces.release(id(1)).spans.len(), traces.spans()), (2, 3));
        assert_eq!(
            (traces.all(), traces.overdue(QUIET, 2, at(31))),
            (vec![id(2), id(3), id(4)], vec![id(2)])
        );
        (1..=4).for_each(|number| drop(traces.release(id(number))));
        assert_eq!((traces.turns.len(), traces.last.len(), traces.spans()), (0, 0, 0));
    }
}
