//! A recorder of our own: it keeps the spans of one call, the slowest, and lets all others go.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use monitor_core::Delivery;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::SpanBatch;
use monitor_core::TraceId;
use monitor_core::recorders::memory::FinishedSpan;

/// Keeps the spans of the slowest call of one function that nobody called. A clone looks at the same spans.
#[derive(Clone, Debug)]
pub(crate) struct Slowest {
    root: &'static str,
    kept: Arc<Mutex<Kept>>,
}

/// The slowest call so far, and what could become it.
#[derive(Debug, Default)]
struct Kept {
    slowest: Option<(TraceId, Duration)>,
    spans: Vec<FinishedSpan>,
    /// Spans that came before their root, by trace.
    waiting: HashMap<TraceId, Vec<FinishedSpan>>,
    /// Their traces, the oldest first, and some that are over.
    order: VecDeque<TraceId>,
    /// Their number.
    held: usize,
}

impl Slowest {
    /// Keeps the slowest call of the function of this name.
    pub(crate) fn of(root: &'static str) -> Self {
        Self { root, kept: Arc::default() }
    }

    /// Its spans, in no order.
    pub(crate) fn spans(&self) -> Vec<FinishedSpan> {
        self.kept().spans.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for Slowest {
    fn name(&self) -> &str {
        "slowest"
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let mut kept = self.kept();
        for span in batch.iter() {
            let span = FinishedSpan::from(&span);
            if span.parent.is_none() {
                kept.end(span, self.root);
            } else {
                kept.add(span);
            }
        }
        Ok(())
    }
}

impl Kept {
    /// A root has ended: its trace is the slowest so far, or of no interest.
    fn end(&mut self, root: FinishedSpan, name: &str) {
        let mut spans = self.waiting.remove(&root.trace_id).unwrap_or_default();
        self.held -= spans.len();
        if root.name == name && self.slowest.is_none_or(|(_, longest)| root.duration > longest) {
            self.slowest = Some((root.trace_id, root.duration));
            spans.push(root);
            self.spans = spans;
        }
    }

    /// Each thread hands over its spans when it likes, so that a child may come before its root or after it.
    fn add(&mut self, span: FinishedSpan) {
        if self.slowest.is_some_and(|(trace, _)| trace == span.trace_id) {
            if self.spans.len() < MOST {
                self.spans.push(span);
            }
            return;
        }
        let order = &mut self.order;
        let spans = self.waiting.entry(span.trace_id).or_insert_with_key(|trace| {
            order.push_back(*trace);
            Vec::new()
        });
        spans.push(span);
        self.held += 1;
        while (self.held > MOST || self.order.len() > MOST)
            && let Some(oldest) = self.order.pop_front()
        {
            self.held -= self.waiting.remove(&oldest).map_or(0, |spans| spans.len());
        }
    }
}

/// Spans that may wait for their root: those of some seconds, some megabytes.
const MOST: usize = 50_000;

#[cfg(test)]
mod tests {
    use monitor_core::ManualClock;
    use monitor_core::Monitor;
    use monitor_core::monitored;

    use super::*;

    #[monitored]
    fn root(clock: &ManualClock, calls: usize) {
        (0..calls).for_each(|_| child(clock));
    }

    #[monitored]
    fn child(clock: &ManualClock) {
        clock.advance(Duration::from_millis(1));
    }

    /// Runs this, and gives how many spans of the slowest `root` are kept, how many wait, of how many traces.
    fn kept(body: impl FnOnce(&ManualClock)) -> (usize, usize, usize) {
        let (slowest, clock) = (Slowest::of("root"), ManualClock::default());
        let monitor = Monitor::builder().recorder(slowest.clone()).clock(clock.clone()).build();
        monitor.scope(|| body(&clock));
        monitor.flush(Duration::from_secs(60)).unwrap();
        let kept = slowest.kept();
        (kept.spans.len(), kept.held, kept.order.len())
    }

    #[test]
    fn the_slowest_is_kept_with_its_children_and_no_other() {
        let (spans, waiting, _) = kept(|clock| [1, 3, 2].into_iter().for_each(|calls| root(clock, calls)));
        assert_eq!((spans, waiting), (4, 0));
    }

    #[test]
    fn a_slower_call_of_another_function_is_not_kept() {
        assert_eq!(kept(|clock| (0..9).for_each(|_| child(clock))), (0, 0, 0));
    }

    #[test]
    fn of_very_many_children_or_calls_only_so_many_are_kept() {
        let (spans, waiting, _) = kept(|clock| root(clock, MOST + 10));
        assert!(spans <= MOST && waiting <= MOST, "{spans} {waiting}");
        let (spans, _, traces) = kept(|clock| (0..MOST + 10).for_each(|_| root(clock, 1)));
        assert!(spans == 2 && traces <= MOST, "{spans} {traces}");
    }
}
