//! A monitor's core as the pipeline sees it.

use std::sync::Arc;
use std::thread::Thread;

use crate::dispatch::Core;
use crate::dispatch::suppress;
use crate::export::Collected;
use crate::export::Source;
use crate::metric::Snapshot;
use crate::model::Tally;
use crate::recorder::Batch;

/// A monitor's core as the pipeline sees it.
pub(crate) struct CoreSource {
    core: Arc<Core>,
}

impl CoreSource {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }
}

impl Source for CoreSource {
    fn take(&self, collected: Collected, limit: usize, hand_over: &mut dyn FnMut(Batch)) {
        self.core.take(collected == Collected::Everything, limit, hand_over);
    }

    fn snapshot(&self) -> Snapshot {
        self.core.snapshot()
    }

    fn lost(&self) -> Tally {
        self.core.lost()
    }

    fn recorded(&self) -> Tally {
        self.core.recorded()
    }

    fn set_collector(&self, thread: Thread) {
        self.core.alarm().set_collector(thread);
    }

    fn may_sleep(&self) -> bool {
        self.core.alarm().may_sleep()
    }

    fn wake_collector(&self) {
        self.core.alarm().wake();
    }

    fn prepare_thread(&self) {
        suppress();
    }
}
