//! Names of metrics and labels as Prometheus can have them.

use crate::metric::MetricKind;
use crate::recorders::prometheus::encode::units;

/// What a family of samples is to Prometheus.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Info,
}

impl Kind {
    pub(crate) fn of(kind: MetricKind) -> Self {
        match kind {
            MetricKind::Counter => Kind::Counter,
            MetricKind::Histogram => Kind::Histogram,
            MetricKind::Gauge | MetricKind::UpDownCounter => Kind::Gauge,
        }
    }

    /// What it is in words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            Kind::Info => "info",
        }
    }

    /// What follows the family's name in any of the formats, so that no two families share a name.
    pub(crate) fn suffixes(self) -> &'static [&'static str] {
        match self {
            Kind::Counter => &["", "_total", "_created"],
            Kind::Gauge => &[""],
            Kind::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
            Kind::Info => &["", "_info"],
        }
    }
}

/// The name of a metric's family, and the words for its unit where the name ends with them.
///
/// As OpenTelemetry translates: what Prometheus does not know becomes `_`, several of them one; then the unit's words,
/// unless they are there; `_ratio` for a gauge of unit `1`. A counter's `_total` is for its samples, not for the family.
/// Colons are for recording rules and become `_` as well.
pub(crate) fn family(name: &str, unit: &str, kind: Kind) -> (String, Option<String>) {
    let mut name = cleaned(name);
    name.truncate(name.trim_end_matches('_').len());
    if let Some(rest) = name.strip_suffix("_total").filter(|rest| kind == Kind::Counter && !rest.is_empty()) {
        name = rest.to_owned();
    }
    let mut words = units::words(unit);
    if words.is_empty() && unit.trim() == "1" && kind == Kind::Gauge {
        words = "ratio".to_owned();
    }
    if !words.is_empty() && name != words && !ends_with(&name, &words) {
        name = format!("{name}_{words}");
    }
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    let unit = (!words.is_empty() && ends_with(&name, &words)).then_some(words);
    (name, unit)
}

fn ends_with(name: &str, words: &str) -> bool {
    name.strip_suffix(words).is_some_and(|rest| rest.ends_with('_'))
}

/// The name of a label. No name begins with `__`, which is Prometheus' own; `le` and `quantile` mean something there and
/// get another name, as Prometheus itself does with names that clash.
pub(crate) fn label(name: &str) -> String {
    let name = cleaned(name);
    match name.as_str() {
        "" => "_".to_owned(),
        "le" | "quantile" => format!("exported_{name}"),
        _ if name.starts_with(|first: char| first.is_ascii_digit()) => format!("key_{name}"),
        _ => name,
    }
}

/// Letters, digits and underscores; everything else is an underscore, several of them one.
pub(crate) fn cleaned(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            clean.push(letter);
        } else if !clean.ends_with('_') {
            clean.push('_');
        }
    }
    clean
}
