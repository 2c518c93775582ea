//! What a recorder is.

use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::Tally;
use crate::model::TraceIds;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;

/// Ships what was recorded to somewhere.
///
/// A plain, blocking, single-threaded object: batches in, a result out. The runtime gives it a thread of its
/// own, a bounded queue, isolation from panics and exact accounting, so that writing one is a page of
/// encoding.
///
/// ```
/// use monitor_core::{Monitor, Recorder, RecorderError, SpanBatch};
///
/// #[derive(Default)]
/// struct Counting { spans: usize }
///
/// impl Recorder for Counting {
///     fn name(&self) -> &str { "counting" }
///
///     fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
///         self.spans += batch.len();
///         Ok(())
///     }
/// }
///
/// let monitor = Monitor::builder().recorder(Counting::default()).build();
/// # drop(monitor);
/// ```
///
/// How to add one that everybody can name in configuration: [`adding_a_recorder`](crate::adding_a_recorder).
pub trait Recorder: Send {
    /// The name in configuration, figures and messages.
    fn name(&self) -> &str;

    /// Which signals it takes; the others never reach it. Everything by default.
    fn signals(&self) -> Signals {
        Signals::ALL
    }

    /// How the runtime feeds it: how much may wait, how large batches are, how long is tried. OpenTelemetry's defaults
    /// where nothing else is said.
    fn delivery(&self) -> Delivery {
        Delivery::default()
    }

    /// How the runtime feeds it with events, where that differs: as [`delivery`](Self::delivery) by default.
    fn event_delivery(&self) -> Delivery {
        self.delivery()
    }

    /// How it wants the identifiers of traces that begin here to be made. Any way by default.
    fn trace_ids(&self) -> TraceIds {
        TraceIds::default()
    }

    /// Called on the recorder's own thread before anything else; again, before the next batch, as long as it fails. A
    /// recorder that is asked for its metrics, rather than sending them, keeps `source` and opens its endpoint here.
    ///
    /// # Errors
    ///
    /// Nothing reaches the recorder until it has started.
    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        let _ = source;
        Ok(())
    }

    /// Ships finished spans.
    ///
    /// # Errors
    ///
    /// What becomes of the batch, the [error](RecorderError) says: tried again, dropped, or dropped in part.
    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let _ = batch;
        Ok(())
    }

    /// Ships events: typed, with the span in which they happened.
    ///
    /// ```
    /// use monitor_core::{EventBatch, Recorder, RecorderError};
    ///
    /// /// Says what went wrong.
    /// struct Alarms;
    ///
    /// impl Recorder for Alarms {
    ///     fn name(&self) -> &str { "alarms" }
    ///
    ///     fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
    ///         for event in batch.iter().filter(|event| event.severity() >= monitor_core::event::Severity::Warn) {
    ///             eprintln!("{} in {:?}", event.name(), event.context());
    ///         }
    ///         Ok(())
    ///     }
    /// }
    /// # assert_eq!(Alarms.events(&EventBatch::default()), Ok(()));
    /// ```
    ///
    /// # Errors
    ///
    /// What becomes of the batch, the [error](RecorderError) says: tried again, dropped, or dropped in part.
    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let _ = batch;
        Ok(())
    }

    /// Ships all metrics, at the interval of the monitor and once at the end.
    ///
    /// # Errors
    ///
    /// What becomes of the snapshot, the [error](RecorderError) says; the next one holds everything again.
    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        let _ = snapshot;
        Ok(())
    }

    /// The same with a snapshot that nobody else needs, which a layer changes without a copy of it.
    ///
    /// # Errors
    ///
    /// As [`metrics`](Self::metrics).
    fn owned_metrics(&mut self, snapshot: Snapshot) -> Result<(), RecorderError> {
        self.metrics(&snapshot)
    }

    /// Ships what the recorder itself still holds.
    ///
    /// # Errors
    ///
    /// What it [holds](Self::held) no longer is lost. If the error says that it may pass, and something is still held, the
    /// recorder is flushed again, as a batch is tried again.
    fn flush(&mut self) -> Result<(), RecorderError> {
        Ok(())
    }

    /// What it has taken and not shipped, such as spans that wait for the root of their trace. Nothing by default.
    ///
    /// The runtime asks after each call: what is held counts as queued. What no longer is was exported if the call went
    /// well, and is lost if it did not, as is what is held when the monitor has been shut down.
    ///
    /// ```
    /// use monitor_core::{Recorder, RecorderError, SpanBatch, Tally};
    ///
    /// /// Writes everything at the end.
    /// #[derive(Default)]
    /// struct Late { names: Vec<&'static str> }
    ///
    /// impl Recorder for Late {
    ///     fn name(&self) -> &str { "late" }
    ///
    ///     fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
    ///         self.names.extend(batch.iter().map(|span| span.name()));
    ///         Ok(())
    ///     }
    ///
    ///     fn flush(&mut self) -> Result<(), RecorderError> {
    ///         self.names.drain(..).for_each(|name| println!("{name}"));
    ///         Ok(())
    ///     }
    ///
    ///     fn held(&self) -> Tally {
    ///         Tally { spans: self.names.len() as u64, ..Tally::default() }
    ///     }
    /// }
    /// # assert_eq!(Late::default().held(), Tally::default());
    /// ```
    fn held(&self) -> Tally {
        Tally::default()
    }
}

impl Recorder for Box<dyn Recorder> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn signals(&self) -> Signals {
        (**self).signals()
    }

    fn delivery(&self) -> Delivery {
        (**self).delivery()
    }

    fn event_delivery(&self) -> Delivery {
        (**self).event_delivery()
    }

    fn trace_ids(&self) -> TraceIds {
        (**self).trace_ids()
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        (**self).start(source)
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        (**self).spans(batch)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        (**self).events(batch)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        (**self).metrics(snapshot)
    }

    fn owned_metrics(&mut self, snapshot: Snapshot) -> Result<(), RecorderError> {
        (**self).owned_metrics(snapshot)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        (**self).flush()
    }

    fn held(&self) -> Tally {
        (**self).held()
    }
}
