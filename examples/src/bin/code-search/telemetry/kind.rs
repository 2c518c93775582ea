//! From what the library counted by label to the rows of query kinds.

use std::collections::BTreeMap;

use monitor_core::FunctionSeries;
use monitor_core::FunctionSnapshot;
use monitor_core::Histogram;
use monitor_core::Outcome;

use crate::report::KindRow;
use crate::telemetry::function::seconds;

/// The label that tells the kind, as `Client` declares it.
const LABEL: &str = "query.kind";

/// A row for each value of the label.
pub(crate) fn rows(function: &FunctionSnapshot) -> Vec<KindRow> {
    let mut kinds: BTreeMap<&str, Vec<&FunctionSeries>> = BTreeMap::new();
    for series in function.series() {
        let kind = series.labels().iter().find(|(name, _)| *name == LABEL);
        kinds.entry(kind.map_or("other", |(_, kind)| kind)).or_default().push(series);
    }
    kinds.into_iter().map(|(kind, series)| row(kind, &series)).collect()
}

fn row(kind: &str, all: &[&FunctionSeries]) -> KindRow {
    let mut durations = Histogram::exponential();
    let mut failed: BTreeMap<&str, u64> = BTreeMap::new();
    for series in all {
        durations.merge(series.duration());
        if series.outcome() != Outcome::Ok {
            let why = series.error_type().unwrap_or(series.outcome().as_str());
            *failed.entry(why).or_default() += series.calls();
        }
    }
    let quantile = |rank| seconds(durations.quantile(rank).unwrap_or_default());
    KindRow {
        kind: kind.to_owned(),
        calls: durations.count(),
        p50: quantile(0.5),
        p99: quantile(0.99),
        failed: failed.into_iter().map(|(why, number)| (why.to_owned(), number)).collect(),
    }
}
