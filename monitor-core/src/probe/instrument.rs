//! Counters, gauges and histograms by hand, with the power and the price of what the attribute gives.

use std::time::Instant;

use crate::dispatch::Instrument;
use crate::dispatch::MOST_LABELS;
use crate::dispatch::tick;
use crate::metric::InstrumentInfo;
use crate::metric::MetricKind;
use crate::metric::tick as kind;
use crate::model::LabelRef;
use crate::probe::described::described;

#[inline]
fn record(instrument: &'static Instrument, labels: &[&str], bits: u64, kind: u64) {
    let Some(id) = instrument.id() else { return };
    if labels.is_empty() {
        return tick(id, instrument.info.max, &[], bits, kind);
    }
    // One value a declared name: what is missing is empty, what is too many is left out.
    let mut values = [LabelRef::Text(""); MOST_LABELS];
    let count = instrument.info.labels.len().min(MOST_LABELS);
    for (value, label) in values[..count].iter_mut().zip(labels) {
        *value = LabelRef::Text(label);
    }
    tick(id, instrument.info.max, &values[..count], bits, kind);
}

macro_rules! instruments {
    ($($(#[$doc:meta])* $name:ident as $kind:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Instrument);

        described!($name of Instrument as $kind);

        impl $name {
            /// A label with an empty value is absent, as those of OpenTelemetry's conventions are that are not always
            /// known.
            #[must_use]
            pub const fn sparse(mut self) -> Self {
                self.0.info.sparse = true;
                self
            }
        }
    )*};
}

instruments! {
    /// A sum that only grows.
    ///
    /// ```
    /// use monitor_core::{Monitor, MetricData, instrument::Counter};
    ///
    /// static HITS: Counter = Counter::new("cache.hits").unit("{hit}").labels(&["tier"], 4);
    ///
    /// let monitor = Monitor::builder().build();
    /// monitor.scope(|| HITS.add_with(2, &["memory"]));
    /// let snapshot = monitor.snapshot();
    /// let point = &snapshot.metric("cache.hits").unwrap().points[0];
    /// assert_eq!(point.data, MetricData::Counter(2));
    /// assert_eq!(point.labels[0], ("tier", "memory".into()));
    /// ```
    Counter as Counter;
    /// A value that is set; the last one counts.
    ///
    /// ```
    /// use monitor_core::{Monitor, MetricData, instrument::Gauge};
    ///
    /// static TEMPERATURE: Gauge = Gauge::new("room.temperature").unit("Cel");
    ///
    /// let monitor = Monitor::builder().build();
    /// monitor.scope(|| TEMPERATURE.set(21.5));
    /// assert_eq!(monitor.snapshot().metric("room.temperature").unwrap().points[0].data, MetricData::Gauge(21.5));
    /// ```
    Gauge as Gauge;
    /// A distribution.
    ///
    /// ```
    /// use monitor_core::{Monitor, MetricData, instrument::Histogram};
    ///
    /// static SIZE: Histogram = Histogram::new("message.size").unit("By");
    ///
    /// let monitor = Monitor::builder().build();
    /// monitor.scope(|| SIZE.record(512.0));
    /// let snapshot = monitor.snapshot();
    /// let MetricData::Histogram(sizes) = &snapshot.metric("message.size").unwrap().points[0].data else { panic!() };
    /// assert_eq!((sizes.count(), sizes.sum()), (1, 512.0));
    /// ```
    Histogram as Histogram;
    /// A sum that grows and shrinks, such as the number of open connections.
    ///
    /// ```
    /// use monitor_core::{Monitor, MetricData, instrument::UpDownCounter};
    ///
    /// static OPEN: UpDownCounter = UpDownCounter::new("connections.open");
    ///
    /// let monitor = Monitor::builder().build();
    /// monitor.scope(|| {
    ///     let _connection = OPEN.enter();
    ///     let open = &monitor.snapshot().metric("connections.open").unwrap().points[0].data.clone();
    ///     assert_eq!(*open, MetricData::UpDownCounter(1));
    /// });
    /// ```
    UpDownCounter as UpDownCounter;
}

impl Counter {
    /// Adds `count`. The sum wraps at 2^64.
    #[inline]
    pub fn add(&'static self, count: u64) {
        record(&self.0, &[], count, kind::COUNTER);
    }

    /// Adds `count` to the series with these label values, in the order of the names.
    #[inline]
    pub fn add_with(&'static self, count: u64, labels: &[&str]) {
        record(&self.0, labels, count, kind::COUNTER);
    }
}

impl Gauge {
    /// Sets the value. What is no number or infinite is not set but counted as rejected.
    #[inline]
    pub fn set(&'static self, value: f64) {
        self.set_with(value, &[]);
    }

    /// Sets the value of the series with these label values, in the order of the names.
    #[inline]
    pub fn set_with(&'static self, value: f64, labels: &[&str]) {
        record(&self.0, labels, value.to_bits(), kind::GAUGE);
    }
}

impl UpDownCounter {
    /// Adds `change`, which may be negative.
    #[inline]
    pub fn add(&'static self, change: i64) {
        self.add_with(change, &[]);
    }

    /// Adds `change` to the series with these label values, in the order of the names.
    #[inline]
    pub fn add_with(&'static self, change: i64, labels: &[&str]) {
        record(&self.0, labels, change as u64, kind::UP_DOWN);
    }

    /// Adds one, and takes it off again when the guard is dropped, however that comes about.
    #[inline]
    pub fn enter(&'static self) -> InFlight {
        self.add(1);
        InFlight(self)
    }
}

impl Histogram {
    /// Sorts into buckets with these upper bounds, which must increase, instead of exponential ones.
    #[must_use]
    pub const fn buckets(mut self, bounds: &'static [f64]) -> Self {
        self.0.info.buckets = bounds;
        self
    }

    /// Adds a value. What is no number, infinite or negative is not added but counted as rejected.
    #[inline]
    pub fn record(&'static self, value: f64) {
        self.record_with(value, &[]);
    }

    /// Adds a value to the series with these label values, in the order of the names.
    #[inline]
    pub fn record_with(&'static self, value: f64, labels: &[&str]) {
        record(&self.0, labels, value.to_bits(), kind::HISTOGRAM);
    }

    /// Starts a timer that records the seconds until it is dropped.
    pub fn start(&'static self) -> Timer {
        Timer { histogram: self, started: Instant::now() }
    }
}

/// Something under way; over when this is dropped.
#[derive(Debug)]
#[must_use = "it is over as soon as this is dropped"]
pub struct InFlight(&'static UpDownCounter);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}

/// Records the seconds from its start until it is dropped.
#[derive(Debug)]
#[must_use = "the time ends when this is dropped"]
pub struct Timer {
    histogram: &'static Histogram,
    started: Instant,
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.histogram.record(self.started.elapsed().as_secs_f64());
    }
}
