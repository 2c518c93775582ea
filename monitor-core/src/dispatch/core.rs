//! The inside of a monitor: its lanes, its label values, what threads that are gone have left.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::TryLockError;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::SystemTime;

use crate::dispatch::alarm::Alarm;
use crate::dispatch::call::learn;
use crate::dispatch::counted::Counted;
use crate::dispatch::declared::declare_all;
use crate::dispatch::ears::Ears;
use crate::dispatch::ears::Temper;
use crate::dispatch::ears::Trouble;
use crate::dispatch::entry::FAST;
use crate::dispatch::entry::SILENT;
use crate::dispatch::entry::SLOW;
use crate::dispatch::entry::STEADY;
use crate::dispatch::entry::UNKNOWN;
use crate::dispatch::hook;
use crate::dispatch::lane::Lane;
use crate::dispatch::names::RegisteredNames;
use crate::dispatch::sources;
use crate::dispatch::sources::Source;
use crate::dispatch::ticks;
use crate::listener::Subscriptions;
use crate::metric::Combination;
use crate::metric::InstrumentInfo;
use crate::metric::LabelSets;
use crate::metric::Value;
use crate::model::Clock;
use crate::model::Family;
use crate::model::Filter;
use crate::model::GOLDEN;
use crate::model::Head;
use crate::model::LabelRef;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Signals;
use crate::model::mix;
use crate::model::sync::AtomicBool;
use crate::model::sync::AtomicU64;
use crate::model::sync::AtomicUsize;
use crate::model::sync::Mutex;
use crate::model::sync::MutexGuard;
use crate::model::sync::meeting;
use crate::recorder::SpanBatch;

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
}

