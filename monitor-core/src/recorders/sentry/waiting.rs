//! Spans that wait for the root that they are a part of.

use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;

use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::sentry::encode::Tree;
use crate::recorders::sentry::encode::begins_transaction;
use crate::recorders::sentry::encode::size;
use crate::recorders::sentry::recent::Recent;

/// The most spans that wait, fewer if they have long fields: 1 KiB each.
const SPANS: usize = 20_000;
/// The most spans of one transaction, as Sentry has it.
const CHILDREN: usize = 1_000;
/// How long spans wait for a root: it may be in another process, or never end.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most trees whose root did not come, at once.
const ORPHANS: usize = 100;
/// So many traces that went may keep their places in the order.
const PLACES: usize = 1_024;
/// How many spans that went are remembered, for children of theirs that come late.
const GONE: usize = 20_000;

/// Spans that wait for the root that they are a part of.
pub(crate) struct Waiting {
    traces: HashMap<TraceId, Trace>,
    /// The traces in the order of their first span; some may have gone since.
    order: VecDeque<(TraceId, Instant)>,
    /// What they weigh: one each, and one for each KiB of fields.
    weight: usize,
    /// Which traces this batch was about.
    touched: HashSet<TraceId>,
    gone: Recent<SpanContext, ()>,
    /// How many spans were left out, of which nobody has asked yet.
    lost: u64,
}

struct Trace {
    since: Instant,
    spans: Vec<FinishedSpan>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            traces: HashMap::new(),
            order: VecDeque::new(),
            weight: 0,
            touched: HashSet::new(),
            gone: Recent::new(GONE),
            lost: 0,
        }
    }
}

/// Which spans may go.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Going {
    /// All of the trace.
    Everything,
    /// What has its root, or comes late.
    Ready,
}

impl Waiting {
    /// Keeps a span until its root has ended.
    pub(crate) fn add(&mut self, span: FinishedSpan, now: Instant) {
        let (id, order) = (span.trace_id, &mut self.order);
        let trace = self.traces.entry(id).or_insert_with(|| {
            order.push_back((id, now));
            Trace { since: now, spans: Vec::new() }
        });
        self.weight += weight(&span);
        trace.spans.push(span);
        self.touched.insert(id);
    }

    /// Gives the trees whose root has ended, and what has waited too long or is too much. Only the end of a batch tells
    /// what is there: it has one thread's spans after the other's.
    pub(crate) fn take_ready(&mut self, now: Instant) -> Vec<Tree> {
        let touched = std::mem::take(&mut self.touched);
        let mut trees: Vec<_> = touched.iter().flat_map(|trace| self.take(*trace, Going::Ready)).collect();
        trees.sort_by_key(|tree| tree.root.start);
        let roots = trees.len();
        while let Some((trace, since)) = self.order.front().copied() {
            let over = now.saturating_duration_since(since) >= PATIENCE || self.weight > SPANS;
            // Those that went in their turn, and came again, have a place further back.
            let is_there = self.traces.get(&trace).is_some_and(|it| it.since == since);
            if is_there && !over {
                break;
            }
            self.order.pop_front();
            if is_there {
                trees.extend(self.take(trace, Going::Everything));
            }
        }
        // Behind one that waits, those that went in their turn need no place in the order any more.
        if self.order.len() > 2 * self.traces.len() + PLACES {
            let traces = &self.traces;
            self.order.retain(|(trace, since)| traces.get(trace).is_some_and(|it| it.since == *since));
        }
        self.bound(&mut trees, roots);
        trees
    }

    /// Gives everything.
    pub(crate) fn take_all(&mut self) -> Vec<Tree> {
        self.touched.clear();
        let order = std::mem::take(&mut self.order);
        let mut trees: Vec<_> =
            order.into_iter().flat_map(|(trace, _)| self.take(trace, Going::Everything)).collect();
        self.bound(&mut trees, 0);
        trees
    }

    /// How many traces have a place in the order.
    #[cfg(test)]
    pub(crate) fn places(&self) -> usize {
        self.order.len()
    }

    /// How many spans wait.
    pub(crate) fn len(&self) -> usize {
        self.traces.values().map(|trace| trace.spans.len()).sum()
    }

    /// How many spans were left out since this was asked last.
    pub(crate) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    fn take(&mut self, id: TraceId, going: Going) -> Vec<Tree> {
        let Some(trace) = self.traces.remove(&id) else { return Vec::new() };
        self.weight -= trace.spans.iter().map(weight).sum::<usize>();
        let here: HashSet<_> = trace.spans.iter().map(|span| span.span_id).collect();
        let is_top = |span: &FinishedSpan| {
            let waits = || span.parent.is_some_and(|parent| here.contains(&parent));
            let late =
                || span.parent.is_some_and(|parent| self.gone.get(&SpanContext::new(id, parent)).is_some());
            begins_transaction(span.is_local_root(), span.metadata.kind)
                || !waits() && (going == Going::Everything || late())
        };
        let (mut tops, mut below) = (Vec::new(), HashMap::<SpanId, Vec<_>>::new());
        for span in trace.spans {
            match span.parent {
                Some(parent) if !is_top(&span) => below.entry(parent).or_default().push(span),
                _ => tops.push(span),
            }
        }
        let mut trees = Vec::new();
        for root in tops {
            let (tree, lost) = tree(root, &mut below);
            self.lost += lost;
            tree.spans.iter().chain([&tree.root]).for_each(|span| *self.gone.entry(span.context()) = ());
            trees.push(tree);
        }
        let mut left: Vec<_> = below.into_values().flatten().collect();
        if going == Going::Everything {
            // Spans that claim to be each other's parents.
            self.lost += left.len() as u64;
            left.clear();
        }
        if !left.is_empty() {
            self.weight += left.iter().map(weight).sum::<usize>();
            self.traces.insert(id, Trace { since: trace.since, spans: left });
        }
        trees
    }

    /// Trees without a root are as many as there are children of what never ends: of those behind the first `roots` only
    /// the longest are kept.
    fn bound(&mut self, trees: &mut Vec<Tree>, roots: usize) {
        let mut orphans = trees.split_off(roots);
        if orphans.len() > ORPHANS {
            orphans.sort_by_key(|tree| std::cmp::Reverse(tree.root.duration));
            let over = orphans.drain(ORPHANS..);
            self.lost += over.map(|tree| tree.spans.len() as u64 + 1).sum::<u64>();
        }
        trees.extend(orphans);
    }
}

fn weight(span: &FinishedSpan) -> usize {
    let fields = span.fields.iter().map(|(name, value)| name.len() + size(value)).sum::<usize>();
    1 + fields / 1_024
}

/// A root and all that hangs below it, which is taken out of `below`; and how many spans were left out.
fn tree(root: FinishedSpan, below: &mut HashMap<SpanId, Vec<FinishedSpan>>) -> (Tree, u64) {
    let (mut spans, mut parents) = (Vec::new(), vec![root.span_id]);
    while let Some(parent) = parents.pop() {
        for span in below.remove(&parent).unwrap_or_default() {
            parents.push(span.span_id);
            spans.push(span);
        }
    }
    let all = spans.len() as u64 + 1;
    // A parent begins before its children, so that what is left out has nothing below it that is not.
    spans.sort_by_key(|span| span.start);
    let lost = spans.len().saturating_sub(CHILDREN);
    spans.truncate(CHILDREN);
    (Tree { root, spans, all }, lost as u64)
}
