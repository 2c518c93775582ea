//! The thread of one recorder: it may block, fail and panic there without hurting anybody.

use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::export::account::DropReason;
use crate::export::backoff::Backoff;
use crate::export::desk::Desk;
use crate::export::done::Done;
use crate::export::held::Held;
use crate::export::ledger::Ledger;
use crate::export::queue::Work;
use crate::model::Patience;
use crate::model::caught;
use crate::recorder::Batch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;

/// What a recorder is let do.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Task {
    /// Mostly nothing, so that it shows no recovery.
    Flush,
    Ship,
}

/// Why something was not shipped.
pub(crate) struct Failure {
    pub(crate) reason: DropReason,
    /// How much of it, where it is not all.
    pub(crate) count: Option<u64>,
    pub(crate) error: Option<String>,
}

/// The thread of one recorder.
pub(crate) struct Worker {
    recorder: Box<dyn Recorder>,
    desk: Arc<Desk>,
    source: SnapshotSource,
    started: bool,
    /// It was said that it cannot start.
    told: bool,
    first_rest: Duration,
    patience: Patience,
    began: Instant,
    /// The other side asked not to be tried before.
    not_before: Option<Instant>,
}

/// Whether there is more to do.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Next {
    End,
    More,
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
        let name = format!("monitor-{}", desk.name);
        thread::Builder::new().name(name).spawn(move || {
            prepare();
            let patience = Patience::new(first_rest);
            let began = Instant::now();
            let worker = Worker {
                recorder,
                desk,
                source,
                started: false,
                told: false,
                first_rest,
                patience,
                began,
                not_before: None,
            };
            worker.run();
        })?;
        Ok(())
    }

    fn run(mut self) {
        // What is asked for its metrics opens its endpoint at once. If it fails it is tried again when work comes.
        let _ = self.attempt(Task::Flush, |_| Ok(()));
        // What is in hand was settled when it was let go, whatever happened; and whatever happened, there is more to do.
        while !matches!(caught(|| self.work()), Ok(Next::End)) {}
    }

    fn work(&mut self) -> Next {
        let desk = Arc::clone(&self.desk);
        match desk.queue.pop() {
            Work::Batch(batch) => {
                let held = Held::new(desk.ledger_of(&batch), batch.len() as u64);
                held.settle(self.ship(desk.ledger_of(&batch), |recorder| match &batch {
                    Batch::Events(batch) => recorder.events(batch),
                    Batch::Spans(batch) => recorder.spans(batch),
                }));
            }
            Work::Metrics(snapshot) => {
                let held = Held::new(&desk.metrics, 1);
                held.settle(self.ship(&desk.metrics, |recorder| recorder.metrics(&snapshot)));
            }
            Work::Flush(done) => self.flush(&done),
            Work::ShutDown(done) => {
                let last = Arc::new(Done::default());
                self.flush(&last);
                let recorder = std::mem::replace(&mut self.recorder, Box::new(Gone));
                // Its destructor may panic as well, and nobody is left to be told.
                let _ = caught(move || drop(recorder));
                desk.close();
                done.say();
                return Next::End;
            }
        }
        Next::More
    }

    fn flush(&mut self, done: &Done) {
        // A failure of this counts against the recorder, like any other.
        let _ = self.attempt(Task::Flush, |recorder| recorder.flush());
        done.say();
    }

    /// Lets the recorder ship something, again and again if that may help and there is time.
    fn ship(
        &mut self,
        ledger: &Ledger,
        mut act: impl FnMut(&mut dyn Recorder) -> Result<(), RecorderError>,
    ) -> Result<(), Failure> {
        let deadline = Instant::now() + self.desk.queue.delivery().timeout;
        let mut backoff = Backoff::new(self.first_rest);
        loop {
            if let Some(until) = self.not_before.take_if(|until| *until > Instant::now()) {
                // Asked to wait, one waits; what comes after it waits as well.
                self.not_before = Some(until);
                let wait = until.min(deadline).saturating_duration_since(Instant::now());
                if !self.desk.queue.rest(wait) || until > deadline {
                    let error = Some("the other side asked not to be tried so soon".to_owned());
                    return Err(Failure { reason: DropReason::Failed, count: None, error });
                }
            }
            let error = match self.attempt(Task::Ship, &mut act) {
                Err(Tried::Again(error)) => error,
                Err(Tried::Failed(failure)) => return Err(failure),
                Ok(()) => return Ok(()),
            };
            ledger.note(&error.to_string());
            let wait = backoff.next();
            self.not_before = error.retry_after().map(|after| Instant::now() + after);
            if Instant::now() + wait > deadline || !self.desk.queue.rest(wait) {
                return Err(Failure {
                    reason: DropReason::Failed,
                    count: None,
                    error: Some(error.to_string()),
                });
            }
        }
    }

    /// Lets the recorder do something, unless it rests. After a rest it gets one try; if that fails it rests
    /// for twice as long.
    fn attempt(
        &mut self,
        task: Task,
        act: impl FnOnce(&mut dyn Recorder) -> Result<(), RecorderError>,
    ) -> Result<(), Tried> {
        if !self.patience.may_try(self.began.elapsed()) {
            return Err(Tried::Failed(Failure { reason: DropReason::Quarantined, count: None, error: None }));
        }
        let (recorder, started, source) = (&mut *self.recorder, &mut self.started, &self.source);
        self.desk.goes_in();
        let mut unstarted = None;
        let result = caught(|| {
            if !*started {
                recorder.start(source).inspect_err(|error| unstarted = Some(error.to_string()))?;
                *started = true;
            }
            act(recorder)
        });
        self.desk.comes_out();
        if let Some(error) = unstarted.filter(|_| !std::mem::replace(&mut self.told, true)) {
            self.desk.tell_unstarted(error);
        }
        let (reason, error) = match result {
            Ok(Ok(())) => {
                match task {
                    Task::Flush => self.patience.went_anyhow(),
                    Task::Ship => self.patience.went_well(),
                }
                return Ok(());
            }
            Ok(Err(error)) if error.is_retryable() => {
                // Whoever may come back is waited for, not left alone.
                self.patience.went_anyhow();
                return Err(Tried::Again(error));
            }
            Ok(Err(error)) => match error.rejected_count() {
                Some(count) => {
                    self.patience.went_well();
                    let error = Some(error.to_string());
                    return Err(Tried::Failed(Failure {
                        reason: DropReason::Rejected,
                        count: Some(count),
                        error,
                    }));
                }
                None => (DropReason::Failed, error.to_string()),
            },
            Err(panic) => (DropReason::Panicked, panic.message()),
        };
        self.patience.went_wrong(self.began.elapsed());
        Err(Tried::Failed(Failure { reason, count: None, error: Some(error) }))
    }
}

/// How a try failed.
enum Tried {
    Again(RecorderError),
    Failed(Failure),
}

/// Stands where a recorder was.
struct Gone;

impl Recorder for Gone {
    fn name(&self) -> &str {
        ""
    }
}
