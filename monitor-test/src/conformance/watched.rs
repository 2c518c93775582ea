//! A recorder around another one, to see what it gets and says.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use monitor_core::Delivery;
use monitor_core::EventBatch;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::Snapshot;
use monitor_core::SnapshotSource;
use monitor_core::SpanBatch;
use monitor_core::Tally;
use monitor_core::TraceIds;

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
    events: usize,
    spans: usize,
    flushes: usize,
    errors: Vec<String>,
    /// Set when the recorder is gone.
    dropped: bool,
}

impl Watched {
    pub(crate) fn new(inner: Box<dyn Recorder>) -> (Self, Seen) {
        let seen = Seen::default();
        (Self { inner, seen: seen.clone() }, seen)
    }

    fn note(&self, result: Result<(), RecorderError>) -> Result<(), RecorderError> {
        let mut notes = self.seen.notes();
        // What it has no place for it may refuse, and say how much that was; what may pass is tried again.
        let told = |error: &&RecorderError| error.rejected_count().is_none() && !error.is_retryable();
        let refused = result.as_ref().err().filter(told);
        notes.errors.extend(refused.map(ToString::to_string));
        result
    }
}

impl Seen {
    pub(crate) fn events(&self) -> usize {
        self.notes().events
    }

    pub(crate) fn spans(&self) -> usize {
        self.notes().spans
    }

    pub(crate) fn flushes(&self) -> usize {
        self.notes().flushes
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.notes().dropped
    }

    pub(crate) fn errors(&self) -> Vec<String> {
        self.notes().errors.clone()
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.seen.notes().dropped = true;
    }
}

impl Recorder for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signals(&self) -> Signals {
        self.inner.signals()
    }

    fn delivery(&self) -> Delivery {
        self.inner.delivery()
    }

    fn event_delivery(&self) -> Delivery {
        self.inner.event_delivery()
    }

    fn trace_ids(&self) -> TraceIds {
        self.inner.trace_ids()
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        self.inner.start(source)
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let result = self.inner.spans(batch);
        if !comes_again(&result) {
            self.seen.notes().spans += batch.len();
        }
        self.note(result)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let result = self.inner.events(batch);
        if !comes_again(&result) {
            self.seen.notes().events += batch.len();
        }
        self.note(result)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        let result = self.inner.metrics(snapshot);
        self.note(result)
    }

    fn owned_metrics(&mut self, snapshot: Snapshot) -> Result<(), RecorderError> {
        let result = self.inner.owned_metrics(snapshot);
        self.note(result)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        self.seen.notes().flushes += 1;
        let result = self.inner.flush();
        self.note(result)
    }

    fn held(&self) -> Tally {
        self.inner.held()
    }
}

/// Whether the same batch comes once more.
fn comes_again(result: &Result<(), RecorderError>) -> bool {
    result.as_ref().is_err_and(RecorderError::is_retryable)
}
