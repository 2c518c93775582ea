//! Several recorders in one.

use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::TraceIds;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Pieces;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;

/// Several recorders that are fed as one, on one thread and out of one queue: for layers that all of them share.
///
/// A monitor with several recorders feeds each by itself, so that none waits for another; this is for those that should
/// see the very same. If one of them fails, all get the batch again: whoever has taken it already is not asked twice.
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
        Self { name: name.into(), branches: Vec::new(), doing: Pieces::default() }
    }

    /// One more recorder.
    #[must_use]
    pub fn and(mut self, recorder: impl Recorder + 'static) -> Self {
        self.branches.push(Branch { recorder: Box::new(recorder), done: false, started: false });
        self
    }

    /// Lets everybody act who takes the signal and has not taken this batch yet. Tells the worst error: one after which the
    /// batch comes again, else the first.
    fn each(
        &mut self,
        signal: Signals,
        batch: &Pieces,
        mut act: impl FnMut(&mut dyn Recorder) -> Result<(), RecorderError>,
    ) -> Result<(), RecorderError> {
        // Metrics are made of no pieces and come anew each time.
        if batch.is_empty() || !self.doing.is_same(batch) {
            self.branches.iter_mut().for_each(|branch| branch.done = false);
        }
        let mut worst = Ok(());
        for branch in &mut self.branches {
            if branch.done || !branch.recorder.signals().contains(signal) {
                continue;
            }
            let result = act(&mut *branch.recorder);
            let again = result.as_ref().is_err_and(RecorderError::is_retryable);
            branch.done = !again;
            worst = if again { result } else { worst.and(result) };
        }
        let again = worst.as_ref().is_err_and(RecorderError::is_retryable);
        self.doing = if again { batch.clone() } else { Pieces::default() };
        worst
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

    fn trace_ids(&self) -> TraceIds {
        self.branches.iter().fold(TraceIds::default(), |all, branch| branch.recorder.trace_ids().or(all))
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        for branch in self.branches.iter_mut().filter(|branch| !branch.started) {
            branch.recorder.start(source)?;
            branch.started = true;
        }
        Ok(())
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

    fn flush(&mut self) -> Result<(), RecorderError> {
        let mut first = Ok(());
        for branch in &mut self.branches {
            // Each of them, also after one that failed.
            first = first.and(branch.recorder.flush());
        }
        first
    }
}
