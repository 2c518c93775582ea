//! From the difference of two snapshots to lines.

use crate::export::socket::Packer;
use crate::metric::Histogram;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::Snapshot;
use crate::metric::of_second;
use crate::model::since_1970;
use crate::recorders::statsd::Dialect;
use crate::recorders::statsd::Timers;
use crate::recorders::statsd::encode::Form;
use crate::recorders::statsd::encode::form::Packing;
use crate::recorders::statsd::encode::form::Subject;
use crate::recorders::statsd::encode::form::number;
use crate::recorders::statsd::encode::values::rounded;
use crate::recorders::statsd::encode::values::standing_for;

/// What [`Timers::Spans`] tells call by call.
const OF_SPANS: [&str; 2] = ["function.calls.duration", "function.calls.self_duration"];

impl Form<'_> {
    /// The lines of what was counted since the last time. A counter that did not move has none.
    pub(crate) fn metrics(&self, delta: &Snapshot, packer: &mut Packer) {
        let time = self.timestamp(delta);
        let told = |metric: &&Metric| {
            self.options.timers == Timers::Histograms || !OF_SPANS.contains(&metric.name.as_ref())
        };
        for metric in delta.metrics().iter().filter(told) {
            for point in &metric.points {
                let labels = point.labels.iter().map(|(name, value)| (*name, value.as_ref()));
                let subject = self.subject(&metric.name, || metric.path(point), labels);
                match &point.data {
                    MetricData::Counter(0) => {}
                    MetricData::Counter(count) => {
                        packer.push(subject.line(&count.to_string(), "c", 1.0) + &time);
                    }
                    MetricData::Gauge(value) => self.gauge(&subject, *value, &time, packer),
                    MetricData::Histogram(histogram) => {
                        self.histogram(&subject, histogram, &metric.unit, packer);
                    }
                    MetricData::UpDownCounter(value) => self.gauge(&subject, *value as f64, &time, packer),
                }
            }
        }
    }

    /// A negative value with its sign would be added to what the gauge has, unless that is zero.
    fn gauge(&self, subject: &Subject, value: f64, time: &str, packer: &mut Packer) {
        let line = |value: f64| subject.line(&number(value), "g", 1.0) + time;
        if !value.is_finite() {
            return;
        }
        if value < 0.0 && self.options.dialect != Dialect::DogStatsD {
            packer.push_together(&[line(0.0), line(value)]);
        } else {
            packer.push(line(value));
        }
    }

    fn histogram(&self, subject: &Subject, histogram: &Histogram, unit: &str, packer: &mut Packer) {
        let (values, rate) = standing_for(histogram, self.options.values);
        let scale = milliseconds(unit);
        let values: Vec<_> = values.into_iter().map(|value| number(rounded(value * scale))).collect();
        subject.push_all(&values, self.distribution(), rate, Packing::of(self.options.dialect), packer);
    }

    /// The type of line that a value of a distribution has.
    pub(crate) fn distribution(&self) -> &'static str {
        match self.options.dialect {
            Dialect::Classic | Dialect::Tagged => "ms",
            Dialect::DogStatsD => self.options.histograms.letters(),
        }
    }

    fn timestamp(&self, delta: &Snapshot) -> String {
        let seconds = since_1970(delta.taken()).as_secs();
        match self.options.dialect {
            Dialect::DogStatsD if self.options.timestamps => format!("|T{seconds}"),
            _ => String::new(),
        }
    }
}

/// How many milliseconds one of this unit is; one where it is no unit of time.
fn milliseconds(unit: &str) -> f64 {
    of_second(unit).map_or(1.0, |in_a_second| 1_000.0 / in_a_second)
}
