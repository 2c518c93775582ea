//! The thread of one recorder: it may block, fail and panic there without hurting anybody.

use std::any::Any;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::export::account::DropReason;
use crate::export::account::Ledger;
use crate::export::queue::Queue;
use crate::export::queue::Work;
use crate::recorder::Batch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;

/// So many failures in a row send a recorder to rest.
const PATIENCE: u32 = 3;
const LONGEST_REST: Duration = Duration::from_secs(60);

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

/// The thread of one recorder.
pub(crate) struct Worker {
    recorder: Box<dyn Recorder>,
    desk: Arc<Desk>,
    failures: u32,
    first_rest: Duration,
    rest: Duration,
    resting: Option<Instant>,
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
        first_rest: Duration,
        prepare: fn(),
    ) -> std::io::Result<()> {
        let name = format!("monitor-{}", desk.spans.read().recorder);
        thread::Builder::new().name(name).spawn(move || {
            prepare();
            let worker = Worker { recorder, desk, failures: 0, first_rest, rest: first_rest, resting: None };
            worker.run();
        })?;
        Ok(())
    }

    fn run(mut self) {
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
                    // Its destructor may panic as well.
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(move || drop(recorder))) {
                        message(panic);
                    }
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
    ) -> Result<(), (DropReason, Option<String>)> {
        if self.resting.is_some_and(|until| Instant::now() < until) {
            return Err((DropReason::Quarantined, None));
        }
        let recorder = &mut *self.recorder;
        let failure = match catch_unwind(AssertUnwindSafe(|| act(recorder))) {
            Ok(Ok(())) => {
                if task == Task::Ship {
                    (self.failures, self.rest, self.resting) = (0, self.first_rest, None);
                }
                return Ok(());
            }
            Ok(Err(error)) => (DropReason::Failed, Some(error.to_string())),
            Err(panic) => (DropReason::Panicked, Some(message(panic))),
        };
        self.failures += 1;
        if self.failures >= PATIENCE {
            self.resting = Some(Instant::now() + self.rest);
            self.rest = (self.rest * 2).min(LONGEST_REST);
        }
        Err(failure)
    }
}

fn settle(ledger: &Ledger, count: u64, result: Result<(), (DropReason, Option<String>)>) {
    match result {
        Ok(()) => ledger.export(count),
        Err((reason, error)) => ledger.drop_queued(count, reason, error),
    }
}

/// What a panic said. Dropping its payload may panic once more.
fn message(panic: Box<dyn Any + Send>) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned());
    if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(panic))) {
        // Whoever panics even here is left alone.
        mem::forget(again);
    }
    text
}
