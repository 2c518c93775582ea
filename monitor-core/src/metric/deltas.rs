//! What was counted since the last time.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::SystemTime;

use crate::metric::Histogram;
use crate::metric::Labels;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricPoint;
use crate::metric::Snapshot;

/// What was counted since the last time: for systems that want differences, not sums since the start.
///
/// A difference is lost only when [`commit`](Self::commit) says that it was shipped: what could not be shipped is part of
/// the next difference.
///
/// ```
/// use monitor_core::instrument::Counter;
/// use monitor_core::{Deltas, MetricData, Monitor};
///
/// static SOLD: Counter = Counter::new("sold");
///
/// let monitor = Monitor::builder().build();
/// let mut deltas = Deltas::default();
/// let sold = |snapshot: &monitor_core::Snapshot| snapshot.metric("sold").unwrap().points[0].data.clone();
///
/// monitor.scope(|| SOLD.add(2));
/// let first = monitor.snapshot();
/// assert_eq!(sold(&deltas.since_last(&first)), MetricData::Counter(2));
/// deltas.commit(&first);
///
/// monitor.scope(|| SOLD.add(3));
/// assert_eq!(sold(&deltas.since_last(&monitor.snapshot())), MetricData::Counter(3));
/// ```
#[derive(Debug, Default)]
pub struct Deltas {
    at: Option<SystemTime>,
    last: HashMap<Cow<'static, str>, HashMap<Labels, Counted>>,
}

/// What was counted up to the last time.
#[derive(Debug)]
enum Counted {
    Counter(u64),
    Histogram(Histogram),
}

impl Deltas {
    /// The metrics of `snapshot` with counters and histograms less what was counted up to the last commit, beginning
    /// then. Gauges and up-down counters are what they are. The functions are left out.
    #[must_use]
    pub fn since_last(&self, snapshot: &Snapshot) -> Snapshot {
        let metrics = snapshot.metrics.iter().map(|metric| {
            let last = self.last.get(&metric.name);
            let points = metric.points.iter().map(|point| {
                let before = last.and_then(|points| points.get(&point.labels));
                MetricPoint { labels: point.labels.clone(), data: difference(&point.data, before) }
            });
            Metric { points: points.collect(), ..metric.without_points() }
        });
        Snapshot {
            resource: snapshot.resource.clone(),
            started: self.at.unwrap_or(snapshot.started),
            taken: snapshot.taken,
            functions: Vec::new(),
            metrics: metrics.collect(),
        }
    }

    /// What `snapshot` holds was shipped.
    pub fn commit(&mut self, snapshot: &Snapshot) {
        self.at = Some(snapshot.taken);
        self.last.clear();
        for metric in &snapshot.metrics {
            let counted = metric.points.iter().filter_map(|point| {
                let counted = match &point.data {
                    MetricData::Counter(sum) => Counted::Counter(*sum),
                    MetricData::Histogram(histogram) => Counted::Histogram(histogram.clone()),
                    MetricData::Gauge(_) | MetricData::UpDownCounter(_) => return None,
                };
                Some((point.labels.clone(), counted))
            });
            self.last.entry(metric.name.clone()).or_default().extend(counted);
        }
    }
}

fn difference(now: &MetricData, before: Option<&Counted>) -> MetricData {
    match (now, before) {
        (MetricData::Counter(now), Some(Counted::Counter(before))) => {
            MetricData::Counter(since(*now, *before))
        }
        (MetricData::Histogram(now), Some(Counted::Histogram(before))) => {
            MetricData::Histogram(now.since(before))
        }
        _ => now.clone(),
    }
}

/// What was added to a sum. One that wrapped still gives it; one that began again, as that of a connection that was made
/// anew, is all new.
fn since(now: u64, before: u64) -> u64 {
    let added = now.wrapping_sub(before);
    if added <= u64::MAX / 2 { added } else { now }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(now: u64, before: u64, expected: u64) {
        let added = difference(&MetricData::Counter(now), Some(&Counted::Counter(before)));
        assert_eq!(added, MetricData::Counter(expected), "{before}, then {now}");
    }

    #[test]
    fn what_was_added_to_a_sum_is_known_also_if_it_wrapped_or_began_again() {
        check(7, 5, 2);
        check(5, 5, 0);
        check(1, u64::MAX, 2);
        check(5, 1_000, 5);
        check(0, 1_000, 0);
    }
}
