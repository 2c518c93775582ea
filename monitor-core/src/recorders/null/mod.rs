//! Takes everything and does nothing.

mod config;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::metric::Snapshot;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;

/// Takes everything and does nothing but count: for measuring, and for an environment that wants silence.
///
/// ```
/// use monitor_core::{Monitor, recorders::Null};
///
/// let null = Null::default();
/// let monitor = Monitor::builder().recorder(null.clone()).build();
/// # drop(monitor);
/// assert_eq!(null.spans(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Null {
    events: Arc<AtomicU64>,
    spans: Arc<AtomicU64>,
    snapshots: Arc<AtomicU64>,
}

impl Null {
    /// How many spans came.
    #[must_use]
    pub fn spans(&self) -> u64 {
        self.spans.load(Ordering::Relaxed)
    }

    /// How many events came.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// How many snapshots of metrics came.
    #[must_use]
    pub fn snapshots(&self) -> u64 {
        self.snapshots.load(Ordering::Relaxed)
    }
}

impl Recorder for Null {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.spans.fetch_add(batch.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.events.fetch_add(batch.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn metrics(&mut self, _: &Snapshot) -> Result<(), RecorderError> {
        self.snapshots.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
