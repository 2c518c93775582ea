//! A copy of all cells at a moment.

use std::borrow::Cow;
use std::time::SystemTime;

use crate::metric::Histogram;
use crate::metric::MetricKind;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Resource;

/// The labels of one series: names and values.
pub(crate) type Labels = Vec<(&'static str, Cow<'static, str>)>;

/// A copy of everything that one monitor has counted, at a moment.
///
/// ```
/// use monitor_core::Monitor;
///
/// let monitor = Monitor::builder().build();
/// let snapshot = monitor.snapshot();
/// assert!(snapshot.functions().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) resource: Resource,
    pub(crate) started: SystemTime,
    pub(crate) taken: SystemTime,
    pub(crate) functions: Vec<FunctionSnapshot>,
    pub(crate) metrics: Vec<Metric>,
}

/// What one function has done so far.
#[derive(Clone, Debug)]
pub struct FunctionSnapshot {
    pub(crate) metadata: &'static Metadata,
    pub(crate) started: u64,
    pub(crate) series: Vec<FunctionSeries>,
}

/// The calls of one function that ended in one way, with one combination of label values.
#[derive(Clone, Debug)]
pub struct FunctionSeries {
    pub(crate) labels: Labels,
    pub(crate) outcome: Outcome,
    pub(crate) error_type: Option<&'static str>,
    pub(crate) duration: Histogram,
    pub(crate) self_duration: Option<Histogram>,
}

/// All series of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The name, dotted lower case.
    pub name: Cow<'static, str>,
    /// The name with a place for the values of some labels, as in `host_unhealthy.count.{host}`; empty where there is
    /// none. See [`path`](Self::path).
    pub template: Cow<'static, str>,
    /// What it counts.
    pub description: Cow<'static, str>,
    /// The unit in UCUM, empty where it has none.
    pub unit: Cow<'static, str>,
    /// The kind.
    pub kind: MetricKind,
    /// One for each combination of label values.
    pub points: Vec<MetricPoint>,
}

/// One series of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricPoint {
    /// Names and values of the labels.
    pub labels: Labels,
    /// The value.
    pub data: MetricData,
}

impl Metric {
    /// The same metric without its points.
    pub(crate) fn without_points(&self) -> Self {
        Self {
            name: self.name.clone(),
            template: self.template.clone(),
            description: self.description.clone(),
            unit: self.unit.clone(),
            kind: self.kind,
            points: Vec::new(),
        }
    }

    /// One name for one series, for those who know no labels.
    ///
    /// The template with the values in their places, then the values of all other labels, in the order of the labels.
    /// What could be taken for a part of the path, or is neither letter, digit, `-` nor `_`, becomes `_`; a value that
    /// the point does not have is `other`.
    ///
    /// ```
    /// use monitor_core::{Monitor, plugin_metric};
    ///
    /// #[plugin_metric(counter = "host_unhealthy.count.{host}", labels(max = 64))]
    /// fn mark_down(host: &str) {}
    ///
    /// let monitor = Monitor::builder().build();
    /// monitor.scope(|| mark_down("db-1.example.com"));
    /// let snapshot = monitor.snapshot();
    /// let metric = snapshot.metric("host_unhealthy.count").unwrap();
    /// assert_eq!(metric.path(&metric.points[0]), "host_unhealthy.count.db-1_example_com");
    /// ```
    #[must_use]
    pub fn path(&self, point: &MetricPoint) -> String {
        let mut placed = Vec::new();
        let mut path = String::new();
        let template = if self.template.is_empty() { &self.name } else { &self.template };
        for part in template.split('.') {
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                None => push_part(&mut path, part),
                Some(name) => {
                    placed.push(name);
                    let value = point.labels.iter().find(|(known, _)| *known == name);
                    push_part(&mut path, &value.map_or_else(|| "other".into(), |(_, value)| as_part(value)));
                }
            }
        }
        for (_, value) in point.labels.iter().filter(|(name, _)| !placed.contains(name)) {
            push_part(&mut path, &as_part(value));
        }
        path
    }
}

fn push_part(path: &mut String, part: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(part);
}

fn as_part(value: &str) -> String {
    let kept = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let part: String = value.chars().map(|letter| if kept(letter) { letter } else { '_' }).collect();
    if part.is_empty() { "_".to_owned() } else { part }
}

/// The value of one series.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum MetricData {
    /// Of a counter.
    Counter(u64),
    /// Of a gauge.
    Gauge(f64),
    /// Of a histogram.
    Histogram(Histogram),
    /// Of an up-down counter.
    UpDownCounter(i64),
}

impl Snapshot {
    /// What produced it.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// When the monitor began to count.
    #[must_use]
    pub fn started(&self) -> SystemTime {
        self.started
    }

    /// When this copy was made.
    #[must_use]
    pub fn taken(&self) -> SystemTime {
        self.taken
    }

    /// Every function that was called, in order of their first calls.
    #[must_use]
    pub fn functions(&self) -> &[FunctionSnapshot] {
        &self.functions
    }

    /// The function of this name, such as `Pool::checkout`; the first where several modules have one.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&FunctionSnapshot> {
        self.functions.iter().find(|function| function.name() == name)
    }

    /// Every metric: those that all functions have, then those recorded by hand.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The metric of this name, such as `function.calls.duration`.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }
}

impl FunctionSnapshot {
    /// What is known of the callsite.
    #[must_use]
    pub fn metadata(&self) -> &'static Metadata {
        self.metadata
    }

    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.metadata.name
    }

    /// How many calls have ended.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.series.iter().map(FunctionSeries::calls).sum()
    }

    /// How many calls have ended in this way.
    #[must_use]
    pub fn ended(&self, outcome: Outcome) -> u64 {
        self.series.iter().filter(|series| series.outcome == outcome).map(FunctionSeries::calls).sum()
    }

    /// How many calls are under way.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.started.saturating_sub(self.calls())
    }

    /// How long the calls took, all endings together.
    #[must_use]
    pub fn duration(&self) -> Histogram {
        let mut all = Histogram::with_bounds(self.metadata.buckets);
        self.series.iter().for_each(|series| all.merge(&series.duration));
        all
    }

    /// How long the calls took less the time of their instrumented children, if they have any.
    #[must_use]
    pub fn self_duration(&self) -> Option<Histogram> {
        if self.series.iter().all(|series| series.self_duration.is_none()) {
            return None;
        }
        // Where no call had children, their own time was all of their time.
        let own = |series: &FunctionSeries| {
            series.self_duration.clone().unwrap_or_else(|| series.duration.without_buckets())
        };
        self.series.iter().map(own).reduce(|mut all, more| {
            all.merge(&more);
            all
        })
    }

    /// One series for each ending and combination of label values.
    #[must_use]
    pub fn series(&self) -> &[FunctionSeries] {
        &self.series
    }
}

impl FunctionSeries {
    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.duration.count()
    }

    /// How they ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// With what kind of error, where they ended with one.
    #[must_use]
    pub fn error_type(&self) -> Option<&'static str> {
        self.error_type
    }

    /// The values of the labels that the callsite declares.
    #[must_use]
    pub fn labels(&self) -> &[(&'static str, Cow<'static, str>)] {
        &self.labels
    }

    /// How long they took.
    #[must_use]
    pub fn duration(&self) -> &Histogram {
        &self.duration
    }

    /// How long they took less the time of their instrumented children, if they had any.
    #[must_use]
    pub fn self_duration(&self) -> Option<&Histogram> {
        self.self_duration.as_ref()
    }
}
