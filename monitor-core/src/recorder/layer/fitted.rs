//! A recorder with another name, or fed in another way than it asks for.

use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::Tally;
use crate::model::TraceIds;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;

/// A recorder with another name, or fed in another way than it asks for. See
/// [`RecorderExt`](crate::layers::RecorderExt).
#[derive(Debug)]
pub struct Fitted<R> {
    recorder: R,
    name: Option<String>,
    delivery: Option<Delivery>,
    events: Option<Delivery>,
}

impl<R: Recorder> Fitted<R> {
    pub(crate) fn fed(recorder: R, delivery: Delivery) -> Self {
        Self { recorder, name: None, events: Some(delivery.clone()), delivery: Some(delivery) }
    }

    pub(crate) fn fed_with_events(recorder: R, delivery: Delivery) -> Self {
        Self { recorder, name: None, delivery: None, events: Some(delivery) }
    }

    pub(crate) fn named(recorder: R, name: String) -> Self {
        Self { recorder, name: Some(name), delivery: None, events: None }
    }
}

impl<R: Recorder> Recorder for Fitted<R> {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.recorder.name())
    }

    fn signals(&self) -> Signals {
        self.recorder.signals()
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone().unwrap_or_else(|| self.recorder.delivery())
    }

    fn event_delivery(&self) -> Delivery {
        self.events.clone().unwrap_or_else(|| self.recorder.event_delivery())
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

    fn owned_metrics(&mut self, snapshot: Snapshot) -> Result<(), RecorderError> {
        self.recorder.owned_metrics(snapshot)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        self.recorder.flush()
    }

    fn held(&self) -> Tally {
        self.recorder.held()
    }
}
