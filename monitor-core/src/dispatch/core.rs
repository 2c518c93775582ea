//! The inside of a monitor: its lanes, its label values, what threads that are gone have left.

use std::fmt;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::SystemTime;

use crate::dispatch::alarm::Alarm;
use crate::dispatch::counted::Counted;
use crate::dispatch::counted::Ledger;
use crate::dispatch::declared::declare_all;
use crate::dispatch::entry::UNKNOWN;
use crate::dispatch::exemplars::Exemplars;
use crate::dispatch::exemplars::Sample;
use crate::dispatch::hearing::Hearing;
use crate::dispatch::lane::Lane;
use crate::dispatch::learn::learn;
use crate::dispatch::names::RegisteredNames;
use crate::dispatch::notes::Notes;
use crate::dispatch::sources;
use crate::listener::Subscriptions;
use crate::metric::Combination;
use crate::metric::LabelSets;
use crate::metric::Place;
use crate::metric::Reserved;
use crate::metric::Value;
use crate::model::Clock;
use crate::model::Filter;
use crate::model::GOLDEN;
use crate::model::LabelRef;
use crate::model::Levels;
use crate::model::Resource;
use crate::model::Signals;
use crate::model::Tally;
use crate::model::TraceIds;
use crate::model::mix;
use crate::model::sync::AtomicBool;
use crate::model::sync::AtomicU64;
use crate::model::sync::AtomicUsize;
use crate::model::sync::Mutex;
use crate::model::sync::MutexGuard;
use crate::model::sync::meeting;
use crate::recorder::Batch;
use crate::recorder::Batches;
use crate::recorder::Origin;

/// How many free chunks a lane keeps when what waits has been taken.
const KEPT: usize = if cfg!(loom) { 1 } else { 4 };

/// How a monitor is made.
pub(crate) struct CoreConfig {
    pub(crate) clock: Clock,
    pub(crate) filter: Filter,
    /// What some recorder takes.
    pub(crate) signals: Signals,
    /// The most chunks of 16 KiB that may wait, beyond one a thread.
    pub(crate) chunks: usize,
    /// What its listeners want, in the order in which they hear.
    pub(crate) listeners: Vec<Subscriptions>,
    /// How long a listener rests first.
    pub(crate) rest: Duration,
    /// What it makes of trace levels.
    pub(crate) levels: Levels,
    /// What produces its signals.
    pub(crate) resource: Resource,
    /// How it makes the identifiers of traces.
    pub(crate) trace_ids: TraceIds,
    /// The label values that have a series of their own, however many others there are.
    pub(crate) reserved: Reserved,
}

/// The inside of a monitor.
pub(crate) struct Core {
    id: u64,
    /// The process that made it: one that was forked off has none of its threads.
    process: u32,
    /// How it was made.
    pub(crate) config: CoreConfig,
    seconds_per_tick: f64,
    started: SystemTime,
    closed: AtomicBool,
    /// Closed, and the last spans and events were taken: what is left over is nobody's. Changes under the lock of `lanes`.
    ended: AtomicBool,
    lanes: Mutex<Vec<LaneState>>,
    retired: Mutex<Counted>,
    labels: Mutex<LabelSets>,
    exemplars: Mutex<Exemplars>,
    budget: AtomicUsize,
    alarm: Alarm,
    /// Only one thread takes spans and events at a time.
    taking: Mutex<()>,
    random: AtomicU64,
    pub(crate) notes: Notes,
    pub(crate) hearing: Hearing,
}

struct LaneState {
    lane: &'static Lane,
    /// Its thread has gone.
    orphaned: bool,
}

