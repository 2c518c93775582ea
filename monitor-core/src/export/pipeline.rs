//! One monitor's way out: a collector, and a worker with its queue for each recorder.

use std::fmt;
use std::sync::Arc;
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
use crate::export::moment::FAR;
use crate::export::moment::after;
use crate::export::notice::Notice;
use crate::export::queue::Leeway;
use crate::export::queue::Pushed;
use crate::export::queue::Work;
use crate::export::self_metrics;
use crate::export::teller::Teller;
use crate::export::turn::Turn;
use crate::export::worker::Worker;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::Tally;
use crate::recorder::Batch;
use crate::recorder::Recorder;
use crate::recorder::SnapshotSource;

/// What is taken out of the buffers at once weighs about so much; a recorder gets it in batches of the size that it likes.
const TAKEN_AT_ONCE: usize = 8_192;
/// How long room in a recorder's queue is waited for: while its worker takes nothing, as long as a busy machine needs to let
/// the worker run; and in all so long that those who are quicker lose nothing meanwhile.
const LEEWAY: Leeway = Leeway { idle: Duration::from_millis(10), total: Duration::from_millis(100) };
/// The same for a worker that takes nothing, when somebody waits until everything is shipped.
const IDLE_IN_A_FLUSH: Duration = Duration::from_secs(1);

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
    teller: Arc<Teller>,
    /// A process that was forked off has none of the threads.
    process: u32,
}

/// What the threads of a pipeline share.
pub(crate) struct Shared {
    pub(crate) source: Arc<dyn Source>,
    desks: Vec<Arc<Desk>>,
    over: AtomicBool,
    /// Taking and handing over are one step, so that a flush never overtakes what was taken before it.
    collecting: Turn,
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
    /// Starts a worker for each recorder, and a collector if there is any. Where the system has no thread left for a worker,
    /// all that it was to ship is lost and counted; where it has none for the collector, only a flush ships anything.
    pub(crate) fn start(source: Arc<dyn Source>, config: PipelineConfig) -> Self {
        let PipelineConfig { recorders, interval, first_rest, prepare, teller } = config;
        let teller = Arc::new(teller);
        let desks = recorders.iter().map(|recorder| Arc::new(Desk::new(&**recorder, &teller))).collect();
        let shared =
            Arc::new(Shared { source, desks, over: AtomicBool::new(false), collecting: Turn::default() });
        let weak = Arc::downgrade(&shared);
        let snapshots = SnapshotSource::from_fn(move || Some(weak.upgrade()?.take_snapshot()));
        for (recorder, desk) in recorders.into_iter().zip(&shared.desks) {
            let started = Worker::start(recorder, Arc::clone(desk), snapshots.clone(), first_rest, prepare);
            if let Err(error) = started {
                desk.note(Signals::ALL, &format!("the system has no thread for the recorder: {error}"));
                desk.queue.push_control(Work::ShutDown(Arc::default()));
            }
        }
        if !shared.desks.is_empty()
            && let Err(error) = collector::start(Arc::downgrade(&shared), interval)
        {
            let why = format!("the system has no thread to collect what is recorded: {error}");
            shared.desks.iter().for_each(|desk| desk.note(Signals::ALL, &why));
        }
        Self { shared, teller, process: std::process::id() }
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
        let deadline = after(timeout);
        let finished = self.finish(timeout, Work::ShutDown);
        // It has nothing left to do and ends at once.
        self.shared.source.wake_collector();
        self.teller.end(deadline);
        finished
    }

    /// What became of everything, by recorder and signal.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let lost = self.shared.source.lost();
        let mut accounts = Vec::new();
        for desk in &self.shared.desks {
            for (signal, ledger) in desk.ledgers().into_iter().filter(|(it, _)| desk.signals.contains(*it)) {
                let lost = match signal {
                    Signals::EVENTS => lost.events,
                    Signals::SPANS => lost.spans,
                    _ => 0,
                };
                let mut account = ledger.read();
                account.recorded += lost;
                account.drops[DropReason::BufferFull as usize] += lost;
                accounts.push(account);
            }
        }
        accounts
    }

    fn finish(&self, timeout: Duration, work: fn(Arc<Done>) -> Work) -> Result<(), TimedOut> {
        let desks = &self.shared.desks;
        let all_late = || TimedOut { recorders: desks.iter().map(|desk| desk.name.clone()).collect() };
        if std::process::id() != self.process {
            // Nobody is here who could ship anything, and what waits is the other process's to ship.
            return Err(all_late());
        }
        let deadline = after(timeout);
        // Those who are stuck or slow leave half of the time to the others, however many they are.
        let share = timeout / 2 / desks.len().max(1).try_into().unwrap_or(u32::MAX);
        let leeway = Leeway { idle: share.min(IDLE_IN_A_FLUSH), total: share };
        let ends = self.shared.is_over();
        let ask_all = || -> Vec<_> {
            let ask = |desk: &Arc<Desk>| {
                let done = Arc::new(Done::default());
                desk.queue.push_control(work(Arc::clone(&done)));
                (done, Arc::clone(desk))
            };
            desks.iter().map(ask).collect()
        };
        let waits = if self.shared.collect_patiently(Collected::Everything, leeway, deadline) {
            self.shared.snapshot();
            ask_all()
        } else if ends {
            // Somebody flushes, and has more time than there is here. That ends when the queues take nothing more.
            let waits = ask_all();
            self.shared.collect_patiently(Collected::Everything, leeway, after(FAR));
            waits
        } else {
            return Err(all_late());
        };
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
        self.collect_patiently(collected, LEEWAY, after(FAR));
        self.desks.iter().for_each(|desk| desk.look());
    }

    /// The same, with so much leeway for each recorder; false if it was somebody else's turn until the deadline.
    fn collect_patiently(&self, collected: Collected, leeway: Leeway, deadline: Instant) -> bool {
        let mut notices = Vec::new();
        let mut leeways = vec![leeway; self.desks.len()];
        let Some(turn) = self.collecting.take(deadline) else { return false };
        self.source.take(collected, TAKEN_AT_ONCE, &mut |batch| {
            let count = batch.len() as u64;
            let takers = self.desks.iter().zip(&mut leeways);
            for (desk, leeway) in takers.filter(|(desk, _)| desk.signals.contains(batch.signal())) {
                let ledger = desk.ledger_of(&batch);
                ledger.queue(count);
                let notice = settle(ledger, desk.queue.push_batch(&batch, leeway));
                notices.extend(notice.map(|notice| (desk, notice)));
            }
        });
        drop(turn);
        notices.iter().for_each(|(desk, notice)| desk.spans.tell(notice));
        true
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
