//! A recorder of events that does what a test says.

use monitor_core::EventBatch;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;

/// A recorder of events that does with each batch what a test says.
pub(crate) struct ScriptedEvents<F> {
    name: &'static str,
    events: F,
}

impl<F: FnMut(&EventBatch) -> Result<(), RecorderError> + Send> ScriptedEvents<F> {
    pub(crate) fn new(name: &'static str, events: F) -> Self {
        Self { name, events }
    }
}

impl<F: FnMut(&EventBatch) -> Result<(), RecorderError> + Send> Recorder for ScriptedEvents<F> {
    fn name(&self) -> &str {
        self.name
    }

    fn signals(&self) -> Signals {
        Signals::EVENTS
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        (self.events)(batch)
    }
}
