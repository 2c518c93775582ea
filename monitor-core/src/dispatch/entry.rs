//! What a lane knows of each source: whether it records, and how many calls it has begun.

use std::array;
use std::sync::atomic::Ordering;

use crate::dispatch::static_ref::StaticRef;
use crate::model::Head;
use crate::model::sync::AtomicU64;

const PAGE: usize = if cfg!(loom) { 2 } else { 512 };
const PAGES: usize = if cfg!(loom) { 2 } else { 128 };

/// The most sources that are recorded; what is beyond stays silent.
pub(crate) const MAX_SOURCES: u32 = (PAGE * PAGES) as u32;

/// With a head: the source has been asked about, each call has nothing to do but to write a record, and the clock
/// is read in place.
pub(crate) const FAST: u64 = 1 << 63;
/// The same, but the clock is read through its crate.
pub(crate) const STEADY: u64 = Head::MAX_SOURCES as u64;
/// With a head: each call has nothing to do but to write a record.
pub(crate) const PLAIN: u64 = FAST | STEADY;
/// The source has been asked about, and is not recorded.
pub(crate) const SILENT: u64 = Head::PAYLOAD;
/// With a head: the source has been asked about, and each call has more to do than to write a record.
pub(crate) const SLOW: u64 = Head::FIELDS;
/// The source has not been asked about.
pub(crate) const UNKNOWN: u64 = 0;

/// One source in one lane.
pub(crate) struct Entry {
    /// Calls begun on this thread; only the owner writes.
    started: AtomicU64,
    /// The beginning of a record's head, with a mark; or one of the marks above that stand alone.
    head: AtomicU64,
}

impl Entry {
    fn new() -> Self {
        Self { started: AtomicU64::new(0), head: AtomicU64::new(UNKNOWN) }
    }

    #[inline]
    pub(crate) fn head(&self) -> u64 {
        self.head.load(Ordering::Relaxed)
    }

    pub(crate) fn set_head(&self, head: u64) {
        self.head.store(head, Ordering::Relaxed);
    }

    /// One more call has begun; only the owner says so. Whoever sees that sees the records of the calls before it as
    /// well, so that these do not count as under way: hence release and acquire order.
    #[inline]
    pub(crate) fn begin(&self) {
        self.started.store(self.started.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    pub(crate) fn started(&self) -> u64 {
        self.started.load(Ordering::Acquire)
    }

    fn clear(&self) {
        self.started.store(0, Ordering::Relaxed);
        self.head.store(UNKNOWN, Ordering::Relaxed);
    }
}

/// The entries of one lane, in pages that are made when first needed and kept. The first one is always needed, and
/// found without a look at the others.
pub(crate) struct Entries {
    first: [Entry; PAGE],
    others: [StaticRef<[Entry; PAGE]>; PAGES - 1],
}

impl Entries {
    pub(crate) fn new() -> Self {
        Self { first: array::from_fn(|_| Entry::new()), others: array::from_fn(|_| StaticRef::empty()) }
    }

    #[inline(always)]
    pub(crate) fn find(&'static self, source: u32) -> Option<&'static Entry> {
        match self.first.get(source as usize) {
            None => self.find_beyond(source),
            found => found,
        }
    }

    #[inline]
    fn find_beyond(&self, source: u32) -> Option<&'static Entry> {
        let (page, entry) = place(source)?;
        self.others.get(page)?.load()?.get(entry)
    }

    /// The entry of a source, made if need be; only the owner does. None beyond the bound.
    pub(crate) fn obtain(&'static self, source: u32) -> Option<&'static Entry> {
        if let Some((page, _)) = place(source) {
            let page = self.others.get(page)?;
            if page.load().is_none() {
                page.store(Some(Box::leak(Box::new(array::from_fn(|_| Entry::new())))));
            }
        }
        self.find(source)
    }

    /// Every entry that exists, with its source.
    pub(crate) fn iter(&'static self) -> impl Iterator<Item = (u32, &'static Entry)> {
        let others =
            self.others.iter().enumerate().filter_map(|(page, entries)| Some((page + 1, entries.load()?)));
        std::iter::once((0, &self.first)).chain(others).flat_map(|(page, entries)| {
            entries.iter().enumerate().map(move |(entry, it)| ((page * PAGE + entry) as u32, it))
        })
    }

    /// Keeps the fast path from running: the monitor has ended. The rest of each head stays, for a call that
    /// begins at this moment.
    pub(crate) fn retire_heads(&'static self) {
        self.iter().for_each(|(_, entry)| {
            entry.head.fetch_and(!PLAIN, Ordering::Relaxed);
        });
    }

    /// Forgets everything.
    pub(crate) fn clear(&'static self) {
        self.iter().for_each(|(_, entry)| entry.clear());
    }
}

/// Where a source lies that is not on the first page: the number of its page among the others, and its place there.
fn place(source: u32) -> Option<(usize, usize)> {
    let source = (source as usize).checked_sub(PAGE)?;
    Some((source / PAGE, source % PAGE))
}
