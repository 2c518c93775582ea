//! From a snapshot, and what came since the last one, to points.

use crate::metric::Histogram;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricPoint;
use crate::metric::Snapshot;
use crate::recorders::graphite::Counters;
use crate::recorders::graphite::config::Options;
use crate::recorders::graphite::encode::Number;
use crate::recorders::graphite::encode::Point;
use crate::recorders::graphite::encode::naming::Holding;
use crate::recorders::graphite::encode::naming::Kind;
use crate::recorders::graphite::encode::naming::Names;

/// The points of a snapshot; `delta` is the same less what was told before.
pub(crate) fn points(options: &Options, snapshot: &Snapshot, delta: &Snapshot) -> Vec<Point> {
    let names = Names::new(options, snapshot.resource());
    let mut points = Vec::new();
    for (metric, news) in snapshot.metrics().iter().zip(delta.metrics()) {
        for (point, news) in metric.points.iter().zip(&news.points) {
            let mut series = Series { names: &names, metric, point, points: &mut points };
            let told = match options.counters {
                Counters::Cumulative => &point.data,
                Counters::Delta => &news.data,
            };
            match (told, &news.data) {
                (MetricData::Counter(count), _) => series.push("", Kind::Sum, Number::Unsigned(*count)),
                (MetricData::Gauge(value), _) => series.push_float("", Kind::Gauge, *value),
                (MetricData::Histogram(told), MetricData::Histogram(news)) => {
                    series.push_histogram(told, news, options);
                }
                (MetricData::UpDownCounter(value), _) => series.push("", Kind::Gauge, Number::Signed(*value)),
                // A snapshot and its difference have the same metrics.
                (MetricData::Histogram(_), _) => {}
            }
        }
    }
    points
}

/// The points of one series.
struct Series<'a> {
    names: &'a Names<'a>,
    metric: &'a Metric,
    point: &'a MetricPoint,
    points: &'a mut Vec<Point>,
}

impl Series<'_> {
    fn push(&mut self, statistic: &str, kind: Kind, value: Number) {
        // How many there were has not the unit of what there were.
        let unit = if statistic == "count" { "" } else { self.metric.unit.as_ref() };
        let path = self.names.of(self.metric, self.point, Holding { statistic, kind, unit });
        self.points.push(Point { path, value });
    }

    /// Carbon drops what is no number, and stores infinity for ever.
    fn push_float(&mut self, statistic: &str, kind: Kind, value: f64) {
        if value.is_finite() {
            self.push(statistic, kind, Number::Float(value + 0.0));
        }
    }

    /// Count and sum as of counters; extremes and quantiles of what is new, since those of a whole life stand still.
    fn push_histogram(&mut self, told: &Histogram, news: &Histogram, options: &Options) {
        self.push("count", Kind::Sum, Number::Unsigned(told.count()));
        self.push_float("sum", Kind::Sum, told.sum());
        let extremes = [("min", news.min()), ("max", news.max())];
        for (name, value) in extremes.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            self.push_float(name, Kind::Gauge, value);
        }
        for rank in &options.quantiles {
            if let Some(value) = news.quantile(rank.get()) {
                self.push_float(&rank.name(), Kind::Gauge, value);
            }
        }
    }
}
