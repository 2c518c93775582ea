//! Snapshots with other labels: what becomes the same series is added up.

use std::collections::HashMap;

use crate::metric::Histogram;
use crate::metric::Labels;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricPoint;
use crate::metric::Snapshot;

impl Snapshot {
    /// Changes the labels of every series of every metric.
    pub(crate) fn relabel(&mut self, mut change: impl FnMut(&mut Labels)) {
        self.metrics.iter_mut().for_each(|metric| metric.relabel(&mut change));
    }
}

impl Metric {
    /// Changes the labels of every series. Series that have the same labels then become one: counts and distributions
    /// are added up, and of gauges the last one stays.
    pub(crate) fn relabel(&mut self, mut change: impl FnMut(&mut Labels)) {
        let mut places: HashMap<Labels, usize> = HashMap::with_capacity(self.points.len());
        let mut points: Vec<MetricPoint> = Vec::with_capacity(self.points.len());
        for mut point in std::mem::take(&mut self.points) {
            change(&mut point.labels);
            let mut key = point.labels.clone();
            key.sort();
            match places.get(&key) {
                Some(place) => points[*place].data.add(point.data),
                None => {
                    places.insert(key, points.len());
                    points.push(point);
                }
            }
        }
        self.points = points;
    }
}

impl MetricData {
    /// Adds what another series has.
    fn add(&mut self, other: MetricData) {
        match (self, other) {
            (MetricData::Counter(sum), MetricData::Counter(more)) => *sum = sum.wrapping_add(more),
            (MetricData::Histogram(all), MetricData::Histogram(more)) => {
                let exemplars = [all.exemplars(), more.exemplars()].concat();
                let mut both = all.clone();
                both.merge(&more);
                *all = both.with_exemplars(exemplars);
            }
            (MetricData::UpDownCounter(sum), MetricData::UpDownCounter(more)) => {
                *sum = sum.wrapping_add(more)
            }
            (last, other) => *last = other,
        }
    }
}

impl Histogram {
    /// The same values in buckets of these bounds; each value goes where the upper bound of its bucket belongs.
    pub(crate) fn rebucketed(&self, bounds: &'static [f64]) -> Self {
        let mut other = Self::explicit(bounds);
        other.merge(self);
        other.with_exemplars(self.exemplars().to_vec())
    }
}
