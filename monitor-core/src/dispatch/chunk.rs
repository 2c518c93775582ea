//! A piece of a thread's buffer: records that one thread appends and others read.

use std::array;
use std::ops::Range;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use crate::model::Head;
use crate::model::Slot;
use crate::model::sync::AtomicU32;
use crate::model::sync::Mutex;
use crate::model::sync::meeting;

/// How many records a chunk holds: 16 KiB, so that one that is used over and over stays in the first cache.
/// With loom so few that a model fills some.
pub(crate) const CAPACITY: usize = if cfg!(loom) { 2 } else { 256 };

meeting! {
    /// Chunks that no lane uses. They are never given back to the system: their number is that of the busiest
    /// moment, which the monitors' budgets bound.
    static SPARE: Mutex<Vec<&'static Chunk>> = Mutex::new(Vec::new());
}

/// Records in the order in which their thread wrote them.
///
/// `length` is published by the owner with release order after the record's words; readers load it with
/// acquire order, so they see whole records only. `folded`, `taken` and `exported` change under the lane's lock.
#[repr(align(64))]
pub(crate) struct Chunk {
    length: AtomicU32,
    folded: AtomicU32,
    taken: AtomicU32,
    /// How many of the folded records are spans and events.
    exported: AtomicU32,
    slots: [Slot; CAPACITY],
}

impl Chunk {
    /// A chunk from the spare ones, or a new one.
    pub(crate) fn obtain() -> &'static Chunk {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| {
            Box::leak(Box::new(Chunk {
                length: AtomicU32::new(0),
                folded: AtomicU32::new(0),
                taken: AtomicU32::new(0),
                exported: AtomicU32::new(0),
                slots: array::from_fn(|_| Slot::new()),
            }))
        })
    }

    /// Makes the chunk a spare one; nobody may use it any more.
    pub(crate) fn release(&'static self) {
        self.reset();
        SPARE.lock().unwrap_or_else(PoisonError::into_inner).push(self);
    }

    /// Appends a record; only the owner does. Tells whether the chunk is full now.
    #[inline(always)]
    pub(crate) fn append(&self, write: impl FnOnce(&Slot)) -> bool {
        let length = self.length.load(Ordering::Relaxed) as usize;
        // A full chunk is turned before anything else is written, so that this is always the length itself.
        let place = length % CAPACITY;
        write(&self.slots[place]);
        self.length.store(place as u32 + 1, Ordering::Release);
        place == CAPACITY - 1
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.length.load(Ordering::Acquire) as usize
    }

    /// The records that were not folded yet; they count as folded from now on.
    pub(crate) fn unfolded(&self) -> &[Slot] {
        self.slots.get(advance(&self.folded, self.len())).unwrap_or_default()
    }

    /// The first `length` records but those that were taken for export; they count as taken from now on.
    pub(crate) fn untaken(&self, length: usize) -> &[Slot] {
        self.slots.get(advance(&self.taken, length)).unwrap_or_default()
    }

    /// How many records there are before the fields of a span or event that is not written yet.
    pub(crate) fn whole(&self) -> usize {
        let written = self.slots.get(..self.len()).unwrap_or_default();
        written.iter().rposition(|slot| !slot.head().has(Head::PAYLOAD)).map_or(0, |last| last + 1)
    }

    /// So many more spans and events were folded. Under the lane's lock.
    pub(crate) fn add_exported(&self, more: u64) {
        self.exported.store(self.exported.load(Ordering::Relaxed) + more as u32, Ordering::Relaxed);
    }

    /// Whether there is any span or event among the folded records. Under the lane's lock.
    pub(crate) fn has_exported(&self) -> bool {
        self.exported.load(Ordering::Relaxed) > 0
    }

    /// Whether each record was folded. Under the lane's lock, and only of a full chunk.
    pub(crate) fn is_folded(&self) -> bool {
        self.folded.load(Ordering::Relaxed) as usize == self.len()
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Relaxed) as usize == self.len()
    }

    /// Forgets every record. Under the lane's lock, and only while the owner does not write.
    pub(crate) fn reset(&self) {
        self.folded.store(0, Ordering::Relaxed);
        self.taken.store(0, Ordering::Relaxed);
        self.exported.store(0, Ordering::Relaxed);
        self.length.store(0, Ordering::Release);
    }
}

fn advance(mark: &AtomicU32, to: usize) -> Range<usize> {
    let from = mark.load(Ordering::Relaxed) as usize;
    mark.store(to as u32, Ordering::Relaxed);
    from..to
}
