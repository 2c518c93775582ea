//! Where a thread stands.

use std::sync::atomic::Ordering;

use crate::model::sync::PlainU64;

/// Where the thread stands; only the owner uses it, but for the seed.
#[derive(Default)]
pub(crate) struct Context {
    pub(crate) span: Word,
    /// From what the trace's identifier grows, as in a record.
    pub(crate) trace_high: Word,
    pub(crate) trace_low: Word,
    /// The upper word of every trace that begins on this lane. Where it tells the time, the collector sets it again and
    /// again, so that the owner need not look at a clock.
    pub(crate) seed: Word,
    /// Ticks of the finished children of the current call.
    pub(crate) child: Word,
    /// The last span identifier given.
    pub(crate) identifier: Word,
    /// Calls under way that hold on to this lane.
    pub(crate) active: Word,
}

impl Context {
    /// Traces that begin on this lane from now on tell this time in their identifiers, in seconds since 1970.
    pub(crate) fn stamp(&self, seconds: u32) {
        let seed = self.seed.get();
        let stamped = u64::from(seconds) << 32 | seed & u64::from(u32::MAX);
        if seed != stamped {
            self.seed.set(stamped);
        }
    }
}

/// A number that one thread uses; atomic only so that a lane can be lent from thread to thread.
#[derive(Default)]
pub(crate) struct Word(PlainU64);

impl Word {
    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn replace(&self, value: u64) -> u64 {
        let before = self.get();
        self.set(value);
        before
    }
}
