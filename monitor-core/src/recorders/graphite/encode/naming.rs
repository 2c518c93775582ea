//! What a series is called.

use std::collections::BTreeMap;

use crate::metric::Metric;
use crate::metric::MetricPoint;
use crate::model::Resource;
use crate::recorders::dotted;
use crate::recorders::graphite::Counters;
use crate::recorders::graphite::Naming;
use crate::recorders::graphite::config::Options;

/// The longest value of a label, in letters.
const LABEL: usize = 200;
/// What Carbon means by it is the series' name.
const CARBONS_OWN: [&str; 1] = ["name"];
/// What metrics 2.0 says by itself.
const METRICS_OWN: [&str; 4] = ["mtype", "stat", "unit", "what"];

/// What all series of one process have in common.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    options: &'a Options,
    prefix: String,
}

/// What a series holds of its metric.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding<'a> {
    /// `count`, `p99`; empty where it is all there is.
    pub(crate) statistic: &'a str,
    pub(crate) kind: Kind,
    pub(crate) unit: &'a str,
}

/// What kind of values it holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A value as it is at the moment.
    Gauge,
    /// A sum that only grows, or what it grew by.
    Sum,
}

impl<'a> Names<'a> {
    pub(crate) fn new(options: &'a Options, resource: &Resource) -> Self {
        Self { options, prefix: options.prefix.of(resource) }
    }

    pub(crate) fn of(&self, metric: &Metric, point: &MetricPoint, holding: Holding<'_>) -> String {
        let Holding { statistic, .. } = holding;
        let suffix = if statistic.is_empty() { String::new() } else { format!(".{statistic}") };
        let prefix = &self.prefix;
        match self.options.naming {
            Naming::Metrics20 => self.metrics20(metric, point, holding),
            Naming::Path => format!("{prefix}{}{suffix}", dotted::name(&metric.path(point))),
            Naming::Tagged => {
                let name = dotted::name(&metric.name);
                let labels = self.labels(point, &CARBONS_OWN, tag);
                let labels: String = labels.iter().map(|(name, value)| format!(";{name}={value}")).collect();
                format!("{prefix}{name}{suffix}{labels}")
            }
        }
    }

    fn metrics20(&self, metric: &Metric, point: &MetricPoint, holding: Holding<'_>) -> String {
        let mtype = match (holding.kind, self.options.counters) {
            (Kind::Gauge, _) => "gauge",
            (Kind::Sum, Counters::Cumulative) => "counter",
            (Kind::Sum, Counters::Delta) => "count",
        };
        let mut nodes = vec![("what".to_owned(), dotted::part(&metric.name))];
        nodes.extend(self.labels(point, &METRICS_OWN, dotted::part));
        nodes.push(("mtype".to_owned(), mtype.to_owned()));
        nodes.push(("unit".to_owned(), unit(holding.unit)));
        if !holding.statistic.is_empty() {
            nodes.push(("stat".to_owned(), holding.statistic.to_owned()));
        }
        let nodes: Vec<_> =
            nodes.iter().map(|(name, value)| format!("{}_is_{value}", dotted::part(name))).collect();
        format!("{}{}", self.prefix, nodes.join("."))
    }

    /// The labels that have a value, each once, in order: what a series says itself counts, not what is said of all.
    fn labels(
        &self,
        point: &MetricPoint,
        own: &[&str],
        escape: fn(&str) -> String,
    ) -> BTreeMap<String, String> {
        let constant = self.options.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let series = point.labels.iter().map(|(name, value)| (*name, value.as_ref()));
        let valued = constant.chain(series).filter(|(_, value)| !value.is_empty());
        valued
            .map(|(name, value)| {
                let name = tag(name);
                let name = if own.contains(&name.as_str()) { name + "_" } else { name };
                (name, escape(value))
            })
            .collect()
    }
}

/// Name or value of a tag: letters and digits of any script and what means nothing to Carbon, `_` for all else; never
/// empty. Carbon splits lines at every kind of white space and tags at `;`, and wants no `~` at the beginning and no
/// `=`, `!`, `^` in names.
fn tag(text: &str) -> String {
    let kept = |letter: char| letter.is_alphanumeric() || "_-./:@+".contains(letter);
    let tag: String =
        text.chars().take(LABEL).map(|letter| if kept(letter) { letter } else { '_' }).collect();
    if tag.is_empty() { "_".to_owned() } else { tag }
}

/// The unit as metrics 2.0 writes it: `B` for bytes, what is counted for an annotation of UCUM.
fn unit(ucum: &str) -> String {
    match ucum.trim_matches(['{', '}']) {
        "" | "1" => "unknown".to_owned(),
        "By" => "B".to_owned(),
        unit => dotted::part(unit),
    }
}
