//! One thread's buffer for one monitor.
//!
//! | part | written by | read by |
//! |---|---|---|
//! | context, identifiers, the current chunk's records | the owner | the owner; records also by whoever folds |
//! | the time in the seed of traces | whoever attaches or collects | the owner |
//! | `free` and `full` | owner, collector | both |
//! | cells, marks of chunks | whoever holds the lock | the same |
//!
//! A chunk is in one of four places: current (the owner writes), full (the collector may take it), free (the
//! owner may take it), or not there. The owner only tries the lock: when somebody folds at that moment, the
//! chunk is left to them and the next free one is taken.

use std::array;
use std::sync::PoisonError;
use std::sync::TryLockError;
use std::sync::atomic::Ordering;

use crate::dispatch::chunk::CAPACITY;
use crate::dispatch::chunk::Chunk;
use crate::dispatch::context::Context;
use crate::dispatch::core::Core;
use crate::dispatch::counted::Ledger;
use crate::dispatch::entry::Entries;
use crate::dispatch::flight::Hangar;
use crate::dispatch::marks::Marks;
use crate::dispatch::short_labels::ShortLabels;
use crate::dispatch::static_ref::StaticRef;
use crate::model::Slot;
use crate::model::WORDS;
use crate::model::sync::AtomicU32;
use crate::model::sync::AtomicU64;
use crate::model::sync::Mutex;
use crate::model::sync::MutexGuard;
use crate::model::sync::meeting;

/// The most chunks of one lane: 4 MiB.
pub(crate) const CHUNKS: usize = if cfg!(loom) { 4 } else { 256 };
/// Makes the upper half of a trace's identifier differ from the thread's first span (digits of pi).
const SEED: u64 = 0x243f_6a88_85a3_08d3;
/// How often a snapshot looks at a lane whose thread goes on.
const READINGS: usize = 64;

meeting! {
    /// Lanes that no thread uses. Their number is that of the busiest moment.
    static SPARE: Mutex<Vec<&'static Lane>> = Mutex::new(Vec::new());
}

/// One thread's buffer for one monitor.
///
/// What each call needs comes first, in one cache line.
#[repr(C, align(128))]
pub(crate) struct Lane {
    pub(crate) context: Context,
    chunk: StaticRef<Chunk>,
    core: AtomicU64,
    pub(crate) hangar: Hangar,
    current: AtomicU32,
    pub(crate) entries: Entries,
    pub(crate) labels: ShortLabels,
    shared: Shared,
}

#[repr(align(128))]
struct Shared {
    ledger: Mutex<Ledger>,
    /// How many chunks the owner has left behind.
    turns: AtomicU64,
    free: Marks,
    full: Marks,
    /// Of each chunk, how many were left behind before it.
    order: [AtomicU64; CHUNKS],
    chunks: [StaticRef<Chunk>; CHUNKS],
}

