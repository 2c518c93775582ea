//! A recorder's queue: bounded in spans and in events, with room for control at any time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use crate::metric::Snapshot;
use crate::recorder::Batch;

/// Something for a worker to do.
pub(crate) enum Work {
    Batch(Arc<Batch>),
    Flush(Arc<Done>),
    Metrics(Arc<Snapshot>),
    ShutDown(Arc<Done>),
}

/// A recorder's queue.
#[derive(Default)]
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    arrived: Condvar,
}

#[derive(Default)]
struct Inner {
    work: VecDeque<Work>,
    /// What waits, by signal and as [`Batch::weight`] has it: many events push out no span.
    weight: Weights,
    closed: bool,
}

#[derive(Default)]
struct Weights {
    events: usize,
    spans: usize,
}

impl Weights {
    /// What waits of the signal of a batch.
    fn of(&mut self, batch: &Batch) -> &mut usize {
        match batch {
            Batch::Events(_) => &mut self.events,
            Batch::Spans(_) => &mut self.spans,
        }
    }
}

impl Queue {
    /// Adds a batch unless so much of its signal waits already that with this it would be more than `limit` of
    /// ordinary size; tells whether it did. Where nothing of its signal waits, any batch is taken.
    pub(crate) fn push_batch(&self, batch: &Arc<Batch>, limit: usize) -> bool {
        let mut inner = self.lock();
        let closed = inner.closed;
        let weight = inner.weight.of(batch);
        let fits = !closed && *weight + batch.weight() <= limit.max(batch.weight());
        if fits {
            *weight += batch.weight();
            inner.work.push_back(Work::Batch(Arc::clone(batch)));
            self.arrived.notify_one();
        }
        fits
    }

    /// Adds a snapshot in place of one that still waits: the later one holds everything that the earlier had.
    pub(crate) fn push_metrics(&self, snapshot: &Arc<Snapshot>) -> Pushed {
        let mut inner = self.lock();
        if inner.closed {
            return Pushed::Refused;
        }
        let waiting = inner.work.iter_mut().find_map(|work| match work {
            Work::Metrics(waiting) => Some(waiting),
            _ => None,
        });
        let pushed = match waiting {
            Some(waiting) => {
                *waiting = Arc::clone(snapshot);
                Pushed::Replaced
            }
            None => {
                inner.work.push_back(Work::Metrics(Arc::clone(snapshot)));
                Pushed::Added
            }
        };
        self.arrived.notify_one();
        pushed
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
        inner.work.push_back(work);
        self.arrived.notify_one();
    }

    /// The next thing to do.
    pub(crate) fn pop(&self) -> Work {
        let mut inner = self.lock();
        loop {
            if let Some(work) = inner.work.pop_front() {
                if let Work::Batch(batch) = &work {
                    *inner.weight.of(batch) -= batch.weight();
                }
                return work;
            }
            inner = self.arrived.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a snapshot.
pub(crate) enum Pushed {
    Added,
    Refused,
    Replaced,
}

/// Something that will be done, to be waited for.
#[derive(Default)]
pub(crate) struct Done {
    done: Mutex<bool>,
    said: Condvar,
}

impl Done {
    pub(crate) fn say(&self) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.said.notify_all();
    }

    /// Waits until it is done or `deadline` has passed; tells whether it is done.
    pub(crate) fn wait(&self, deadline: Instant) -> bool {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        while !*done {
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return false;
            }
            done = self.said.wait_timeout(done, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}
