//! A recorder around another one, to see what it gets and says.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::Snapshot;
use monitor_core::SpanBatch;

/// A recorder around another one, to see what it gets and says.
pub(crate) struct Watched {
    inner: Box<dyn Recorder>,
    seen: Seen,
}

/// What a recorder got and said.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    notes: Arc<Mutex<Notes>>,
}

#[derive(Default)]
struct Notes {
    spans: usize,
    errors: Vec<String>,
}

impl Watched {
    pub(crate) fn new(inner: Box<dyn Recorder>) -> (Self, Seen) {
        let seen = Seen::default();
        (Self { inner, seen: seen.clone() }, seen)
    }

    fn note(&self, spans: usize, result: Result<(), RecorderError>) -> Result<(), RecorderError> {
        let mut notes = self.seen.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.spans += spans;
        notes.errors.extend(result.as_ref().err().map(ToString::to_string));
        result
    }
}

impl Seen {
    pub(crate) fn spans(&self) -> usize {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).spans
    }

    pub(crate) fn errors(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).errors.clone()
    }
}

impl Recorder for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signals(&self) -> Signals {
        self.inner.signals()
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let result = self.inner.spans(batch);
        self.note(batch.len(), result)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        let result = self.inner.metrics(snapshot);
        self.note(0, result)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        let result = self.inner.flush();
        self.note(0, result)
    }
}
