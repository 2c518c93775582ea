//! Another look at some metrics.

use std::borrow::Cow;

use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::Snapshot;
use crate::recorder::layer::Layer;
use crate::recorder::layer::Pattern;

/// Another look at the metrics of some names, in the sense of OpenTelemetry's views: other buckets, fewer labels, a
/// count in place of a distribution.
///
/// ```
/// use monitor_core::layers::{RecorderExt, View};
/// use monitor_core::recorders::Null;
///
/// let recorder = Null::default()
///     .layer(View::of("http.*").buckets([0.05, 0.1, 0.5, 1.0, 5.0]).labels(["method", "route"]))
///     .layer(View::of("*.self_duration").dropped());
/// # drop(recorder);
/// ```
#[derive(Clone, Debug)]
pub struct View {
    of: Pattern,
    shape: Shape,
    labels: Option<Vec<String>>,
    name: Option<String>,
    description: Option<String>,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    AsItIs,
    Buckets(&'static [f64]),
    Count,
    Dropped,
}

impl View {
    /// A look at the metrics of these names that changes nothing yet.
    pub fn of(names: impl Into<Pattern>) -> Self {
        Self { of: names.into(), shape: Shape::AsItIs, labels: None, name: None, description: None }
    }

    /// Distributions get buckets with these upper bounds; one more takes what is above. Bounds that are no numbers or not
    /// larger than those before them are left out. A value goes where the upper bound of its bucket belongs, so that it may
    /// be told larger than it is by the width of that bucket: at most 0.6 % where the values lie within a decade.
    #[must_use]
    pub fn buckets(mut self, bounds: impl IntoIterator<Item = f64>) -> Self {
        let mut increasing: Vec<f64> = Vec::new();
        for bound in bounds.into_iter().filter(|bound| !bound.is_nan()) {
            if increasing.last().is_none_or(|last| *last < bound) {
                increasing.push(bound);
            }
        }
        // As long as the program runs, as those of the callsites; there are as many as views.
        self.shape = Shape::Buckets(Vec::leak(increasing));
        self
    }

    /// Distributions become counts of their values.
    #[must_use]
    pub fn count(mut self) -> Self {
        self.shape = Shape::Count;
        self
    }

    /// The metrics are left out.
    #[must_use]
    pub fn dropped(mut self) -> Self {
        self.shape = Shape::Dropped;
        self
    }

    /// Only labels of these names stay.
    #[must_use]
    pub fn labels<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.labels = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The metric has another name: for a view of one metric.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The metric has another description.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl Layer for View {
    fn metrics(&mut self, mut snapshot: Snapshot) -> Snapshot {
        if matches!(self.shape, Shape::Dropped) {
            snapshot.metrics.retain(|metric| !self.of.matches(&metric.name));
        }
        for metric in snapshot.metrics.iter_mut().filter(|metric| self.of.matches(&metric.name)) {
            if let Some(labels) = &self.labels {
                metric.relabel(|pairs| pairs.retain(|(name, _)| labels.iter().any(|label| label == name)));
            }
            for point in &mut metric.points {
                match (&mut point.data, self.shape) {
                    (MetricData::Histogram(histogram), Shape::Buckets(bounds)) => {
                        *histogram = histogram.rebucketed(bounds);
                    }
                    (data, Shape::Count) => {
                        if let MetricData::Histogram(histogram) = data {
                            *data = MetricData::Counter(histogram.count());
                            metric.kind = MetricKind::Counter;
                            metric.unit = Cow::Borrowed("");
                        }
                    }
                    _ => {}
                }
            }
            if let Some(name) = &self.name {
                metric.template = Cow::Borrowed("");
                metric.name = Cow::Owned(name.clone());
            }
            if let Some(description) = &self.description {
                metric.description = Cow::Owned(description.clone());
            }
        }
        snapshot
    }
}
