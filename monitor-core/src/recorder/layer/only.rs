//! Lets only some signals through.

use crate::model::Signals;
use crate::recorder::layer::Layer;

/// Lets only some signals through. What is not taken by any recorder costs nothing.
///
/// ```
/// use monitor_core::layers::{Only, RecorderExt};
/// use monitor_core::{Recorder, Signals, recorders::Null};
///
/// let metrics = Null::default().layer(Only::new(Signals::METRICS));
/// assert_eq!(metrics.signals(), Signals::METRICS);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Only(Signals);

impl Only {
    /// Lets only these through.
    #[must_use]
    pub fn new(signals: Signals) -> Self {
        Self(signals)
    }
}

impl Layer for Only {
    fn signals(&self, inner: Signals) -> Signals {
        inner.intersection(self.0)
    }
}
