//! Handles as `metrics` knows them: each value goes to the monitor that is current when it comes.

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use metrics::CounterFn;
use metrics::GaugeFn;
use metrics::HistogramFn;

use crate::bridge::metrics::instrument::Instrument;
use crate::dispatch::Bridge;
use crate::dispatch::Core;
use crate::dispatch::current_core;
use crate::dispatch::once_beyond;
use crate::dispatch::tick;
use crate::metric::tick as kind;
use crate::model::LabelRef;

/// Series with at most so many labels need no memory for each value.
const FEW_LABELS: usize = 16;
/// The most monitors for which a counter knows what it has said.
const MOST_MONITORS: usize = 16;

/// One series of an instrument of others.
#[derive(Debug)]
pub(crate) struct SeriesOfOthers {
    pub(crate) instrument: &'static Instrument,
    pub(crate) values: Box<[Box<str>]>,
}

impl SeriesOfOthers {
    fn record(&self, bits: u64, kind: u64) {
        // A value that we have forwarded ourselves does not come back.
        once_beyond(Bridge::Metrics, || {
            if let Some(source) = self.instrument.source() {
                self.with_values(|values| tick(source, self.instrument.max(), values, bits, kind));
            }
        });
    }

    fn with_values<R>(&self, act: impl FnOnce(&[LabelRef<'_>]) -> R) -> R {
        if self.values.len() > FEW_LABELS {
            let values: Vec<_> = self.values.iter().map(|value| LabelRef::Text(value)).collect();
            return act(&values);
        }
        let mut values = [LabelRef::Text(""); FEW_LABELS];
        for (place, value) in values.iter_mut().zip(&self.values) {
            *place = LabelRef::Text(value);
        }
        act(&values[..self.values.len()])
    }

    /// What a monitor has counted.
    fn counted(&self, core: &Core) -> u64 {
        let Some(source) = self.instrument.source() else { return 0 };
        let slot = self.with_values(|values| match values {
            [] => 0,
            values => core.slot(source, values, self.instrument.max()),
        });
        core.counter(source, slot)
    }
}

/// A counter of others.
#[derive(Debug)]
pub(crate) struct CounterOfOthers {
    series: SeriesOfOthers,
    /// Absolute values come; before the first one, nothing needs to be remembered.
    is_absolute: AtomicBool,
    /// What each monitor has counted, by the monitor's number.
    counted: Mutex<Vec<(u64, u64)>>,
}

impl CounterOfOthers {
    pub(crate) fn new(series: SeriesOfOthers) -> Self {
        Self { series, is_absolute: AtomicBool::new(false), counted: Mutex::default() }
    }

    fn counted(&self) -> MutexGuard<'_, Vec<(u64, u64)>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CounterFn for CounterOfOthers {
    fn increment(&self, value: u64) {
        if !self.is_absolute.load(Ordering::Relaxed) {
            return self.series.record(value, kind::COUNTER);
        }
        let mut counted = self.counted();
        self.series.record(value, kind::COUNTER);
        if let Some(core) = current_core()
            && let Some((_, sum)) = counted.iter_mut().find(|(id, _)| *id == core.id())
        {
            *sum = sum.wrapping_add(value);
        }
    }

    /// Brings the sum of the current monitor to at least `value`.
    fn absolute(&self, value: u64) {
        let Some(core) = current_core() else { return };
        let mut counted = self.counted();
        self.is_absolute.store(true, Ordering::Relaxed);
        let position = counted.iter().position(|(id, _)| *id == core.id()).unwrap_or_else(|| {
            if counted.len() >= MOST_MONITORS {
                counted.remove(0);
            }
            counted.push((core.id(), self.series.counted(&core)));
            counted.len() - 1
        });
        let sum = &mut counted[position].1;
        if value > *sum {
            self.series.record(value - *sum, kind::COUNTER);
            *sum = value;
        }
    }
}

/// A gauge of others.
#[derive(Debug)]
pub(crate) struct GaugeOfOthers {
    series: SeriesOfOthers,
    /// The value; held until it is recorded, so that the one recorded last is the last one.
    value: Mutex<f64>,
}

impl GaugeOfOthers {
    pub(crate) fn new(series: SeriesOfOthers) -> Self {
        Self { series, value: Mutex::new(0.0) }
    }

    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let next = change(*value);
        if next.is_finite() {
            *value = next;
        }
        // What is no number is for the store to reject, and to count.
        self.series.record(next.to_bits(), kind::GAUGE);
    }
}

impl GaugeFn for GaugeOfOthers {
    fn increment(&self, value: f64) {
        self.change(|before| before + value);
    }

    fn decrement(&self, value: f64) {
        self.change(|before| before - value);
    }

    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

/// A histogram of others.
#[derive(Debug)]
pub(crate) struct HistogramOfOthers(pub(crate) SeriesOfOthers);

impl HistogramFn for HistogramOfOthers {
    fn record(&self, value: f64) {
        self.0.record(value.to_bits(), kind::HISTOGRAM);
    }
}
