//! A recorder around another one that breaks now and then.

use std::panic::resume_unwind;

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

/// A recorder around another one: of three times that something is to be shipped, it panics once and fails once.
pub(crate) struct Broken {
    inner: Box<dyn Recorder>,
    times: u64,
}

impl Broken {
    pub(crate) fn new(inner: Box<dyn Recorder>) -> Self {
        Self { inner, times: 0 }
    }

    fn breaks(&mut self) -> Result<(), RecorderError> {
        self.times += 1;
        match self.times % 3 {
            // No message on the terminal: nothing is wrong.
            1 => resume_unwind(Box::new("broken now and then")),
            2 => Err(RecorderError::new("broken now and then")),
            _ => Ok(()),
        }
    }
}

impl Recorder for Broken {
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
        self.breaks()?;
        self.inner.spans(batch)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.breaks()?;
        self.inner.events(batch)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.breaks()?;
        self.inner.metrics(snapshot)
    }

    fn owned_metrics(&mut self, snapshot: Snapshot) -> Result<(), RecorderError> {
        self.breaks()?;
        self.inner.owned_metrics(snapshot)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        self.breaks()?;
        self.inner.flush()
    }

    fn held(&self) -> Tally {
        self.inner.held()
    }
}
