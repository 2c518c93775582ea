//! From the metrics of a snapshot to lines of JSON. Pure.

mod line;
mod name;
mod series;
#[cfg(test)]
mod tests;
mod unit;
mod values;

pub(crate) use name::Namespace;

use std::collections::HashMap;

use crate::metric::Snapshot;
use crate::model::since_1970;
use crate::recorders::cloudwatch_emf::Histograms;
use crate::recorders::cloudwatch_emf::dimensions::DimensionSet;
use crate::recorders::cloudwatch_emf::encode::line::Line;
use crate::recorders::cloudwatch_emf::encode::series::Series;

/// How metrics are put into words.
#[derive(Clone, Debug)]
pub(crate) struct Wording {
    /// That of the service where nobody said another one.
    pub(crate) namespace: Option<Namespace>,
    pub(crate) dimensions: Vec<DimensionSet>,
    pub(crate) histograms: Histograms,
    /// In seconds, 1 or 60; what CloudWatch does by default where nothing is said.
    pub(crate) resolution: Option<u8>,
}

impl Default for Wording {
    fn default() -> Self {
        Self {
            namespace: None,
            dimensions: vec![DimensionSet::all(), DimensionSet::none()],
            histograms: Histograms::default(),
            resolution: None,
        }
    }
}

/// Lines, and how many metrics CloudWatch would not have taken.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Each without its line feed.
    pub(crate) lines: Vec<Vec<u8>>,
    pub(crate) refused: u64,
}

/// The lines for differences since the last time, each of at most `limit` bytes.
///
/// What has the same labels shares its lines, as far as there is room for it: up to 100 metrics, none twice.
pub(crate) fn lines(since: &Snapshot, wording: &Wording, limit: usize) -> Lines {
    let of_service = name::of_service(since.resource().service_name());
    let namespace = wording.namespace.as_ref().unwrap_or(&of_service);
    let time = since_1970(since.taken()).as_millis();
    let time = u64::try_from(time).unwrap_or(u64::MAX);
    let mut lines = Lines::default();
    for series in gathered(since, wording, &mut lines.refused) {
        let mut open: Vec<Line> = Vec::new();
        let (beginning, members) = series.frame(since.resource(), wording, namespace, time);
        for entry in series.entries() {
            if !open.iter_mut().any(|line| line.take(&entry, limit)) {
                let mut line = Line::new(&beginning, &members);
                if line.take(&entry, limit) {
                    open.push(line);
                } else {
                    lines.refused += 1;
                }
            }
        }
        lines.lines.extend(open.into_iter().map(Line::finish));
    }
    lines
}

/// What is told of each combination of labels, in the order in which they came.
fn gathered<'a>(since: &'a Snapshot, wording: &Wording, refused: &mut u64) -> Vec<Series<'a>> {
    let mut places = HashMap::new();
    let mut all: Vec<Series<'a>> = Vec::new();
    for metric in since.metrics() {
        let unit = unit::unit(&metric.unit, metric.kind);
        for point in &metric.points {
            let parts = values::parts(&point.data, unit.factor, wording.histograms);
            let (fit, unfit): (Vec<_>, Vec<_>) =
                parts.into_iter().partition(|part| values::is_fit(&part.value));
            *refused += unfit.len() as u64;
            if fit.is_empty() {
                continue;
            }
            let place = *places.entry(&point.labels).or_insert_with(|| {
                all.push(Series::new(&point.labels, wording.resolution));
                all.len() - 1
            });
            all[place].add(&metric.name, unit.name, fit);
        }
    }
    all
}
