//! Our store as the recorder of the `metrics` facade.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::PoisonError;
use std::sync::RwLock;

use metrics::Counter;
use metrics::Gauge;
use metrics::Histogram;
use metrics::Key;
use metrics::KeyName;
use metrics::Metadata;
use metrics::Recorder;
use metrics::SharedString;
use metrics::Unit;
use metrics::set_global_recorder;

use crate::bridge::metrics::handle::CounterOfOthers;
use crate::bridge::metrics::handle::GaugeOfOthers;
use crate::bridge::metrics::handle::HistogramOfOthers;
use crate::bridge::metrics::handle::SeriesOfOthers;
use crate::bridge::metrics::instrument::Instrument;
use crate::bridge::metrics::instrument::describe;
use crate::metric::MetricKind;

/// The most series of each kind whose handles are kept; more than a monitor has room for.
const MOST_HANDLES: usize = 65_536;

/// The recorder of the `metrics` facade that brings other crates' counters, gauges and histograms to the current
/// monitor, and so to its recorders.
///
/// Each value goes to the monitor that is current when it comes, also through a handle that is older than the monitor.
/// Each combination of label values is a series, at most 2000 an instrument; what is beyond shares one overflow series.
/// A name that says one thing here and another in an instrument of ours is refused and counted in
/// [`Losses::sources_refused`](crate::Losses::sources_refused).
///
/// ```
/// use monitor_core::{MetricData, Monitor, bridge::MetricsRecorder};
///
/// let monitor = Monitor::builder().build();
/// MetricsRecorder::install()?;
/// monitor.scope(|| metrics::counter!("jobs.done", "queue" => "mail").increment(2));
///
/// let snapshot = monitor.snapshot();
/// let point = &snapshot.metric("jobs.done").unwrap().points[0];
/// assert_eq!(point.data, MetricData::Counter(2));
/// assert_eq!(point.labels[0], ("queue", "mail".into()));
/// # Ok::<(), monitor_core::bridge::MetricsInstallError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricsRecorder {
    _private: (),
}

impl MetricsRecorder {
    /// The recorder, to be used in a scope, or as one of several: `metrics::with_local_recorder`.
    #[must_use]
    pub const fn new() -> Self {
        Self { _private: () }
    }

    /// Makes it the recorder of the program.
    ///
    /// # Errors
    ///
    /// The program has a recorder already; it stays.
    pub fn install() -> Result<(), MetricsInstallError> {
        set_global_recorder(Self::new()).map_err(|_| MetricsInstallError { _private: () })
    }
}

/// The program has a `metrics` recorder already.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MetricsInstallError {
    _private: (),
}

impl fmt::Display for MetricsInstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the `metrics` facade has a recorder already, which stays; install once, early in `main`, or put \
             `MetricsRecorder::new()` beside the other one in a fan-out",
        )
    }
}

impl Error for MetricsInstallError {}

/// The handles given so far, so that what a handle remembers holds for the whole series.
struct Handles<H> {
    known: LazyLock<RwLock<HashMap<Key, Arc<H>>>>,
}

static COUNTERS: Handles<CounterOfOthers> = Handles::new();
static GAUGES: Handles<GaugeOfOthers> = Handles::new();
static HISTOGRAMS: Handles<HistogramOfOthers> = Handles::new();

impl<H> Handles<H> {
    const fn new() -> Self {
        Self { known: LazyLock::new(RwLock::default) }
    }

    fn obtain(&self, kind: MetricKind, key: &Key, make: fn(SeriesOfOthers) -> H) -> Option<Arc<H>> {
        if let Some(handle) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Some(Arc::clone(handle));
        }
        let mut labels: Vec<_> = key.labels().cloned().collect();
        labels.sort_by(|one, other| one.key().cmp(other.key()));
        let values = labels.iter().map(|label| Box::from(label.value())).collect();
        let instrument = Instrument::of(kind, key.name_shared(), &labels)?;
        let sorted = Key::from_parts(key.name_shared(), labels);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(make(SeriesOfOthers { instrument, values }));
        if known.len() >= MOST_HANDLES {
            return Some(known.get(&sorted).cloned().unwrap_or_else(new));
        }
        // The same labels in another order are the same series.
        let handle = Arc::clone(known.entry(sorted).or_insert_with(new));
        known.insert(key.clone(), Arc::clone(&handle));
        Some(handle)
    }
}

impl Recorder for MetricsRecorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        describe(MetricKind::Counter, name, unit, description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        describe(MetricKind::Gauge, name, unit, description);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        describe(MetricKind::Histogram, name, unit, description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let handle = COUNTERS.obtain(MetricKind::Counter, key, CounterOfOthers::new);
        handle.map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let handle = GAUGES.obtain(MetricKind::Gauge, key, GaugeOfOthers::new);
        handle.map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let handle = HISTOGRAMS.obtain(MetricKind::Histogram, key, HistogramOfOthers);
        handle.map_or_else(Histogram::noop, Histogram::from_arc)
    }
}
