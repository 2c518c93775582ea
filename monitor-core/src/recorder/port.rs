//! What a recorder is.

use std::fmt;

use crate::metric::Snapshot;
use crate::model::Signals;
use crate::recorder::EventBatch;
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
pub trait Recorder: Send {
    /// The name in configuration, figures and messages.
    fn name(&self) -> &str;

    /// Which signals it takes; the others never reach it. Everything by default.
    fn signals(&self) -> Signals {
        Signals::ALL
    }

    /// Ships finished spans.
    ///
    /// # Errors
    ///
    /// The batch is counted as dropped, for the reason that the error gives.
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
    /// The batch is counted as dropped, for the reason that the error gives.
    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let _ = batch;
        Ok(())
    }

    /// Ships all metrics, at the interval of the monitor and once at the end.
    ///
    /// # Errors
    ///
    /// The snapshot is counted as dropped; the next one holds everything again.
    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        let _ = snapshot;
        Ok(())
    }

    /// Ships what the recorder itself still holds.
    ///
    /// # Errors
    ///
    /// What was held is lost; it is counted as one failure.
    fn flush(&mut self) -> Result<(), RecorderError> {
        Ok(())
    }
}

/// Why a recorder could not ship a batch.
///
/// ```
/// use monitor_core::RecorderError;
///
/// let error = RecorderError::new("connection to 127.0.0.1:4317 refused");
/// assert_eq!(error.to_string(), "connection to 127.0.0.1:4317 refused");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecorderError {
    message: String,
}

impl RecorderError {
    /// An error that says what went wrong and where.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for RecorderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RecorderError {}

impl From<std::io::Error> for RecorderError {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}
