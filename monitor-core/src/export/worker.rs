//! The thread of one recorder: it may block, fail and panic there without hurting anybody.

use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::export::account::DropReason;
use crate::export::backoff::Backoff;
use crate::export::desk::Desk;
use crate::export::moment::after;
use crate::export::queue::Work;
use crate::model::Patience;
use crate::model::Signals;
use crate::model::Tally;
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
    /// Something of this signal.
    Ship(Signals),
}

impl Task {
    /// What of it may be lost.
    fn asked(self) -> Signals {
        match self {
            Task::Flush => Signals::ALL,
            Task::Ship(signal) => signal,
        }
    }
}

/// Why something was not shipped.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(crate) reason: DropReason,
    /// How much of it, where it is not all.
    pub(crate) count: Option<u64>,
    pub(crate) error: Option<String>,
}

impl Failure {
    fn failed(error: String) -> Self {
        Self { reason: DropReason::Failed, count: None, error: Some(error) }
    }

    fn panicked(error: String) -> Self {
        Self { reason: DropReason::Panicked, count: None, error: Some(error) }
    }

    fn quarantined() -> Self {
        Self { reason: DropReason::Quarantined, count: None, error: None }
    }

    fn rejected(count: u64, error: String) -> Self {
        Self { reason: DropReason::Rejected, count: Some(count), error: Some(error) }
    }

    fn shut_down() -> Self {
        Self { reason: DropReason::ShutDown, count: None, error: None }
    }
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
        loop {
            match caught(|| self.work()) {
                Ok(Next::End) => return,
                Ok(Next::More) => {}
                // What was in hand is gone; there is more to do all the same.
                Err(panic) => self.settle(Task::Flush, Err(Failure::panicked(panic.message()))),
            }
        }
    }

    fn work(&mut self) -> Next {
        let desk = Arc::clone(&self.desk);
        match desk.queue.pop() {
            Work::Batch(batch) => {
                desk.ledger_of(&batch).hand_over(batch.len() as u64);
                self.ship(Task::Ship(batch.signal()), |recorder| match &batch {
                    Batch::Events(batch) => recorder.events(batch),
                    Batch::Spans(batch) => recorder.spans(batch),
                });
            }
            Work::Metrics(snapshot) => {
                desk.metrics.hand_over(1);
                self.ship(Task::Ship(Signals::METRICS), |recorder| recorder.metrics(&snapshot));
            }
            Work::Flush(done) => {
                self.ship(Task::Flush, |recorder| recorder.flush());
                done.say();
            }
            Work::ShutDown(done) => {
                let ended = self.ship(Task::Flush, |recorder| recorder.flush());
                let recorder = std::mem::replace(&mut self.recorder, Box::new(Gone));
                // Its destructor may panic as well, and nobody is left to be told.
                let _ = caught(move || drop(recorder));
                // What it still held went with it.
                let why = ended.filter(|failure| failure.count.is_none()).unwrap_or_else(Failure::shut_down);
                self.settle(Task::Flush, Err(why));
                desk.close();
                done.say();
                return Next::End;
            }
        }
        Next::More
    }

    /// Lets the recorder ship something, and puts down what became of it. Tells why it failed, if it did.
    fn ship(
        &mut self,
        task: Task,
        act: impl FnMut(&mut dyn Recorder) -> Result<(), RecorderError>,
    ) -> Option<Failure> {
        let result = self.try_to_ship(task, act);
        let failure = result.as_ref().err().cloned();
        self.settle(task, result);
        failure
    }

    fn settle(&self, task: Task, result: Result<(), Failure>) {
        self.desk.settle(task.asked(), self.held(), &result);
    }

    /// What the recorder holds. Who panics when it is asked holds nothing that anybody could rely on.
    fn held(&self) -> Tally {
        caught(|| self.recorder.held()).unwrap_or_default()
    }

    /// Who holds nothing sends nothing when it is flushed.
    fn has_to_send(&self, task: Task) -> bool {
        task != Task::Flush || self.held() != Tally::default()
    }

    /// Lets the recorder ship something, again and again if that may help and there is time.
    fn try_to_ship(
        &mut self,
        task: Task,
        mut act: impl FnMut(&mut dyn Recorder) -> Result<(), RecorderError>,
    ) -> Result<(), Failure> {
        let desk = Arc::clone(&self.desk);
        let deadline = after(desk.queue.delivery(task.asked()).timeout);
        let mut backoff = Backoff::new(self.first_rest);
        loop {
            if let Some(until) =
                self.not_before.filter(|until| self.has_to_send(task) && *until > Instant::now())
            {
                // Asked to wait, one waits; what comes after it waits as well.
                let wait = until.min(deadline).saturating_duration_since(Instant::now());
                if !desk.queue.rest(wait) || until > deadline {
                    let error = "the other side asked not to be tried so soon".to_owned();
                    return Err(Failure::failed(error));
                }
            }
            let error = match self.attempt(task, &mut act) {
                Err(Tried::Again(error)) => error,
                Err(Tried::Failed(failure)) => return Err(failure),
                Ok(()) => return Ok(()),
            };
            let failure = Failure::failed(error.to_string());
            desk.note(task.asked(), &error.to_string());
            self.not_before = error.retry_after().map(after);
            let wait = backoff.next();
            if !self.has_to_send(task) || after(wait) > deadline || !desk.queue.rest(wait) {
                return Err(failure);
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
            return Err(Tried::Failed(Failure::quarantined()));
        }
        let (recorder, started, source) = (&mut *self.recorder, &mut self.started, &self.source);
        self.desk.goes_in(self.desk.queue.delivery(task.asked()).timeout);
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
        let failure = match result {
            Ok(Ok(())) => {
                match task {
                    Task::Flush => self.patience.went_anyhow(),
                    Task::Ship(_) => self.patience.went_well(),
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
                    return Err(Tried::Failed(Failure::rejected(count, error.to_string())));
                }
                None => Failure::failed(error.to_string()),
            },
            Err(panic) => Failure::panicked(panic.message()),
        };
        self.patience.went_wrong(self.began.elapsed());
        Err(Tried::Failed(failure))
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
