//! The thread of one recorder: it may block, fail and panic there without hurting anybody.

use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::export::account::DropReason;
use crate::export::account::Ledger;
use crate::export::queue::Queue;
use crate::export::queue::Work;
use crate::model::Patience;
use crate::model::caught;
use crate::recorder::Batch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;

/// What a worker and the pipeline share.
pub(crate) struct Desk {
    pub(crate) queue: Queue,
    pub(crate) events: Ledger,
    pub(crate) metrics: Ledger,
    pub(crate) spans: Ledger,
}

impl Desk {
    pub(crate) fn new(recorder: &str) -> Self {
        let ledger = |signal| Ledger::new(recorder, signal);
        Self {
            queue: Queue::default(),
            events: ledger("events"),
            metrics: ledger("metrics"),
            spans: ledger("spans"),
        }
    }

    /// The account of the signal of a batch.
    pub(crate) fn ledger_of(&self, batch: &Batch) -> &Ledger {
        match batch {
            Batch::Events(_) => &self.events,
            Batch::Spans(_) => &self.spans,
        }
    }
}

/// What a recorder is let do.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Task {
    /// Mostly nothing, so that it shows no recovery.
    Flush,
    Ship,
}

/// Why something was not shipped.
struct Failure {
    reason: DropReason,
    /// How much of it, where it is not all.
    count: Option<u64>,
    error: Option<String>,
}

/// The thread of one recorder.
pub(crate) struct Worker {
    recorder: Box<dyn Recorder>,
    desk: Arc<Desk>,
    source: SnapshotSource,
    started: bool,
    patience: Patience,
    began: Instant,
}

impl Worker {
    /// Starts the thread. `prepare` runs on it first.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub(crate) fn start(
        recorder: Box<dyn Recorder>,
        desk: Arc<Desk>,
        source: SnapshotSource,
        first_rest: Duration,
        prepare: fn(),
    ) -> std::io::Result<()> {
        let name = format!("monitor-{}", desk.spans.read().recorder);
        thread::Builder::new().name(name).spawn(move || {
            prepare();
            let patience = Patience::new(first_rest);
            Worker { recorder, desk, source, started: false, patience, began: Instant::now() }.run();
        })?;
        Ok(())
    }

    fn run(mut self) {
        // What is asked for its metrics opens its endpoint at once. If it fails it is tried again when work comes.
        let _ = self.attempt(Task::Flush, |_| Ok(()));
        loop {
            match self.desk.clone().queue.pop() {
                Work::Batch(batch) => {
                    let result = self.attempt(Task::Ship, |recorder| match &*batch {
                        Batch::Events(batch) => recorder.events(batch),
                        Batch::Spans(batch) => recorder.spans(batch),
                    });
                    settle(self.desk.ledger_of(&batch), batch.len() as u64, result);
                }
                Work::Metrics(snapshot) => {
                    let result = self.attempt(Task::Ship, |recorder| recorder.metrics(&snapshot));
                    settle(&self.desk.metrics, 1, result);
                }
                Work::Flush(done) => {
                    // A failure of this counts against the recorder, like any other.
                    let _ = self.attempt(Task::Flush, |recorder| recorder.flush());
                    done.say();
                }
                Work::ShutDown(done) => {
                    let _ = self.attempt(Task::Flush, |recorder| recorder.flush());
                    let recorder = self.recorder;
                    // Its destructor may panic as well, and nobody is left to be told.
                    let _ = caught(move || drop(recorder));
                    done.say();
                    return;
                }
            }
        }
    }

    /// Lets the recorder do something, unless it rests. After a rest it gets one try; if that fails it rests
    /// for twice as long.
    fn attempt(
        &mut self,
        task: Task,
        act: impl FnOnce(&mut dyn Recorder) -> Result<(), RecorderError>,
    ) -> Result<(), Failure> {
        if !self.patience.may_try(self.began.elapsed()) {
            return Err(Failure { reason: DropReason::Quarantined, count: None, error: None });
        }
        let (recorder, started, source) = (&mut *self.recorder, &mut self.started, &self.source);
        let result = caught(|| {
            if !*started {
                recorder.start(source)?;
                *started = true;
            }
            act(recorder)
        });
        let failure = match result {
            Ok(Ok(())) => {
                match task {
                    Task::Flush => self.patience.went_anyhow(),
                    Task::Ship => self.patience.went_well(),
                }
                return Ok(());
            }
            Ok(Err(error)) => match error.rejected_count() {
                // The other side is there and well: no reason to leave it alone.
                Some(count) => {
                    self.patience.went_well();
                    return Err(Failure {
                        reason: DropReason::Rejected,
                        count: Some(count),
                        error: Some(error.to_string()),
                    });
                }
                None => (DropReason::Failed, Some(error.to_string())),
            },
            Err(panic) => (DropReason::Panicked, Some(panic.message())),
        };
        self.patience.went_wrong(self.began.elapsed());
        let (reason, error) = failure;
        Err(Failure { reason, count: None, error })
    }
}

fn settle(ledger: &Ledger, count: u64, result: Result<(), Failure>) {
    match result {
        Ok(()) => ledger.export(count),
        Err(Failure { reason, count: refused, error }) => {
            let refused = refused.unwrap_or(count).min(count);
            ledger.drop_queued(refused, reason, error);
            ledger.export(count - refused);
        }
    }
}
