//! A recorder that is fed in another way than it asks for.

use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::TraceIds;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;

/// A recorder that is fed in another way than it asks for. See [`RecorderExt::fed`](crate::layers::RecorderExt::fed).
#[derive(Debug)]
pub struct Fed<R> {
    recorder: R,
    delivery: Delivery,
}

impl<R: Recorder> Fed<R> {
    pub(crate) fn new(recorder: R, delivery: Delivery) -> Self {
        Self { recorder, delivery }
    }
}

impl<R: Recorder> Recorder for Fed<R> {
    fn name(&self) -> &str {
        self.recorder.name()
    }

    fn signals(&self) -> Signals {
        self.recorder.signals()
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn trace_ids(&self) -> TraceIds {
        self.recorder.trace_ids()
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        self.recorder.start(source)
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.recorder.spans(batch)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.recorder.events(batch)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.recorder.metrics(snapshot)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        self.recorder.flush()
    }
}