/// The inside of a monitor.
pub(crate) struct Core {
    id: u64,
    config: CoreConfig,
    seconds_per_tick: f64,
    started: SystemTime,
    closed: AtomicBool,
    /// Closed, and the last spans were taken: what is left over is nobody's. Changes under the lock of `lanes`.
    ended: AtomicBool,
    lanes: Mutex<Vec<LaneState>>,
    retired: Mutex<Counted>,
    labels: Mutex<LabelSets>,
    rejected: AtomicU64,
    flattened: AtomicU64,
    budget: AtomicUsize,
    alarm: Alarm,
    /// Only one thread takes spans at a time.
    taking: Mutex<()>,
    random: AtomicU64,
    panicked: AtomicU64,
    /// None when the monitor has ended. Held for reading only as long as it takes to copy it.
    ears: RwLock<Option<Arc<Ears>>>,
    trouble: Arc<Trouble>,
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
        let random = std::hash::BuildHasher::hash_one(&seed, SystemTime::now());
        let trouble = Arc::new(Trouble::default());
        let listeners = mem::take(&mut config.listeners);
        let tempered = listeners.iter().map(|listener| (listener, Arc::new(Temper::new(config.rest))));
        let ears = Ears::new(tempered, config.clock.clone(), Arc::clone(&trouble));
        let core = Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            seconds_per_tick: config.clock.seconds_per_tick(),
            started: config.clock.anchor().1,
            budget: AtomicUsize::new(config.chunks),
            config,
            closed: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            lanes: Mutex::default(),
            retired: Mutex::default(),
            labels: Mutex::default(),
            rejected: AtomicU64::new(0),
            flattened: AtomicU64::new(0),
            alarm: Alarm::default(),
            taking: Mutex::default(),
            random: AtomicU64::new(random),
            panicked: AtomicU64::new(0),
            ears: RwLock::new(Some(Arc::new(ears))),
            trouble,
        });
        declare_all();
        sources::add(&core);
        core
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
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

    pub(crate) fn wants_spans(&self) -> bool {
        self.config.signals.contains(Signals::SPANS)
    }

    /// Whether some recorder takes events.
    pub(crate) fn wants_events(&self) -> bool {
        false
    }

    /// Its listeners, if any of them hears this family; none when it has ended.
    pub(crate) fn ears_for(&self, family: &'static Family) -> Option<Arc<Ears>> {
        self.with_ears(|ears| ears.hear_of(family).then(|| Arc::clone(ears))).flatten()
    }

    /// Whether a listener or a recorder of it wants events of this family.
    pub(crate) fn hears(&self, family: &'static Family) -> bool {
        self.wants_events() || self.with_ears(|ears| ears.hear_of(family)).unwrap_or(false)
    }

    /// What is looked up here runs no code of a listener, and keeps none.
    fn with_ears<R>(&self, look: impl FnOnce(&Arc<Ears>) -> R) -> Option<R> {
        match self.ears.try_read() {
            Ok(ears) => ears.as_ref().map(look),
            Err(TryLockError::Poisoned(ears)) => ears.into_inner().as_ref().map(look),
            // Somebody ends it right now.
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// What went wrong with its listeners.
    pub(crate) fn trouble(&self) -> &Trouble {
        &self.trouble
    }

    /// What this monitor takes from a callsite.
    pub(crate) fn signals(&self, metadata: &Metadata) -> Signals {
        self.config
            .filter
            .signals(metadata.module)
            .intersection(metadata.signals)
            .intersection(self.config.signals)
    }

    /// Whether this monitor takes the values of an instrument: only a declared one has a module, and so a filter.
    pub(crate) fn shows(&self, info: &InstrumentInfo) -> bool {
        info.module.is_empty() || self.config.filter.signals(info.module).contains(Signals::METRICS)
    }

    /// The beginning of a record's head for a source, or why there is none.
    pub(crate) fn head(&self, source: u32) -> u64 {
        let Some(source_kind) = sources::source(source) else { return SILENT };
        match source_kind {
            Source::Callsite(callsite) => {
                let signals = self.signals(callsite.metadata());
                let bridged = callsite.is_bridged();
                if self.is_closed() || (signals.is_empty() && !bridged) {
                    return SILENT;
                }
                let mut flags = 0;
                if signals.contains(Signals::SPANS) {
                    flags |= Head::SPAN;
                }
                if signals.contains(Signals::METRICS) {
                    flags |= Head::METRICS;
                }
                let head = Head::call(source, 0, 0, Outcome::Ok, flags).word();
                let slow = bridged || self.config.clock.is_manual() || !callsite.metadata().fields.is_empty();
                match slow {
                    true => head | SLOW,
                    false if ticks::are_in_place() => head | FAST,
                    false => head | STEADY,
                }
            }
            Source::Family(_) => SILENT,
            Source::Instrument(info) if !self.shows(info) => SILENT,
            Source::Instrument(_) => {
                let head = Head::call(source, 0, 0, Outcome::Ok, Head::TICK).word();
                if hook::values_wanted() { head | SLOW } else { head | FAST }
            }
        }
    }

    /// The explicit bucket bounds of a source.
    pub(crate) fn bounds(source: u32) -> &'static [f64] {
        match sources::source(source) {
            Some(Source::Callsite(callsite)) => callsite.metadata().buckets,
            Some(Source::Instrument(info)) => info.buckets,
            Some(Source::Family(_)) | None => &[],
        }
    }

    /// The slot of these label values.
    #[cold]
    pub(crate) fn slot(&self, source: u32, values: &[LabelRef<'_>], max: u32) -> u16 {
        let combination = Combination::new(values, max);
        self.labels().slot(source, combination)
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
        self.lanes().push(LaneState { lane, orphaned: false });
        lane
    }

    /// The thread of this lane has gone, or is done with it.
    pub(crate) fn detach(&self, lane: &'static Lane) {
        let mut lanes = self.lanes();
        if let Some(state) = lanes.iter_mut().find(|state| std::ptr::eq(state.lane, lane)) {
            state.orphaned = true;
        }
        // Where spans are taken, a lane goes only when they were, and never while they are.
        if !self.wants_spans() || self.ended.load(Ordering::Relaxed) {
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

    /// Takes the spans that nobody took yet, lane by lane; `hand_over` is called with a batch of at least
    /// `limit` spans, and at the end with the rest. With `partial` also those of chunks that are being written.
    pub(crate) fn take(&self, partial: bool, limit: usize, hand_over: &mut dyn FnMut(SpanBatch)) {
        let _taking = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.wants_spans() || self.ended.load(Ordering::Relaxed) {
            return;
        }
        let last = partial && self.is_closed();
        self.alarm.clear();
        let states: Vec<_> = self.lanes().iter().map(|state| (state.lane, state.orphaned)).collect();
        let mut batch = self.batch();
        for (lane, orphaned) in states {
            if partial || orphaned || lane.has_full() {
                lane.take(self, partial || orphaned, &mut |slots| {
                    batch.extend(slots);
                    if batch.weight() >= limit {
                        hand_over(std::mem::replace(&mut batch, self.batch()));
                    }
                });
            }
            if partial {
                self.budget.fetch_add(lane.trim(KEPT), Ordering::Relaxed);
            }
        }
        if !batch.is_empty() {
            hand_over(batch);
        }
        // A lane that was orphaned meanwhile may hold spans that were not taken: it is buried next time.
        let mut lanes = self.lanes();
        let (mut done, rest): (Vec<_>, Vec<_>) =
            lanes.drain(..).partition(|state| state.orphaned && (last || !state.lane.has_untaken()));
        *lanes = rest;
        self.bury(&mut done);
        if last {
            self.ended.store(true, Ordering::Relaxed);
        }
    }

    fn batch(&self) -> SpanBatch {
        SpanBatch::new(&RegisteredNames, self.config.clock.anchor(), self.seconds_per_tick)
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

    /// A label, a field or a look at a result has panicked.
    #[cold]
    pub(crate) fn note_panic(&self) {
        self.panicked.fetch_add(1, Ordering::Relaxed);
    }

    /// A span lay too deep to have others below it.
    pub(crate) fn note_flattened(&self) {
        self.flattened.fetch_add(1, Ordering::Relaxed);
    }

    /// How many spans lay too deep to have others below them.
    pub(crate) fn flattened(&self) -> u64 {
        self.flattened.load(Ordering::Relaxed)
    }

    /// A value was not recorded, since it is no number.
    #[cold]
    pub(crate) fn note_rejected(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    /// How many values were not recorded at all.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// How many labels, fields and looks at a result have panicked.
    pub(crate) fn evaluations_panicked(&self) -> u64 {
        self.panicked.load(Ordering::Relaxed)
    }

    /// Spans for which there was no room, so far.
    pub(crate) fn spans_lost(&self) -> u64 {
        let lanes = self.lanes();
        self.retired().ledger.dropped + lanes.iter().map(|state| state.lane.dropped()).sum::<u64>()
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
        let ears = self.ears.write().unwrap_or_else(PoisonError::into_inner).take();
        // What listeners hold, such as a channel, ends here, and not when the last thread forgets the monitor.
        drop(ears);
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
