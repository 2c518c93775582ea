//! A recorder that does what a test says.

use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::SpanBatch;

/// A recorder of spans that does with each batch what a test says.
pub(crate) struct Scripted<F> {
    name: &'static str,
    spans: F,
}

impl<F: FnMut(&SpanBatch) -> Result<(), RecorderError> + Send> Scripted<F> {
    pub(crate) fn new(name: &'static str, spans: F) -> Self {
        Self { name, spans }
    }
}

impl<F: FnMut(&SpanBatch) -> Result<(), RecorderError> + Send> Recorder for Scripted<F> {
    fn name(&self) -> &str {
        self.name
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        (self.spans)(batch)
    }
}
