//! A recorder's queue: bounded, in batches, with room for control at any time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use crate::export::done::Done;
use crate::export::moment::after;
use crate::export::waiting::Mark;
use crate::export::waiting::Waiting;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::recorder::Batch;
use crate::recorder::Delivery;
use crate::recorder::WhenFull;

/// Something for a worker to do.
pub(crate) enum Work {
    Batch(Batch),
    Flush(Arc<Done>),
    Metrics(Arc<Snapshot>),
    ShutDown(Arc<Done>),
}

/// A recorder's queue.
pub(crate) struct Queue {
    delivery: Delivery,
    event_delivery: Delivery,
    inner: Mutex<Inner>,
    /// Something came, or the end.
    arrived: Condvar,
    /// Something was taken.
    taken: Condvar,
}

struct Inner {
    events: Waiting,
    spans: Waiting,
    metrics: Option<Arc<Snapshot>>,
    /// What is to be done once everything that came before it is, as the marks say.
    control: VecDeque<(Mark, Mark, Work)>,
    closed: bool,
    /// Somebody waited for room in vain, and nothing was taken since.
    stalled: bool,
}

/// How long room in a queue is waited for.
#[derive(Clone, Copy)]
pub(crate) struct Leeway {
    /// As long as its worker takes nothing.
    pub(crate) idle: Duration,
    /// In all, also for a worker that takes something now and then: others have to wait meanwhile.
    pub(crate) total: Duration,
}

impl Queue {
    pub(crate) fn new(delivery: Delivery, event_delivery: Delivery) -> Self {
        let inner = Inner {
            events: Waiting::new(event_delivery.clone()),
            spans: Waiting::new(delivery.clone()),
            metrics: None,
            control: VecDeque::new(),
            closed: false,
            stalled: false,
        };
        let inner = Mutex::new(inner);
        Self { delivery, event_delivery, inner, arrived: Condvar::new(), taken: Condvar::new() }
    }

    /// How this signal is fed.
    pub(crate) fn delivery(&self, signal: Signals) -> &Delivery {
        if signal == Signals::EVENTS { &self.event_delivery } else { &self.delivery }
    }

    /// Adds a batch, as far as there is room for its signal. Where there is none this waits for it, as long as there is
    /// leeway. Gives the number of what was lost: of the new, or of the oldest.
    pub(crate) fn push_batch(&self, batch: &Batch, leeway: &mut Leeway) -> Pushed {
        let mut rest = batch.pieces().clone();
        let mut inner = self.lock();
        loop {
            if inner.closed {
                return Pushed::Refused(rest.len());
            }
            let waiting = inner.waiting(batch);
            waiting.push_fitting(&mut rest);
            self.arrived.notify_one();
            if rest.is_empty() {
                return Pushed::Added;
            }
            let patience = leeway.idle.min(leeway.total);
            if inner.stalled || patience.is_zero() {
                break;
            }
            let began = Instant::now();
            let (next, timeout) =
                self.taken.wait_timeout(inner, patience).unwrap_or_else(PoisonError::into_inner);
            leeway.total = leeway.total.saturating_sub(began.elapsed());
            inner = next;
            inner.stalled |= timeout.timed_out() && patience == leeway.idle;
        }
        let lost = match self.delivery(batch.signal()).when_full {
            WhenFull::DropNewest => rest.len(),
            WhenFull::DropOldest => inner.waiting(batch).push_over(rest),
        };
        Pushed::Lost(lost)
    }

    /// Adds a snapshot in place of one that still waits: the later one holds everything that the earlier had.
    pub(crate) fn push_metrics(&self, snapshot: &Arc<Snapshot>) -> Pushed {
        let mut inner = self.lock();
        if inner.closed {
            return Pushed::Refused(1);
        }
        let replaced = inner.metrics.replace(Arc::clone(snapshot));
        self.arrived.notify_one();
        if replaced.is_some() { Pushed::Lost(1) } else { Pushed::Added }
    }

    /// Adds something that is not bounded; a closed queue says at once that it is done.
    pub(crate) fn push_control(&self, work: Work) {
        let mut inner = self.lock();
        if inner.closed {
            if let Work::Flush(done) | Work::ShutDown(done) = work {
                done.say();
            }
            return;
        }
        inner.closed = matches!(work, Work::ShutDown(_));
        let marks = (inner.spans.end(), inner.events.end());
        inner.control.push_back((marks.0, marks.1, work));
        self.arrived.notify_all();
        self.taken.notify_all();
    }

    /// The next thing to do, once there is one.
    pub(crate) fn pop(&self) -> Work {
        let mut inner = self.lock();
        loop {
            let now = Instant::now();
            if let Some(work) = inner.next(now) {
                inner.stalled = false;
                self.taken.notify_all();
                return work;
            }
            let due = [&inner.spans, &inner.events].into_iter().filter_map(|it| it.due()).min();
            inner = match due {
                None => self.arrived.wait(inner).unwrap_or_else(PoisonError::into_inner),
                Some(due) => {
                    let left = due.saturating_duration_since(now);
                    self.arrived.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Waits so long, but not beyond the end: tells whether there is time for it.
    pub(crate) fn rest(&self, wait: Duration) -> bool {
        let until = after(wait);
        let mut inner = self.lock();
        while !inner.closed {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            inner = self.arrived.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// What waits of the signal of a batch.
    fn waiting(&mut self, batch: &Batch) -> &mut Waiting {
        match batch {
            Batch::Events(_) => &mut self.events,
            Batch::Spans(_) => &mut self.spans,
        }
    }

    /// What is to be done now, if anything is.
    fn next(&mut self, now: Instant) -> Option<Work> {
        // They are few, and a stream of spans that never ends must not hold them up.
        if let Some(snapshot) = self.metrics.take() {
            return Some(Work::Metrics(snapshot));
        }
        let marks = self.control.front().map(|(spans, events, _)| (*spans, *events));
        if marks.is_some_and(|(spans, events)| self.spans.has_gone(spans) && self.events.has_gone(events)) {
            return self.control.pop_front().map(|(.., work)| work);
        }
        let spans = self.spans.is_due(now, marks.map(|(spans, _)| spans));
        let events = self.events.is_due(now, marks.map(|(_, events)| events));
        // What has waited longer goes first.
        let spans_first = spans && (!events || self.spans.since() <= self.events.since());
        if spans_first {
            return Some(Work::Batch(Batch::Spans(self.spans.take().into())));
        }
        events.then(|| Work::Batch(Batch::Events(self.events.take().into())))
    }
}

/// What became of what was to be added.
pub(crate) enum Pushed {
    Added,
    /// So many of the queue were lost: there was no room.
    Lost(usize),
    /// So many were not added: it is over.
    Refused(usize),
}
