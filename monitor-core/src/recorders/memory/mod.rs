//! Keeps what came last, to be looked at.

mod config;
mod finished;
mod last;
mod recorded;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

pub use finished::FinishedSpan;
pub use recorded::RecordedEvent;

use crate::metric::Snapshot;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;
use crate::recorders::memory::last::Last;

/// How many spans, and how many events, are kept where nothing else is said.
const DEFAULT_CAPACITY: usize = 65_536;

/// Keeps the last spans and events and the last metrics in memory. A clone looks at the same memory.
///
/// ```
/// use monitor_core::{Monitor, monitored, recorders::Memory};
/// use std::time::Duration;
///
/// #[monitored]
/// fn answer() -> u32 {
///     42
/// }
///
/// let memory = Memory::default();
/// let monitor = Monitor::builder().recorder(memory.clone()).build();
/// monitor.scope(|| answer());
/// monitor.flush(Duration::from_secs(5)).unwrap();
/// assert_eq!(memory.spans()[0].name, "answer");
/// ```
///
/// Its one setting is `capacity`, as [`with_capacity`](Self::with_capacity) has it: 65,536 by default.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug)]
struct Kept {
    capacity: usize,
    events: Last<RecordedEvent>,
    spans: Last<FinishedSpan>,
    metrics: Option<Snapshot>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { capacity: DEFAULT_CAPACITY, events: Last::default(), spans: Last::default(), metrics: None }
    }
}

impl Memory {
    /// Keeps at most so many spans and as many events; the oldest go first.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let memory = Self::default();
        memory.kept().capacity = capacity;
        memory
    }

    /// The spans kept, in the order in which they came.
    #[must_use]
    pub fn spans(&self) -> Vec<FinishedSpan> {
        self.kept().spans.copy()
    }

    /// Takes the spans kept out of the memory.
    #[must_use]
    pub fn take_spans(&self) -> Vec<FinishedSpan> {
        self.kept().spans.take()
    }

    /// How many spans had to go to make room.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.kept().spans.forgotten
    }

    /// The events kept, in the order in which they came.
    #[must_use]
    pub fn events(&self) -> Vec<RecordedEvent> {
        self.kept().events.copy()
    }

    /// Takes the events kept out of the memory.
    #[must_use]
    pub fn take_events(&self) -> Vec<RecordedEvent> {
        self.kept().events.take()
    }

    /// How many events had to go to make room.
    #[must_use]
    pub fn forgotten_events(&self) -> u64 {
        self.kept().events.forgotten
    }

    /// The metrics that came last.
    #[must_use]
    pub fn metrics(&self) -> Option<Snapshot> {
        self.kept().metrics.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for Memory {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let kept = &mut *self.kept();
        batch.iter().for_each(|span| kept.spans.push(FinishedSpan::from(&span), kept.capacity));
        Ok(())
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let kept = &mut *self.kept();
        batch.iter().for_each(|event| kept.events.push(RecordedEvent::from(&event), kept.capacity));
        Ok(())
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.kept().metrics = Some(snapshot.clone());
        Ok(())
    }
}