impl Core {
    pub(crate) fn new(mut config: CoreConfig) -> Arc<Self> {
        meeting! {
            static NEXT: AtomicU64 = AtomicU64::new(1);
        }
        let seed = std::hash::RandomState::new();
        // A process that was forked off would begin with the same seed.
        let random = std::hash::BuildHasher::hash_one(&seed, (SystemTime::now(), std::process::id()));
        let hearing = Hearing::new(&mut config);
        let core = Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            process: std::process::id(),
            seconds_per_tick: config.clock.seconds_per_tick(),
            started: config.clock.anchor().1,
            budget: AtomicUsize::new(config.chunks),
            config,
            closed: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            lanes: Mutex::default(),
            retired: Mutex::default(),
            labels: Mutex::default(),
            exemplars: Mutex::default(),
            alarm: Alarm::default(),
            taking: Mutex::default(),
            random: AtomicU64::new(random),
            notes: Notes::default(),
            hearing,
        });
        declare_all();
        sources::add(&core);
        core
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Whether it was made by another process, of which this one was forked off.
    pub(crate) fn is_foreign(&self) -> bool {
        self.process != std::process::id()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.config.clock
    }

    pub(crate) fn started(&self) -> SystemTime {
        self.started
    }

    pub(crate) fn seconds_per_tick(&self) -> f64 {
        self.seconds_per_tick
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Whether some recorder takes what threads write one by one: spans or events.
    pub(crate) fn exports(&self) -> bool {
        self.wants_spans() || self.wants_events()
    }

    /// Whether some recorder takes spans.
    pub(crate) fn wants_spans(&self) -> bool {
        self.config.signals.contains(Signals::SPANS)
    }

    /// Whether some recorder takes events.
    pub(crate) fn wants_events(&self) -> bool {
        self.config.signals.contains(Signals::EVENTS)
    }

    /// The slot of these label values.
    #[cold]
    pub(crate) fn slot(&self, source: u32, values: &[LabelRef<'_>], max: u32) -> u16 {
        let combination = Combination::new(values, max);
        let reserved = &self.config.reserved;
        let has_place = !reserved.is_empty() && reserved.has(sources::label_names(source), values);
        let place = if has_place { Place::Reserved } else { Place::Shared };
        self.labels().slot(source, combination, place)
    }

    pub(crate) fn labels(&self) -> MutexGuard<'_, LabelSets> {
        self.labels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that no other lane or trace begins with, as far as chance goes.
    pub(crate) fn random(&self) -> u64 {
        mix(self.random.fetch_add(GOLDEN, Ordering::Relaxed))
    }

    /// A lane for the calling thread.
    pub(crate) fn attach(&self) -> &'static Lane {
        let lane = Lane::obtain(self.id, self.random());
        if let Some(now) = self.stamp() {
            lane.context.stamp(now);
        }
        self.lanes().push(LaneState { lane, orphaned: false });
        lane
    }

    /// The thread of this lane has gone, or is done with it.
    pub(crate) fn detach(&self, lane: &'static Lane) {
        let mut lanes = self.lanes();
        if let Some(state) = lanes.iter_mut().find(|state| std::ptr::eq(state.lane, lane)) {
            state.orphaned = true;
        }
        // Where spans or events are taken, a lane goes only when they were, and never while they are.
        if !self.exports() || self.ended.load(Ordering::Relaxed) {
            self.bury(&mut lanes);
        }
    }

    /// Keeps what orphaned lanes have counted and gives the lanes back.
    fn bury(&self, lanes: &mut Vec<LaneState>) {
        let mut retired = self.retired();
        lanes.retain(|state| {
            if state.orphaned {
                let lane = state.lane;
                retired.absorb(lane, self);
                self.budget.fetch_add(lane.extra_chunks(), Ordering::Relaxed);
                lane.release();
            }
            !state.orphaned
        });
    }

    /// Takes the spans and events that nobody took yet, lane by lane; `hand_over` is called with a batch that weighs
    /// at least `limit`, and at the end with the rest. With `partial` also those of chunks that are being written.
    pub(crate) fn take(&self, partial: bool, limit: usize, hand_over: &mut dyn FnMut(Batch)) {
        let _taking = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.exports() || self.ended.load(Ordering::Relaxed) {
            return;
        }
        let last = partial && self.is_closed();
        self.alarm.clear();
        let states: Vec<_> = self.lanes().iter().map(|state| (state.lane, state.orphaned)).collect();
        let mut batches = Batches::new(self.origin(), limit);
        let mut sample = Sample::default();
        let now = self.stamp();
        for (lane, orphaned) in states {
            if let Some(now) = now {
                lane.context.stamp(now);
            }
            if partial || orphaned || lane.has_full() {
                lane.take(self, partial || orphaned, &mut |slots| {
                    sample.look(slots);
                    batches.extend(slots, hand_over);
                });
            }
            if partial {
                self.budget.fetch_add(lane.trim(KEPT), Ordering::Relaxed);
            }
        }
        batches.finish(hand_over);
        self.exemplars().keep(sample);
        // A lane that was orphaned meanwhile may hold what was not taken: it is buried next time.
        let mut lanes = self.lanes();
        let (mut done, rest): (Vec<_>, Vec<_>) =
            lanes.drain(..).partition(|state| state.orphaned && (last || !state.lane.has_untaken()));
        *lanes = rest;
        self.bury(&mut done);
        if last {
            self.ended.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn exemplars(&self) -> MutexGuard<'_, Exemplars> {
        self.exemplars.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What gives the numbers in records their meaning, as of now.
    pub(crate) fn origin(&self) -> Origin {
        let anchor = self.config.clock.anchor();
        Origin {
            resource: self.config.resource.clone(),
            names: &RegisteredNames,
            anchor,
            seconds_per_tick: self.seconds_per_tick,
        }
    }

    /// What identifiers of traces begin with, if that is the time.
    fn stamp(&self) -> Option<u32> {
        if self.config.trace_ids != TraceIds::Timestamped {
            return None;
        }
        let (_, wall) = self.config.clock.anchor();
        // Of the first 136 years.
        wall.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs() as u32)
    }

    /// Everything that was counted: of the threads that run and of those that are gone, with the calls begun.
    pub(crate) fn counted(&self) -> Counted {
        let lanes = self.lanes();
        let mut all = Counted::default();
        all.merge(&self.retired());
        for state in lanes.iter() {
            all.absorb(state.lane, self);
        }
        all
    }

    /// Spans and events for which there was no room, so far.
    pub(crate) fn lost(&self) -> Tally {
        self.tally(|ledger| ledger.dropped)
    }

    /// Spans and events that were recorded, the lost ones included, as far as they were folded: costs no walk over cells.
    pub(crate) fn recorded(&self) -> Tally {
        self.tally(|ledger| ledger.recorded)
    }

    /// One figure of all ledgers together.
    fn tally(&self, of: impl Fn(&Ledger) -> Tally) -> Tally {
        let lanes = self.lanes();
        let mut tally = of(&self.retired().ledger);
        lanes.iter().for_each(|state| tally += of(&state.lane.ledger()));
        tally.events += self.lost_events();
        tally
    }

    /// One chunk more than one a thread, if the budget allows it.
    pub(crate) fn take_budget(&self) -> bool {
        self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// What wakes the thread that takes spans.
    pub(crate) fn alarm(&self) -> &Alarm {
        &self.alarm
    }

    /// Stops recording: every call from now on is silent.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        sources::refresh();
        self.retire_heads();
        self.hearing.end();
    }

    fn retire_heads(&self) {
        self.lanes().iter().for_each(|state| state.lane.entries.retire_heads());
    }

    /// Asks about some sources anew. At no moment is anything unknown that was known, so a call that begins
    /// meanwhile is recorded as it was or as it will be.
    pub(crate) fn renew_heads(&self, of: impl Fn(u32) -> bool) {
        for state in self.lanes().iter() {
            let entries = state.lane.entries.iter().filter(|(source, _)| of(*source));
            entries
                .filter(|(_, entry)| entry.head() != UNKNOWN)
                .for_each(|(source, entry)| learn(entry, source, self));
        }
    }

    /// The sum of a counter used by hand.
    #[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "only the bridge to `metrics` uses it"))]
    pub(crate) fn counter(&self, source: u32, slot: u16) -> u64 {
        let counted = self.counted();
        let value = counted.ledger.cells.values(source).find(|(it, _)| *it == slot);
        match value {
            Some((_, Value::Counter(sum))) => *sum,
            _ => 0,
        }
    }

    fn lanes(&self) -> MutexGuard<'_, Vec<LaneState>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn retired(&self) -> MutexGuard<'_, Counted> {
        self.retired.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("id", &self.id)
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
