//! Where a recorder that is asked for its metrics gets them.

use std::fmt;
use std::sync::Arc;

use crate::metric::Snapshot;

/// Gives a fresh snapshot of the monitor at any time, from any thread.
///
/// ```
/// use monitor_core::{Recorder, RecorderError, SnapshotSource};
///
/// /// Answers when it is asked.
/// #[derive(Default)]
/// struct Asked { source: Option<SnapshotSource> }
///
/// impl Recorder for Asked {
///     fn name(&self) -> &str { "asked" }
///
///     fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
///         self.source = Some(source.clone());
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone)]
pub struct SnapshotSource {
    take: Arc<dyn Fn() -> Option<Snapshot> + Send + Sync>,
}

impl SnapshotSource {
    /// Takes snapshots by `take`, which gives none once its monitor is gone: for the test of a recorder.
    pub fn from_fn(take: impl Fn() -> Option<Snapshot> + Send + Sync + 'static) -> Self {
        Self { take: Arc::new(take) }
    }

    /// A fresh snapshot; none once the monitor is gone. Costs a walk over all cells; calls go on meanwhile.
    #[must_use]
    pub fn take(&self) -> Option<Snapshot> {
        (self.take)()
    }
}

impl fmt::Debug for SnapshotSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SnapshotSource")
    }
}
