//! From the value of a series to the numbers that CloudWatch takes.

use serde::Serialize;

use crate::metric::Histogram;
use crate::metric::MetricData;
use crate::recorders::cloudwatch_emf::Histograms;

/// The most numbers that a metric may have on one line.
pub(crate) const VALUES: usize = 100;
/// CloudWatch rejects what is larger: 2 to the power of 360.
const LARGEST: f64 = 2.348_542_582_773_833_4e108;
/// Which quantiles a summary has.
const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)];

/// One metric of CloudWatch.
#[derive(Debug, PartialEq)]
pub(crate) struct Part {
    /// What follows the name, after a point; nothing where this is the metric itself.
    pub(crate) suffix: &'static str,
    pub(crate) value: Told,
    /// A number of values rather than one of them.
    pub(crate) counts: bool,
}

/// What is told of it.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Told {
    Distribution(Distribution),
    Number(f64),
    Signed(i64),
    Values(Vec<f64>),
    Whole(u64),
}

/// Values with how often each came, as the exporter of the OpenTelemetry Collector writes them.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Distribution {
    values: Vec<f64>,
    counts: Vec<u64>,
    max: f64,
    min: f64,
    count: u64,
    sum: f64,
}

/// The metrics of CloudWatch for one series since the last time; none where nothing happened. Numbers are multiplied by
/// `factor`.
pub(crate) fn parts(data: &MetricData, factor: f64, histograms: Histograms) -> Vec<Part> {
    let itself = |value| vec![Part { suffix: "", value, counts: false }];
    match data {
        MetricData::Counter(0) => Vec::new(),
        #[expect(clippy::float_cmp, reason = "it stands in a table")]
        MetricData::Counter(count) if factor == 1.0 => itself(Told::Whole(*count)),
        MetricData::Counter(count) => itself(Told::Number(*count as f64 * factor)),
        MetricData::Gauge(value) => itself(Told::Number(value * factor)),
        #[expect(clippy::float_cmp, reason = "it stands in a table")]
        MetricData::UpDownCounter(value) if factor == 1.0 => itself(Told::Signed(*value)),
        MetricData::UpDownCounter(value) => itself(Told::Number(*value as f64 * factor)),
        MetricData::Histogram(histogram) if histogram.count() == 0 => Vec::new(),
        MetricData::Histogram(histogram) => match histograms {
            Histograms::Distribution => itself(Told::Distribution(distribution(histogram, factor))),
            Histograms::Summary => summary(histogram, factor),
            Histograms::Values => {
                let mut parts = itself(Told::Values(values(histogram, factor)));
                parts.extend(count_and_sum(histogram, factor));
                parts
            }
        },
    }
}

/// Whether CloudWatch takes all of it.
pub(crate) fn is_fit(value: &Told) -> bool {
    let fits = |number: &f64| number.is_finite() && number.abs() <= LARGEST;
    match value {
        Told::Distribution(it) => it.values.iter().chain([&it.max, &it.min, &it.sum]).all(fits),
        Told::Number(number) => fits(number),
        Told::Signed(_) | Told::Whole(_) => true,
        Told::Values(values) => values.iter().all(fits),
    }
}

fn count_and_sum(histogram: &Histogram, factor: f64) -> [Part; 2] {
    [
        Part { suffix: "count", value: Told::Whole(histogram.count()), counts: true },
        Part { suffix: "sum", value: Told::Number(histogram.sum() * factor), counts: false },
    ]
}

fn summary(histogram: &Histogram, factor: f64) -> Vec<Part> {
    let number = |suffix, value: Option<f64>| {
        value.map(|value| Part { suffix, value: Told::Number(value * factor), counts: false })
    };
    let extremes = [number("min", histogram.min()), number("max", histogram.max())];
    let quantiles = QUANTILES.map(|(suffix, rank)| number(suffix, histogram.quantile(rank)));
    let rest = extremes.into_iter().chain(quantiles).flatten();
    count_and_sum(histogram, factor).into_iter().chain(rest).collect()
}

/// Each value, as exact as the buckets are, where there are no more than a line takes; else as many of even rank. The
/// extremes are exact.
fn values(histogram: &Histogram, factor: f64) -> Vec<f64> {
    let count = usize::try_from(histogram.count()).unwrap_or(usize::MAX).min(VALUES);
    let rank = |place: usize| (place as f64 + 0.5) / count as f64;
    let mut values: Vec<_> = (0..count).filter_map(|place| histogram.quantile(rank(place))).collect();
    if let (Some(last), Some(max)) = (values.last_mut(), histogram.max()) {
        *last = max;
    }
    if let (Some(first), Some(min)) = (values.first_mut(), histogram.min()) {
        *first = min;
    }
    values.iter_mut().for_each(|value| *value *= factor);
    values
}

fn distribution(histogram: &Histogram, factor: f64) -> Distribution {
    let (min, max) = (histogram.min().unwrap_or_default(), histogram.max().unwrap_or_default());
    let mut lower = 0.0;
    let middles = histogram.bucket_counts().map(|(upper, count)| {
        let middle = if upper.is_finite() { f64::midpoint(lower, upper) } else { max };
        lower = upper;
        (middle.clamp(min, max), count)
    });
    let mut held: Vec<_> = middles.filter(|(_, count)| *count > 0).collect();
    while held.len() > VALUES {
        held = held.chunks(2).map(joined).collect();
    }
    Distribution {
        values: held.iter().map(|(value, _)| value * factor).collect(),
        counts: held.iter().map(|(_, count)| *count).collect(),
        max: max * factor,
        min: min * factor,
        count: histogram.count(),
        sum: histogram.sum() * factor,
    }
}

/// Neighbours as one, at the mean of their values.
fn joined(neighbours: &[(f64, u64)]) -> (f64, u64) {
    let count = neighbours.iter().map(|(_, count)| count).sum::<u64>();
    let weight = |of: u64| of as f64 / count as f64;
    (neighbours.iter().map(|(value, of)| value * weight(*of)).sum(), count)
}
