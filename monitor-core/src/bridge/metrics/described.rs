//! A key that is told to a recorder together with its description, once.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use metrics::Key;
use metrics::Metadata;
use metrics::Recorder;

use crate::bridge::metrics::unit::from_ucum;
use crate::dispatch::Sample;

/// A series as `metrics` names it.
///
/// No handle is kept for it: a handle belongs to the recorder that gave it, and which recorder that is may change
/// from call to call (one is installed later, or only for a scope). So each value asks the current one, as the
/// macros of `metrics` do.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) key: Key,
    pub(crate) unit: &'static str,
    pub(crate) description: &'static str,
    pub(crate) metadata: Metadata<'static>,
    /// The address of the recorder that has the description; a second time does no harm.
    told: AtomicUsize,
}

impl Described {
    pub(crate) fn new(
        key: Key,
        unit: &'static str,
        description: &'static str,
        metadata: Metadata<'static>,
    ) -> Self {
        Self { key, unit, description, metadata, told: AtomicUsize::new(0) }
    }

    /// Hands one value to a recorder.
    pub(crate) fn record(&self, recorder: &dyn Recorder, sample: Sample) {
        let address = std::ptr::from_ref(recorder).cast::<()>().addr();
        if self.told.swap(address, Ordering::Relaxed) != address {
            self.describe(recorder, sample);
        }
        match sample {
            Sample::Counter(count) => recorder.register_counter(&self.key, &self.metadata).increment(count),
            Sample::Gauge(value) => recorder.register_gauge(&self.key, &self.metadata).set(value),
            Sample::Histogram(value) => recorder.register_histogram(&self.key, &self.metadata).record(value),
            Sample::UpDown(change) => {
                recorder.register_gauge(&self.key, &self.metadata).increment(change as f64);
            }
        }
    }

    fn describe(&self, recorder: &dyn Recorder, sample: Sample) {
        let (name, unit) = (self.key.name_shared(), from_ucum(self.unit));
        let description = self.description.into();
        match sample {
            Sample::Counter(_) => recorder.describe_counter(name, unit, description),
            Sample::Gauge(_) | Sample::UpDown(_) => recorder.describe_gauge(name, unit, description),
            Sample::Histogram(_) => recorder.describe_histogram(name, unit, description),
        }
    }
}
