//! A recorder with a layer over it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

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
use crate::recorder::layer::again::Again;

/// What changes batches on their way to a recorder.
///
/// ```
/// use monitor_core::layers::{Layer, RecorderExt};
/// use monitor_core::{Outcome, SpanBatch, recorders::Null};
///
/// /// Lets only through what went wrong.
/// struct Failed;
///
/// impl Layer for Failed {
///     fn spans(&mut self, batch: SpanBatch) -> SpanBatch {
///         batch.retained(|span| span.outcome() != Outcome::Ok)
///     }
/// }
///
/// let recorder = Null::default().layer(Failed);
/// # drop(recorder);
/// ```
pub trait Layer: Send + 'static {
    /// What is let through of the signals that the recorder takes.
    fn signals(&self, inner: Signals) -> Signals {
        inner
    }

    /// What the recorder gets in place of these spans; it may be some that came earlier and were held back.
    fn spans(&mut self, batch: SpanBatch) -> SpanBatch {
        batch
    }

    /// What the recorder gets in place of these events.
    fn events(&mut self, batch: EventBatch) -> EventBatch {
        batch
    }

    /// What the recorder gets in place of these metrics.
    fn metrics(&mut self, snapshot: Snapshot) -> Snapshot {
        snapshot
    }

    /// The spans that were held back until now, which are held back no longer.
    fn release(&mut self) -> SpanBatch {
        SpanBatch::default()
    }

    /// How many spans are held back. They count as queued.
    fn held(&self) -> usize {
        0
    }
}

/// A recorder with a layer over it.
pub struct Layered<L, R> {
    /// Shared with whoever asks for metrics, from threads of their own.
    layer: Arc<Mutex<L>>,
    recorder: R,
    spans: Again<SpanBatch>,
    events: Again<EventBatch>,
    /// What the layer has released, and the recorder could not ship yet.
    released: SpanBatch,
}

impl<L: Layer, R: Recorder> Layered<L, R> {
    pub(crate) fn new(layer: L, recorder: R) -> Self {
        Self {
            layer: Arc::new(Mutex::new(layer)),
            recorder,
            spans: Again::default(),
            events: Again::default(),
            released: SpanBatch::default(),
        }
    }
}

impl<L, R: Recorder> Layered<L, R> {
    /// Ships what was released. It is kept if that may go another time.
    fn ship_released(&mut self) -> Result<(), RecorderError> {
        let released = std::mem::take(&mut self.released);
        let shipped = if released.is_empty() { Ok(()) } else { self.recorder.spans(&released) };
        if shipped.as_ref().is_err_and(RecorderError::is_retryable) {
            self.released = released;
        }
        shipped
    }
}

/// The layer, also after it has panicked.
fn locked<L>(layer: &Mutex<L>) -> MutexGuard<'_, L> {
    layer.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L: std::fmt::Debug, R: std::fmt::Debug> std::fmt::Debug for Layered<L, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layered")
            .field("layer", &*locked(&self.layer))
            .field("recorder", &self.recorder)
            .finish()
    }
}

impl<L: Layer, R: Recorder> Recorder for Layered<L, R> {
    fn name(&self) -> &str {
        self.recorder.name()
    }

    fn signals(&self) -> Signals {
        locked(&self.layer).signals(self.recorder.signals())
    }

    fn delivery(&self) -> Delivery {
        self.recorder.delivery()
    }

    fn event_delivery(&self) -> Delivery {
        self.recorder.event_delivery()
    }

    fn trace_ids(&self) -> TraceIds {
        self.recorder.trace_ids()
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        let (layer, source) = (Arc::clone(&self.layer), source.clone());
        // What is asked for is changed as what is sent.
        self.recorder.start(&SnapshotSource::from_fn(move || {
            let snapshot = source.take()?;
            Some(locked(&layer).metrics(snapshot))
        }))
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let make = |batch| locked(&self.layer).spans(batch);
        self.spans.ship(batch, make, |made| self.recorder.spans(made))
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let make = |batch| locked(&self.layer).events(batch);
        self.events.ship(batch, make, |made| self.recorder.events(made))
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.owned_metrics(snapshot.clone())
    }

    fn owned_metrics(&mut self, snapshot: Snapshot) -> Result<(), RecorderError> {
        let made = locked(&self.layer).metrics(snapshot);
        self.recorder.owned_metrics(made)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        // What could not be shipped the last time comes again as it was, so that who has taken it knows it.
        let mut shipped = self.ship_released();
        if self.released.is_empty() {
            self.released = locked(&self.layer).release();
            shipped = self.ship_released().and(shipped);
        }
        self.recorder.flush().and(shipped)
    }

    fn held(&self) -> Tally {
        let mut held = self.recorder.held();
        held.spans += (locked(&self.layer).held() + self.released.len()) as u64;
        held
    }
}