impl Lane {
    /// A lane for `core`, a spare one or a new one.
    pub(crate) fn obtain(core: u64, random: u64) -> &'static Lane {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let lane = spare.unwrap_or_else(|| Box::leak(Box::new(Lane::new())));
        lane.core.store(core, Ordering::Relaxed);
        lane.context.identifier.set(random);
        lane.context.seed.set(random.rotate_left(32) ^ SEED);
        let chunk = Chunk::obtain();
        lane.shared.chunks[0].store(Some(chunk));
        lane.current.store(0, Ordering::Release);
        lane.chunk.store(Some(chunk));
        lane
    }

    fn new() -> Self {
        Self {
            context: Context::default(),
            entries: Entries::new(),
            labels: ShortLabels::default(),
            hangar: Hangar::default(),
            chunk: StaticRef::empty(),
            current: AtomicU32::new(0),
            core: AtomicU64::new(0),
            shared: Shared {
                ledger: Mutex::default(),
                turns: AtomicU64::new(0),
                free: Marks::default(),
                full: Marks::default(),
                order: array::from_fn(|_| AtomicU64::new(0)),
                chunks: array::from_fn(|_| StaticRef::empty()),
            },
        }
    }

    /// Gives everything back. The thread is gone, and what it recorded has been taken.
    pub(crate) fn release(&'static self) {
        *self.ledger() = Ledger::default();
        self.chunk.store(None);
        for place in 0..CHUNKS {
            self.shared.free.clear(place);
            self.shared.full.clear(place);
            if let Some(chunk) = self.shared.chunks[place].load() {
                self.shared.chunks[place].store(None);
                chunk.release();
            }
        }
        self.entries.clear();
        self.labels.clear();
        self.hangar.clear();
        for word in [&self.context.span, &self.context.child, &self.context.active] {
            word.set(0);
        }
        SPARE.lock().unwrap_or_else(PoisonError::into_inner).push(self);
    }

    /// The number of the monitor that this lane records for.
    #[inline]
    pub(crate) fn core(&self) -> u64 {
        self.core.load(Ordering::Relaxed)
    }

    /// Appends a record; only the owner does. True when the chunk is full and [`turn`](Self::turn) is due.
    #[inline(always)]
    pub(crate) fn append(&self, write: impl FnOnce(&Slot)) -> bool {
        self.chunk.load().is_some_and(|chunk| chunk.append(write))
    }

    /// Appends a record that is at hand; only the owner does.
    #[inline]
    pub(crate) fn push(&self, words: [u64; WORDS]) -> bool {
        self.append(|slot| slot.write(words))
    }

    /// Makes room for `records` in a row; only the owner does.
    pub(crate) fn reserve(&'static self, records: usize, core: Option<&Core>) {
        if self.chunk.load().is_some_and(|chunk| chunk.len() + records > CAPACITY) {
            self.leave(core);
        }
    }

    /// Goes on with an empty chunk, whether or not there still is a monitor; only the owner does.
    pub(crate) fn leave(&'static self, core: Option<&Core>) {
        match core {
            Some(core) => self.turn(core),
            // The thread is about to end, and has taken leave of the monitor.
            None => self.lose(),
        }
    }

    /// Folds the current chunk and goes on with an empty one; only the owner does.
    #[cold]
    #[inline(never)]
    pub(crate) fn turn(&'static self, core: &Core) {
        let Some(chunk) = self.chunk.load() else { return };
        let exported = core.exports();
        let lock = match self.shared.ledger.try_lock() {
            Ok(ledger) => Some(ledger),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        if let Some(mut ledger) = lock {
            // The others were folded in their turn, or are left to whoever had the lock then.
            ledger.fold(core, [chunk]);
            if !exported || !chunk.has_exported() {
                // Nobody but the fold wanted it.
                chunk.reset();
                return;
            }
        }
        let place = self.current.load(Ordering::Relaxed) as usize;
        if let Some((next, empty)) = self.next_chunk(core) {
            let turns = self.shared.turns.load(Ordering::Relaxed);
            self.shared.order[place].store(turns, Ordering::Relaxed);
            self.shared.full.set(place);
            self.shared.turns.store(turns + 1, Ordering::Release);
            self.current.store(next as u32, Ordering::Release);
            self.chunk.store(Some(empty));
            core.alarm().nudge();
            return;
        }
        // No room: what was not exported yet is lost, and counted. Waiting for the lock happens only when
        // somebody has held it for as long as it took to fill all the other chunks.
        let mut ledger = self.ledger();
        ledger.fold(core, [chunk]);
        ledger.give_up(chunk);
    }

    /// Makes room where there is no monitor any more that could fold: what nobody took is lost, and counted.
    fn lose(&'static self) {
        let Some(chunk) = self.chunk.load() else { return };
        self.ledger().give_up_unfolded(chunk);
    }

    /// A free chunk, or a new one if the budget allows it.
    fn next_chunk(&'static self, core: &Core) -> Option<(usize, &'static Chunk)> {
        for place in self.shared.free.iter() {
            // The collector may have given it back at this moment.
            if self.shared.free.clear(place)
                && let Some(chunk) = self.shared.chunks[place].load()
            {
                return Some((place, chunk));
            }
        }
        let place = self.shared.chunks.iter().position(|chunk| chunk.load().is_none())?;
        if !core.take_budget() {
            return None;
        }
        let chunk = Chunk::obtain();
        self.shared.chunks[place].store(Some(chunk));
        Some((place, chunk))
    }

    /// Folds what was not folded yet and gives the lock's holder the result, with the number of calls begun of
    /// each source.
    ///
    /// Calls go on meanwhile. What has ended is read last, so that no more calls are under way than there were;
    /// and all is read again while calls have ended in between, or begun where none had before, so that it is hardly
    /// ever fewer.
    pub(crate) fn folded(&'static self, core: &Core) -> (MutexGuard<'static, Ledger>, Vec<(u32, u64)>) {
        let mut ledger = self.ledger();
        self.fold(&mut ledger, core);
        let begun = || self.entries.iter().filter(|(_, entry)| entry.started() > 0);
        let mut entries: Vec<_> = begun().collect();
        let mut started = Vec::with_capacity(entries.len());
        for _ in 0..READINGS {
            started.clear();
            started.extend(entries.iter().map(|(source, entry)| (*source, entry.started())));
            if self.fold(&mut ledger, core) < 2 {
                if begun().count() == entries.len() {
                    break;
                }
                entries = begun().collect();
            }
        }
        if !core.exports() {
            // One that has become full since the last look goes next time.
            for (place, chunk) in self.full_chunks().filter(|(_, chunk)| chunk.is_folded()) {
                self.make_free(place, chunk);
            }
        }
        (ledger, started)
    }

    /// The current chunk is looked up before the full ones: the owner marks a chunk as full before it makes
    /// another one current, so that no chunk is missed. Gives the number of records.
    fn fold(&self, ledger: &mut Ledger, core: &Core) -> usize {
        let current = self.current_chunk();
        ledger.fold(core, current.into_iter().chain(self.full_chunks().map(|(_, chunk)| chunk)))
    }

    /// Takes the records that nobody took yet: those of full chunks and, if asked for, of the current one. Fields
    /// come together with what they belong to. Only one thread at a time may do this.
    pub(crate) fn take(&'static self, core: &Core, partial: bool, take: &mut dyn FnMut(&[Slot])) {
        let turns = self.take_full(core, take);
        if partial && !self.take_current(core, turns, take) {
            // The owner went on meanwhile, so that what was current is full.
            self.take_full(core, take);
        }
    }

    /// Takes the records of full chunks, in the order in which they were written. Gives how many chunks the owner had
    /// left behind when this began: later ones wait, since of those not each is sure to be seen.
    fn take_full(&'static self, core: &Core, take: &mut dyn FnMut(&[Slot])) -> u64 {
        let turns = self.shared.turns.load(Ordering::Acquire);
        let order = |place: usize| self.shared.order[place].load(Ordering::Relaxed);
        let chunks = self.full_chunks().map(|(place, chunk)| (order(place), place, chunk));
        let mut chunks: Vec<_> = chunks.filter(|(order, ..)| *order < turns).collect();
        chunks.sort_by_key(|(order, ..)| *order);
        for (_, place, chunk) in chunks {
            // Nobody else takes from a full chunk or changes it, so this needs no lock.
            take(chunk.untaken(chunk.len()));
            let mut ledger = self.ledger();
            ledger.fold(core, [chunk]);
            self.make_free(place, chunk);
        }
        turns
    }

    /// Takes the records of the current chunk, if it is the one after so many turns; tells whether it is.
    fn take_current(&'static self, core: &Core, turns: u64, take: &mut dyn FnMut(&[Slot])) -> bool {
        let mut ledger = self.ledger();
        let current = self.current_chunk().map(|chunk| (chunk, chunk.whole()));
        ledger.fold(core, current.map(|(chunk, _)| chunk));
        // The owner counts the turn before it makes another chunk current and writes there. So whoever sees such a
        // record sees the turn as well, even if it is in the same chunk, which was current, full and free meanwhile.
        if self.shared.turns.load(Ordering::Acquire) != turns {
            return false;
        }
        if let Some((chunk, whole)) = current {
            take(chunk.untaken(whole));
        }
        true
    }

    /// Whether there are records that no collector took. Only for a lane whose thread has gone.
    pub(crate) fn has_untaken(&self) -> bool {
        self.has_full() || self.current_chunk().is_some_and(|chunk| !chunk.is_taken())
    }

    /// Whether anything waits for the collector.
    pub(crate) fn has_full(&self) -> bool {
        self.shared.full.any()
    }

    /// Gives all free chunks but the first few back to the budget. Gives their number.
    ///
    /// A chunk is current until its owner has said which one is next, even if it was taken and is free already. So
    /// somebody may be folding it, which is what the lock is for.
    pub(crate) fn trim(&'static self, keep: usize) -> usize {
        let _ledger = self.ledger();
        let mut given = 0;
        for place in (keep..CHUNKS).rev() {
            if self.shared.free.clear(place)
                && let Some(chunk) = self.shared.chunks[place].load()
            {
                self.shared.chunks[place].store(None);
                chunk.release();
                given += 1;
            }
        }
        given
    }

    /// How many chunks the lane has beyond the one that every lane has.
    pub(crate) fn extra_chunks(&self) -> usize {
        self.shared.chunks.iter().filter(|chunk| chunk.load().is_some()).count().saturating_sub(1)
    }

    fn make_free(&self, place: usize, chunk: &Chunk) {
        chunk.reset();
        self.shared.full.clear(place);
        self.shared.free.set(place);
    }

    pub(crate) fn ledger(&'static self) -> MutexGuard<'static, Ledger> {
        self.shared.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current_chunk(&self) -> Option<&'static Chunk> {
        self.shared.chunks.get(self.current.load(Ordering::Acquire) as usize)?.load()
    }

    fn full_chunks(&self) -> impl Iterator<Item = (usize, &'static Chunk)> {
        self.shared.full.iter().filter_map(|place| Some((place, self.shared.chunks[place].load()?)))
    }
}
