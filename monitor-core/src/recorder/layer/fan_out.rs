//! Several recorders in one.

use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::Tally;
use crate::model::TraceIds;
use crate::model::caught;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Pieces;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;

/// Several recorders that are fed as one, on one thread and out of one queue, as the first of them asks: for layers that
/// all of them share.
///
/// A monitor with several recorders feeds each by itself, so that none waits for another; this is for those that should
/// see the very same. They have one account: what one of them loses counts as lost, and what one of them holds as queued.
/// If one of them fails, all get the batch again: whoever has taken it already is not asked twice, but for metrics, which
/// hold everything each time. A panic of one is told as an error, and the others get the batch all the same.
///
/// ```
/// use monitor_core::layers::{FanOut, RecorderExt, TailSampling};
/// use monitor_core::recorders::{Memory, Null};
///
/// let both = FanOut::new("kept").and(Memory::default()).and(Null::default()).layer(TailSampling::new().failed());
/// # drop(both);
/// ```
pub struct FanOut {
    name: String,
    branches: Vec<Branch>,
    /// What some of them have taken already, and others have not.
    doing: Pieces,
    /// How it ended for the worst of those who are done with it.
    done: Result<(), RecorderError>,
    /// The same of a flush.
    flushed: Result<(), RecorderError>,
}

struct Branch {
    recorder: Box<dyn Recorder>,
    /// It has taken what one of the others has not.
    done: bool,
    started: bool,
}

impl std::fmt::Debug for FanOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.branches.iter().map(|branch| branch.recorder.name())).finish()
    }
}

impl FanOut {
    /// No recorder yet, under a name for accounts and messages.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let (name, branches, doing) = (name.into(), Vec::new(), Pieces::default());
        Self { name, branches, doing, done: Ok(()), flushed: Ok(()) }
    }

    /// One more recorder.
    #[must_use]
    pub fn and(mut self, recorder: impl Recorder + 'static) -> Self {
        self.branches.push(Branch { recorder: Box::new(recorder), done: false, started: false });
        self
    }

    /// Lets everybody act who takes the signal and has not taken this batch yet. Tells an error after which the batch comes
    /// again, or else the worst.
    fn each(
        &mut self,
        signal: Signals,
        batch: &Pieces,
        mut act: impl FnMut(&mut dyn Recorder) -> Result<(), RecorderError>,
    ) -> Result<(), RecorderError> {
        // Metrics are made of no pieces and come anew each time.
        if batch.is_empty() || !self.doing.is_same(batch) {
            self.branches.iter_mut().for_each(|branch| branch.done = false);
            self.done = Ok(());
        }
        let mut again = Ok(());
        for branch in &mut self.branches {
            if branch.done || !branch.recorder.signals().contains(signal) {
                continue;
            }
            let result = branch.let_it(&mut act);
            branch.done = !result.as_ref().is_err_and(RecorderError::is_retryable);
            if branch.done {
                worsen(&mut self.done, result);
            } else {
                again = again.and(result);
            }
        }
        self.doing = if again.is_err() { batch.clone() } else { Pieces::default() };
        again.and_then(|()| std::mem::replace(&mut self.done, Ok(())))
    }
}

impl Branch {
    /// Lets it act. Its panic is an error of its own.
    fn let_it(
        &mut self,
        mut act: impl FnMut(&mut dyn Recorder) -> Result<(), RecorderError>,
    ) -> Result<(), RecorderError> {
        let recorder = &mut *self.recorder;
        caught(|| act(recorder)).unwrap_or_else(|panic| {
            Err(RecorderError::new(format!("`{}` panicked: {}", self.recorder.name(), panic.message())))
        })
    }
}

/// Keeps the worse of two ends: who lost everything, then who lost most, then who was first.
fn worsen(worst: &mut Result<(), RecorderError>, result: Result<(), RecorderError>) {
    let lost = |result: &Result<(), RecorderError>| match result {
        Ok(()) => None,
        Err(error) => Some(error.rejected_count().unwrap_or(u64::MAX)),
    };
    if lost(&result) > lost(worst) {
        *worst = result;
    }
}

impl Recorder for FanOut {
    fn name(&self) -> &str {
        &self.name
    }

    fn signals(&self) -> Signals {
        self.branches.iter().fold(Signals::NONE, |all, branch| all.union(branch.recorder.signals()))
    }

    fn delivery(&self) -> Delivery {
        self.branches.first().map(|branch| branch.recorder.delivery()).unwrap_or_default()
    }

    fn event_delivery(&self) -> Delivery {
        self.branches.first().map(|branch| branch.recorder.event_delivery()).unwrap_or_default()
    }

    fn trace_ids(&self) -> TraceIds {
        self.branches.iter().fold(TraceIds::default(), |all, branch| branch.recorder.trace_ids().or(all))
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        let mut started = Ok(());
        for branch in self.branches.iter_mut().filter(|branch| !branch.started) {
            // Each of them, also after one that failed.
            let result = branch.let_it(|recorder| recorder.start(source));
            branch.started = result.is_ok();
            started = started.and(result);
        }
        started
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.each(Signals::SPANS, &batch.pieces, |recorder| recorder.spans(batch))
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.each(Signals::EVENTS, &batch.pieces, |recorder| recorder.events(batch))
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.each(Signals::METRICS, &Pieces::default(), |recorder| recorder.metrics(snapshot))
    }

    /// Each of them needs it.
    fn owned_metrics(&mut self, snapshot: Snapshot) -> Result<(), RecorderError> {
        self.metrics(&snapshot)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        let mut again = Ok(());
        for branch in &mut self.branches {
            let result = branch.let_it(|recorder| recorder.flush());
            if result.as_ref().is_err_and(RecorderError::is_retryable) {
                again = again.and(result);
            } else {
                worsen(&mut self.flushed, result);
            }
        }
        again.and_then(|()| std::mem::replace(&mut self.flushed, Ok(())))
    }

    /// Of each signal what one of them holds at most: they hold parts of the same.
    fn held(&self) -> Tally {
        self.branches.iter().fold(Tally::default(), |all, branch| all.max(branch.recorder.held()))
    }
}
