//! One monitor's way out: a collector, and a worker with its queue for each recorder.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::Duration;
use std::time::Instant;

use crate::export::account::Account;
use crate::export::account::DropReason;
use crate::export::collector;
use crate::export::desk::Desk;
use crate::export::done::Done;
use crate::export::ledger::Ledger;
use crate::export::notice::Notice;
use crate::export::notice::Teller;
use crate::export::queue::Pushed;
use crate::export::queue::Work;
use crate::export::self_metrics;
use crate::export::worker::Worker;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::Tally;
use crate::recorder::Batch;
use crate::recorder::Recorder;
use crate::recorder::SnapshotSource;

/// What is taken out of the buffers at once weighs about so much; a recorder gets it in batches of the size that it likes.
const TAKEN_AT_ONCE: usize = 8_192;
/// How long room in a recorder's queue is waited for while its worker takes nothing: as long as a busy machine needs to
/// let the worker run.
const PATIENCE: Duration = Duration::from_millis(10);
/// The same when somebody waits until everything is shipped.
const PATIENCE_OF_A_FLUSH: Duration = Duration::from_secs(1);

/// How much is collected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Collected {
    Everything,
    FullChunks,
}

/// Where spans, events and metrics come from.
pub(crate) trait Source: Send + Sync {
    /// Takes what nobody took yet, in batches of about so many.
    fn take(&self, collected: Collected, limit: usize, hand_over: &mut dyn FnMut(Batch));
    fn snapshot(&self) -> Snapshot;
    /// Spans and events for which there was no room, so far.
    fn lost(&self) -> Tally;
    /// Spans and events that were recorded so far, the lost ones included.
    fn recorded(&self) -> Tally;
    fn set_collector(&self, thread: Thread);
    /// The collector is about to sleep; false if enough waits already.
    fn may_sleep(&self) -> bool;
    /// Wakes the collector.
    fn wake_collector(&self);
    /// Makes the calling thread one of the machinery itself.
    fn prepare_thread(&self);
}

/// A flush or shutdown did not end in time; what it was about goes on.
///
/// ```
/// use monitor_core::Monitor;
/// use std::time::Duration;
///
/// let monitor = Monitor::builder().build();
/// assert_eq!(monitor.flush(Duration::from_secs(1)), Ok(()));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimedOut {
    /// The recorders that were not done.
    pub recorders: Vec<String>,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not done in time: {}", self.recorders.join(", "))
    }
}

impl std::error::Error for TimedOut {}

/// One monitor's way out.
pub(crate) struct Pipeline {
    shared: Arc<Shared>,
    /// A process that was forked off has none of the threads.
    process: u32,
}

/// What the threads of a pipeline share.
pub(crate) struct Shared {
    pub(crate) source: Arc<dyn Source>,
    desks: Vec<Arc<Desk>>,
    over: AtomicBool,
    /// Taking and handing over are one step, so that a flush never overtakes what was taken before it.
    collecting: Mutex<()>,
}

/// How a pipeline is made.
pub(crate) struct PipelineConfig {
    pub(crate) recorders: Vec<Box<dyn Recorder>>,
    /// How often recorders get the metrics.
    pub(crate) interval: Duration,
    /// How long a recorder that fails rests first, and how long is waited before a second try.
    pub(crate) first_rest: Duration,
    /// Runs on every thread of the pipeline first.
    pub(crate) prepare: fn(),
    pub(crate) teller: Teller,
}

