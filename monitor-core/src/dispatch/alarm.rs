//! What wakes the thread that takes spans, when many chunks wait.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::thread::Thread;

use crate::model::sync::AtomicBool;
use crate::model::sync::AtomicUsize;
use crate::model::sync::Mutex;

/// How many chunks may wait before the collector is woken, 2 MiB: waking it costs the thread that does it a call of the
/// system, which this many chunks make cheap.
const MANY: usize = if cfg!(loom) { 1 } else { 128 };

/// What wakes the collector.
///
/// The collector says that it sleeps and then looks at what waits; a thread adds to what waits and then looks
/// whether the collector sleeps. At least one of them must see the other. Both change `waiting`, the collector by
/// nothing at all, so that one of the two changes reads the other: with acquire and release order, whatever was done
/// before the first is seen after the second.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    waiting: AtomicUsize,
    sleeping: AtomicBool,
    collector: Mutex<Option<Thread>>,
}

impl Alarm {
    /// A chunk waits; wakes the collector when many do.
    pub(crate) fn nudge(&self) {
        let waiting = self.waiting.fetch_add(1, Ordering::AcqRel) + 1;
        if waiting >= MANY
            && self.sleeping.swap(false, Ordering::Relaxed)
            && let Ok(collector) = self.collector.try_lock()
            && let Some(thread) = &*collector
        {
            thread.unpark();
        }
    }

    /// The collector begins to take what waits.
    pub(crate) fn clear(&self) {
        self.waiting.swap(0, Ordering::AcqRel);
    }

    /// The collector is about to sleep; false if enough waits already.
    pub(crate) fn may_sleep(&self) -> bool {
        self.sleeping.store(true, Ordering::Relaxed);
        self.waiting.fetch_add(0, Ordering::AcqRel) < MANY
    }

    /// Whether the collector has gone to sleep and nobody has woken it.
    #[cfg(all(test, loom))]
    pub(crate) fn is_asleep(&self) -> bool {
        self.sleeping.load(Ordering::Relaxed)
    }

    /// The thread that takes spans.
    pub(crate) fn set_collector(&self, thread: Thread) {
        *self.collector.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }

    /// Wakes the collector in any case.
    pub(crate) fn wake(&self) {
        if let Some(thread) = &*self.collector.lock().unwrap_or_else(PoisonError::into_inner) {
            thread.unpark();
        }
    }
}
