//! Where a thread stands.

use std::sync::atomic::Ordering;

use crate::model::sync::PlainU64;

/// Where the thread stands; only the owner uses it.
#[derive(Default)]
pub(crate) struct Context {
    pub(crate) span: Word,
    /// From what the trace's identifier grows, as in a record.
    pub(crate) trace_high: Word,
    pub(crate) trace_low: Word,
    /// The upper word of every trace that begins on this lane.
    pub(crate) seed: Word,
    /// Ticks of the finished children of the current call.
    pub(crate) child: Word,
    /// The last span identifier given.
    pub(crate) identifier: Word,
    /// Calls under way that hold on to this lane.
    pub(crate) active: Word,
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
