//! What an exposition holds: families of samples.

use std::fmt;

/// Everything that one scrape gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposition {
    pub(crate) families: Vec<Family>,
    /// Comments that are no metadata; OpenMetrics has none.
    pub(crate) comments: Vec<String>,
}

impl Exposition {
    /// The families, in the order in which they were exposed.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// The family of this name.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.name == name)
    }

    /// Every sample of every family.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.families.iter().flat_map(|family| &family.samples)
    }

    /// The one sample of this name with exactly these labels, in any order.
    #[must_use]
    pub fn sample(&self, name: &str, labels: &[(&str, &str)]) -> Option<&Sample> {
        self.samples().find(|sample| sample.name == name && sample.has_labels(labels))
    }

    /// The value of the one sample of this name with exactly these labels, in any order.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.sample(name, labels).map(|sample| sample.value)
    }

    /// The comments that are no metadata, without their `#`; only the text format 0.0.4 may have any.
    #[must_use]
    pub fn comments(&self) -> &[String] {
        &self.comments
    }
}

/// What a family measures; `# TYPE`.
///
/// Not open: a ninth type would be another version of the format.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum FamilyType {
    /// A sum that only grows.
    Counter,
    /// A value that is set.
    Gauge,
    /// A distribution that shrinks as well as grows.
    GaugeHistogram,
    /// A distribution.
    Histogram,
    /// Labels that say something, and the value 1.
    Info,
    /// Which of several states are on.
    StateSet,
    /// Quantiles that the program computed itself.
    Summary,
    /// Nobody said.
    #[default]
    Unknown,
}

impl FamilyType {
    /// Every type.
    pub const ALL: [FamilyType; 8] = [
        FamilyType::Counter,
        FamilyType::Gauge,
        FamilyType::GaugeHistogram,
        FamilyType::Histogram,
        FamilyType::Info,
        FamilyType::StateSet,
        FamilyType::Summary,
        FamilyType::Unknown,
    ];

    /// The word of OpenMetrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            FamilyType::Counter => "counter",
            FamilyType::Gauge => "gauge",
            FamilyType::GaugeHistogram => "gaugehistogram",
            FamilyType::Histogram => "histogram",
            FamilyType::Info => "info",
            FamilyType::StateSet => "stateset",
            FamilyType::Summary => "summary",
            FamilyType::Unknown => "unknown",
        }
    }

    /// What follows the family's name in the names of its samples.
    pub(crate) const fn suffixes(self) -> &'static [&'static str] {
        match self {
            FamilyType::Counter => &["_total", "_created"],
            FamilyType::Gauge | FamilyType::StateSet | FamilyType::Unknown => &[""],
            FamilyType::GaugeHistogram => &["_bucket", "_gcount", "_gsum"],
            FamilyType::Histogram => &["_bucket", "_count", "_sum", "_created"],
            FamilyType::Info => &["_info"],
            FamilyType::Summary => &["", "_count", "_sum", "_created"],
        }
    }
}

impl fmt::Display for FamilyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// All samples below one name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// The name, without the suffixes of its samples.
    pub name: String,
    /// What it measures.
    pub family_type: FamilyType,
    /// The unit, empty where there is none.
    pub unit: String,
    /// The help text, unescaped; empty where there is none.
    pub help: String,
    /// The samples, in the order in which they were exposed.
    pub samples: Vec<Sample>,
    /// The line of its first mention, counted from 1.
    pub line: usize,
}

impl Family {
    /// What follows the family's name in that of the sample.
    pub(crate) fn suffix<'a>(&self, sample: &'a Sample) -> &'a str {
        sample.name.strip_prefix(self.name.as_str()).unwrap_or_default()
    }
}

/// One value of one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// The name, with its suffix.
    pub name: String,
    /// Names and unescaped values of the labels, in the order in which they were exposed.
    pub labels: Vec<(String, String)>,
    /// The value.
    pub value: f64,
    /// When it was measured, in seconds since 1970, where that is said.
    pub timestamp: Option<f64>,
    /// A measurement that the value is made of, where one is given.
    pub exemplar: Option<Exemplar>,
    /// The line, counted from 1.
    pub line: usize,
}

impl Sample {
    /// The value of a label; a label that is empty is the same as none.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(it, value)| it == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    fn has_labels(&self, labels: &[(&str, &str)]) -> bool {
        let own = self.labels.iter().filter(|(_, value)| !value.is_empty());
        own.count() == labels.len() && labels.iter().all(|(name, value)| self.label(name) == Some(value))
    }

    /// What makes the series, in one order: its labels less this one.
    pub(crate) fn identity(&self, without: &str) -> Vec<(&str, &str)> {
        let own = self.labels.iter().filter(|(name, value)| name != without && !value.is_empty());
        let mut labels: Vec<_> = own.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        labels.sort_unstable();
        labels
    }
}

/// One measurement that a value is made of, with what it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exemplar {
    /// Names and unescaped values of its labels, such as `trace_id`.
    pub labels: Vec<(String, String)>,
    /// What was measured.
    pub value: f64,
    /// When, in seconds since 1970, where that is said.
    pub timestamp: Option<f64>,
}
