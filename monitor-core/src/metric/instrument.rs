//! What is known of an instrument.

use std::fmt;

/// The kind of a metric.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum MetricKind {
    /// A sum that only grows.
    Counter,
    /// A value that is set.
    Gauge,
    /// A distribution.
    Histogram,
    /// A sum that grows and shrinks.
    UpDownCounter,
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
            MetricKind::UpDownCounter => "up-down counter",
        })
    }
}

/// Name, unit and meaning of an instrument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InstrumentInfo {
    pub(crate) name: &'static str,
    /// The name with a place for each label that recorders without labels put into it, `a.{host}.b`; empty where the
    /// name has none.
    pub(crate) template: &'static str,
    /// Where it is declared, for the filter; empty for one used by hand, which no filter concerns.
    pub(crate) module: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) description: &'static str,
    pub(crate) kind: MetricKind,
    pub(crate) labels: &'static [&'static str],
    pub(crate) max: u32,
    pub(crate) buckets: &'static [f64],
    /// Labels with an empty value are absent.
    pub(crate) sparse: bool,
}

impl InstrumentInfo {
    /// The bound where none is declared, as OpenTelemetry has it.
    const DEFAULT_MAX: u32 = 2_000;

    /// An instrument that has no more than a name.
    pub(crate) const fn new(name: &'static str, kind: MetricKind) -> Self {
        Self {
            name,
            template: "",
            module: "",
            unit: "",
            description: "",
            kind,
            labels: &[],
            max: Self::DEFAULT_MAX,
            buckets: &[],
            sparse: false,
        }
    }

    /// Whether both may be meant by one name.
    pub(crate) fn agrees(&self, other: &InstrumentInfo) -> bool {
        self.kind == other.kind && self.unit == other.unit && self.labels == other.labels
    }
    /// Kind, unit and labels in words.
    pub(crate) fn described(&self) -> String {
        let unit = if self.unit.is_empty() { "no unit".to_owned() } else { format!("unit `{}`", self.unit) };
        let labels = match self.labels {
            [] => "no labels".to_owned(),
            labels => format!("labels `{}`", labels.join("`, `")),
        };
        format!("a {} with {unit} and {labels}", self.kind)
    }
}
