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
use crate::export::queue::Done;
use crate::export::queue::Pushed;
use crate::export::queue::Work;
use crate::export::worker::Desk;
use crate::export::worker::Worker;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::Tally;
use crate::recorder::Batch;
use crate::recorder::Recorder;
use crate::recorder::SnapshotSource;

/// The most spans without fields that wait for one recorder, fewer if they have fields: 4 MiB. As many events.
const QUEUE_LIMIT: usize = 65_536;
/// Batches are made so large if there is enough to make them of.
const BATCH_LIMIT: usize = 8_192;

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
}

/// What the threads of a pipeline share.
pub(crate) struct Shared {
    pub(crate) source: Arc<dyn Source>,
    outlets: Vec<Outlet>,
    over: AtomicBool,
    /// Taking and handing over are one step, so that a flush never overtakes what was taken before it.
    collecting: Mutex<()>,
}

struct Outlet {
    signals: Signals,
    desk: Arc<Desk>,
}

impl Pipeline {
    /// Starts a worker for each recorder, and a collector if there is any.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub(crate) fn start(
        source: Arc<dyn Source>,
        recorders: Vec<Box<dyn Recorder>>,
        interval: Duration,
        first_rest: Duration,
        prepare: fn(),
    ) -> std::io::Result<Self> {
        let mut outlets = Vec::new();
        let weak = Arc::downgrade(&source);
        let snapshots = SnapshotSource::from_fn(move || Some(weak.upgrade()?.snapshot()));
        for recorder in recorders {
            let (name, signals) = (recorder.name().to_owned(), recorder.signals());
            let desk = Arc::new(Desk::new(&name));
            Worker::start(recorder, Arc::clone(&desk), snapshots.clone(), first_rest, prepare)?;
            outlets.push(Outlet { signals, desk });
        }
        let any = !outlets.is_empty();
        let shared =
            Arc::new(Shared { source, outlets, over: AtomicBool::new(false), collecting: Mutex::default() });
        if any {
            collector::start(Arc::downgrade(&shared), interval)?;
        }
        Ok(Self { shared })
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
        for Outlet { signals, desk } in &self.shared.outlets {
            let all = [
                (Signals::SPANS, &desk.spans, lost.spans),
                (Signals::METRICS, &desk.metrics, 0),
                (Signals::EVENTS, &desk.events, lost.events),
            ];
            for (_, ledger, lost) in all.into_iter().filter(|(signal, ..)| signals.contains(*signal)) {
                let mut account = ledger.read();
                account.recorded += lost;
                account.drops[DropReason::BufferFull as usize] += lost;
                accounts.push(account);
            }
        }
        accounts
    }

    fn finish(&self, timeout: Duration, work: impl Fn(Arc<Done>) -> Work) -> Result<(), TimedOut> {
        let deadline = Instant::now() + timeout;
        self.shared.collect(Collected::Everything);
        self.shared.snapshot();
        let waits: Vec<_> = self
            .shared
            .outlets
            .iter()
            .map(|outlet| {
                let done = Arc::new(Done::default());
                outlet.desk.queue.push_control(work(Arc::clone(&done)));
                (done, &outlet.desk)
            })
            .collect();
        let late = waits.into_iter().filter(|(done, _)| !done.wait(deadline));
        let recorders: Vec<_> = late.map(|(_, desk)| desk.spans.read().recorder).collect();
        if recorders.is_empty() { Ok(()) } else { Err(TimedOut { recorders }) }
    }
}

impl Shared {
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Takes what the threads have recorded and hands it to every queue.
    pub(crate) fn collect(&self, collected: Collected) {
        let _collecting = self.collecting.lock().unwrap_or_else(PoisonError::into_inner);
        self.source.take(collected, BATCH_LIMIT, &mut |batch| {
            let batch = Arc::new(batch);
            let count = batch.len() as u64;
            for Outlet { desk, .. } in self.takers(batch.signal()) {
                let ledger = desk.ledger_of(&batch);
                ledger.queue(count);
                if !desk.queue.push_batch(&batch, QUEUE_LIMIT) {
                    let reason = if self.is_over() { DropReason::ShutDown } else { DropReason::QueueFull };
                    ledger.drop_queued(count, reason, None);
                }
            }
        });
    }

    /// Hands a snapshot to every queue.
    pub(crate) fn snapshot(&self) {
        let mut takers = self.takers(Signals::METRICS).peekable();
        if takers.peek().is_none() {
            return;
        }
        let snapshot = Arc::new(self.source.snapshot());
        for Outlet { desk, .. } in takers {
            desk.metrics.queue(1);
            match desk.queue.push_metrics(&snapshot) {
                Pushed::Added => {}
                Pushed::Refused => desk.metrics.drop_queued(1, DropReason::ShutDown, None),
                Pushed::Replaced => desk.metrics.drop_queued(1, DropReason::QueueFull, None),
            }
        }
    }

    /// The ways out of this signal.
    fn takers(&self, signal: Signals) -> impl Iterator<Item = &Outlet> {
        self.outlets.iter().filter(move |outlet| outlet.signals.contains(signal))
    }
}
