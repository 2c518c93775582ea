//! The observed program, again and again on threads of its own, within bounds: a slow recorder must not have more to do
//! the slower it is.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;

use crate::conformance::program;
use crate::conformance::program::Results;

/// What the threads that make calls and the one that is in their way know of each other.
#[derive(Debug, Default)]
pub(crate) struct Load {
    over: AtomicBool,
    begun: AtomicU64,
    allowed: AtomicU64,
    ended: AtomicU64,
    wrong: AtomicU64,
}

impl Load {
    /// Runs the program by `run` as often as it is allowed, until it is over.
    pub(crate) fn carry(&self, run: impl Fn() -> Results) {
        let expected = program::run();
        while !self.over.load(Ordering::Relaxed) {
            if self.begun.load(Ordering::Relaxed) >= self.allowed.load(Ordering::Relaxed) {
                thread::yield_now();
                continue;
            }
            self.begun.fetch_add(1, Ordering::Relaxed);
            let differs = run() != expected;
            self.wrong.fetch_add(u64::from(differs), Ordering::Relaxed);
            self.ended.fetch_add(1, Ordering::Release);
        }
    }

    /// Allows so many runs from now on.
    pub(crate) fn allow(&self, runs: u64) {
        self.allowed.store(self.begun.load(Ordering::Relaxed) + runs, Ordering::Relaxed);
    }

    /// How many runs have ended.
    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::Acquire)
    }

    /// Ends it; those that run do so to their end.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// How many runs had other results than when nobody looks.
    pub(crate) fn wrong(&self) -> u64 {
        self.wrong.load(Ordering::Relaxed)
    }
}