impl Pipeline {
    /// Starts a worker for each recorder, and a collector if there is any.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub(crate) fn start(source: Arc<dyn Source>, config: PipelineConfig) -> std::io::Result<Self> {
        let PipelineConfig { recorders, interval, first_rest, prepare, teller } = config;
        let teller = Arc::new(teller);
        let desks = recorders.iter().map(|recorder| Arc::new(Desk::new(&**recorder, &teller))).collect();
        let shared =
            Arc::new(Shared { source, desks, over: AtomicBool::new(false), collecting: Mutex::default() });
        let weak = Arc::downgrade(&shared);
        let snapshots = SnapshotSource::from_fn(move || Some(weak.upgrade()?.take_snapshot()));
        for (recorder, desk) in recorders.into_iter().zip(&shared.desks) {
            Worker::start(recorder, Arc::clone(desk), snapshots.clone(), first_rest, prepare)?;
        }
        if !shared.desks.is_empty() {
            collector::start(Arc::downgrade(&shared), interval)?;
        }
        Ok(Self { shared, process: std::process::id() })
    }

    /// Ships everything recorded so far and waits for it.
    pub(crate) fn flush(&self, timeout: Duration) -> Result<(), TimedOut> {
        self.finish(timeout, Work::Flush)
    }

    /// Ships everything recorded so far, then ends the workers.
    pub(crate) fn shut_down(&self, timeout: Duration) -> Result<(), TimedOut> {
        if self.shared.over.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let finished = self.finish(timeout, Work::ShutDown);
        // It has nothing left to do and ends at once.
        self.shared.source.wake_collector();
        finished
    }

    /// What became of everything, by recorder and signal.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let lost = self.shared.source.lost();
        let mut accounts = Vec::new();
        for desk in &self.shared.desks {
            let all = [
                (Signals::SPANS, &desk.spans, lost.spans),
                (Signals::METRICS, &desk.metrics, 0),
                (Signals::EVENTS, &desk.events, lost.events),
            ];
            for (_, ledger, lost) in all.into_iter().filter(|(signal, ..)| desk.signals.contains(*signal)) {
                let mut account = ledger.read();
                account.recorded += lost;
                account.drops[DropReason::BufferFull as usize] += lost;
                accounts.push(account);
            }
        }
        accounts
    }

    fn finish(&self, timeout: Duration, work: impl Fn(Arc<Done>) -> Work) -> Result<(), TimedOut> {
        if std::process::id() != self.process {
            // Nobody is here who could ship anything, and what waits is the other process's to ship.
            return Err(TimedOut {
                recorders: self.shared.desks.iter().map(|desk| desk.name.clone()).collect(),
            });
        }
        let deadline = Instant::now() + timeout;
        // Those who are stuck leave half of the time to the others, however many they are.
        let share = timeout / 2 / self.shared.desks.len().max(1).try_into().unwrap_or(u32::MAX);
        self.shared.collect_patiently(Collected::Everything, share.min(PATIENCE_OF_A_FLUSH));
        self.shared.snapshot();
        let waits: Vec<_> = self
            .shared
            .desks
            .iter()
            .map(|desk| {
                let done = Arc::new(Done::default());
                desk.queue.push_control(work(Arc::clone(&done)));
                (done, desk)
            })
            .collect();
        let late = waits.into_iter().filter(|(done, _)| !done.wait(deadline));
        let recorders: Vec<_> = late.map(|(_, desk)| desk.name.clone()).collect();
        if recorders.is_empty() { Ok(()) } else { Err(TimedOut { recorders }) }
    }
}

impl Shared {
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Takes what the threads have recorded and hands it to every queue.
    pub(crate) fn collect(&self, collected: Collected) {
        self.collect_patiently(collected, PATIENCE);
        self.desks.iter().for_each(|desk| desk.look());
    }

    fn collect_patiently(&self, collected: Collected, patience: Duration) {
        let mut notices = Vec::new();
        let collecting = self.collecting.lock().unwrap_or_else(PoisonError::into_inner);
        self.source.take(collected, TAKEN_AT_ONCE, &mut |batch| {
            let count = batch.len() as u64;
            for desk in self.takers(batch.signal()) {
                let ledger = desk.ledger_of(&batch);
                ledger.queue(count);
                let notice = settle(ledger, desk.queue.push_batch(&batch, patience));
                notices.extend(notice.map(|notice| (desk, notice)));
            }
        });
        drop(collecting);
        notices.iter().for_each(|(desk, notice)| desk.spans.tell(notice));
    }

    /// Hands a snapshot to every queue.
    pub(crate) fn snapshot(&self) {
        let mut takers = self.takers(Signals::METRICS).peekable();
        if takers.peek().is_none() {
            return;
        }
        let snapshot = Arc::new(self.take_snapshot());
        for desk in takers {
            desk.metrics.queue(1);
            let notice = settle(&desk.metrics, desk.queue.push_metrics(&snapshot));
            notice.iter().for_each(|notice| desk.metrics.tell(notice));
        }
    }

    /// Everything that was counted, and what the machinery says about itself.
    fn take_snapshot(&self) -> Snapshot {
        let mut snapshot = self.source.snapshot();
        let desks = self.desks.iter().map(|desk| &**desk);
        snapshot.metrics.extend(self_metrics::metrics(desks, self.source.recorded(), self.source.lost()));
        snapshot
    }

    /// Those who take this signal.
    fn takers(&self, signal: Signals) -> impl Iterator<Item = &Desk> {
        self.desks.iter().map(|desk| &**desk).filter(move |desk| desk.signals.contains(signal))
    }
}

/// Puts down what became of what was to be queued; gives what is to be said about it.
fn settle(ledger: &Ledger, pushed: Pushed) -> Option<Notice> {
    match pushed {
        Pushed::Added => None,
        Pushed::Lost(count) => ledger.drop_silently(count as u64, DropReason::QueueFull, None),
        Pushed::Refused(count) => ledger.drop_silently(count as u64, DropReason::ShutDown, None),
    }
}
