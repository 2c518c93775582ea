//! Metrics that are read from objects for as long as these are watched.

use std::fmt;
use std::sync::Arc;

use crate::dispatch::Declared;
use crate::dispatch::Observable;
use crate::dispatch::Values;
use crate::dispatch::unwatch;
use crate::metric::InstrumentInfo;
use crate::metric::MetricKind;
use crate::metric::MetricValue;
use crate::metric::Number;
use crate::metric::Whole;
use crate::probe::described::described;
use crate::probe::evaluate::evaluate;
use crate::probe::plugin_metric::Declaration;
use crate::probe::plugin_metric::MetricLabels;

/// Something is read in every snapshot until this is dropped.
///
/// A snapshot that reads it at that moment reads it to its end.
#[must_use = "nothing is read any more as soon as this is dropped"]
pub struct Watch(Option<u64>);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(number) = self.0.take() {
            unwatch(number);
        }
    }
}

/// Reads a part of an object, for as long as anybody else has the object.
fn watch<T: Send + Sync + 'static>(
    metric: &'static Observable,
    of: &Arc<T>,
    labels: Vec<Box<str>>,
    read: impl Fn(&T, &mut MetricValue) + Send + Sync + 'static,
) -> Watch {
    let of = Arc::downgrade(of);
    Watch(metric.watch(
        labels,
        Box::new(move |value| {
            if let Some(of) = of.upgrade() {
                read(&of, value);
            }
        }),
    ))
}

/// One value for each declared label: what is missing is empty, what is too many is left out.
fn label_values(info: &InstrumentInfo, labels: &[&str]) -> Vec<Box<str>> {
    let given = labels.iter().copied().chain(std::iter::repeat(""));
    given.take(info.labels.len()).map(Box::from).collect()
}

/// A metric that is declared by attribute and read from objects.
#[derive(Debug)]
pub struct WatchedMetric(Observable);

impl WatchedMetric {
    /// The metric.
    #[must_use]
    pub const fn new(declaration: Declaration) -> Self {
        Self(Observable::new(declaration.info()))
    }

    /// For the list of the linker.
    #[must_use]
    pub const fn declared(&'static self) -> Declared {
        Declared::Watched(&self.0)
    }

    /// Reads an object until the guard is dropped, under these labels.
    pub fn watch<T: Send + Sync + 'static>(
        &'static self,
        of: &Arc<T>,
        labels: impl FnOnce(&mut MetricLabels<'_>),
        read: fn(&T, &mut MetricValue),
    ) -> Watch {
        let mut values = Values::default();
        evaluate(|| labels(&mut MetricLabels::new(&mut values)));
        let labels = values.texts();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        watch(&self.0, of, label_values(&self.0.info, &labels), read)
    }
}

macro_rules! observables {
    ($($(#[$doc:meta])* $name:ident as $kind:ident of $value:ident by |$told:ident, $read:ident, $info:ident| $tell:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Observable);

        described!($name of Observable as $kind);

        impl $name {
            /// Reads an object in every snapshot until the guard is dropped. See
            /// [`watch_with`](Self::watch_with).
            pub fn watch<T: Send + Sync + 'static, V: $value>(
                &'static self,
                of: &Arc<T>,
                read: impl Fn(&T) -> V + Send + Sync + 'static,
            ) -> Watch {
                self.watch_with(of, &[], read)
            }

            /// Reads an object in every snapshot, under these label values, until the guard is dropped.
            ///
            /// `read` runs on the thread that takes the snapshot, without a lock of ours, and at no other time; it
            /// should be quick, for the snapshot waits for it. A panic in it is counted, in
            /// [`Losses::evaluations_panicked`](crate::Losses::evaluations_panicked). The object is not kept alive: of
            /// one that is gone nothing is read any more. Nor where `read` gives nothing, such as `None`.
            pub fn watch_with<T: Send + Sync + 'static, V: $value>(
                &'static self,
                of: &Arc<T>,
                labels: &[&str],
                read: impl Fn(&T) -> V + Send + Sync + 'static,
            ) -> Watch {
                let $info = &self.0.info;
                let labels = label_values($info, labels);
                watch(&self.0, of, labels, move |of, $told| {
                    let $read = read(of);
                    $tell;
                })
            }
        }
    )*};
}

observables! {
    /// A sum that only grows, and that somebody else keeps. The sums of those with the same labels add up.
    ///
    /// ```
    /// use monitor_core::{Monitor, MetricData, instrument::ObservableCounter};
    /// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
    ///
    /// static FAULTS: ObservableCounter = ObservableCounter::new("page.faults").unit("{fault}");
    ///
    /// let faults = Arc::new(AtomicU64::new(7));
    /// let _watch = FAULTS.watch(&faults, |faults| faults.load(Ordering::Relaxed));
    /// let snapshot = Monitor::builder().build().snapshot();
    /// assert_eq!(snapshot.metric("page.faults").unwrap().points[0].data, MetricData::Counter(7));
    /// ```
    ObservableCounter as Counter of Whole by |told, read, info| told.whole(&read);
    /// A value that is read when a snapshot is taken. Of those with the same labels, the one watched last counts.
    ///
    /// ```
    /// use monitor_core::{Monitor, MetricData, instrument::ObservableGauge};
    /// use std::sync::{Arc, Mutex};
    ///
    /// static SIZE: ObservableGauge = ObservableGauge::new("token_cache.size").unit("{token}");
    ///
    /// let cache = Arc::new(Mutex::new(vec!["token"]));
    /// let watch = SIZE.watch(&cache, |cache| cache.lock().unwrap().len());
    /// let monitor = Monitor::builder().build();
    /// assert_eq!(monitor.snapshot().metric("token_cache.size").unwrap().points[0].data, MetricData::Gauge(1.0));
    ///
    /// drop(watch);
    /// assert!(monitor.snapshot().metric("token_cache.size").unwrap().points.is_empty());
    /// ```
    ObservableGauge as Gauge of Number by |told, read, info| told.number(&read, info.unit);
    /// A sum that grows and shrinks, and that somebody else keeps. The sums of those with the same labels add up.
    ///
    /// ```
    /// use monitor_core::{Monitor, MetricData, instrument::ObservableUpDownCounter};
    /// use std::sync::Arc;
    ///
    /// static OPEN: ObservableUpDownCounter = ObservableUpDownCounter::new("pool.open").labels(&["host"], 16);
    ///
    /// let (one, other) = (Arc::new(vec![(); 2]), Arc::new(vec![(); 3]));
    /// let _watches = [&one, &other].map(|pool| OPEN.watch_with(pool, &["db-1"], Vec::len));
    /// let snapshot = Monitor::builder().build().snapshot();
    /// assert_eq!(snapshot.metric("pool.open").unwrap().points[0].data, MetricData::UpDownCounter(5));
    /// ```
    ObservableUpDownCounter as UpDownCounter of Whole by |told, read, info| told.whole(&read);
}
