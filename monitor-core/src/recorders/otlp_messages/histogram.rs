//! From our histograms to those of the protocol.

use crate::metric::Exemplar as Recorded;
use crate::metric::Histogram;
use crate::recorders::otlp_messages::KeyValue;
use crate::recorders::otlp_messages::attribute::nanoseconds;
use crate::recorders::otlp_messages::points::Buckets;
use crate::recorders::otlp_messages::points::Exemplar;
use crate::recorders::otlp_messages::points::ExemplarNumber;
use crate::recorders::otlp_messages::points::ExponentialDataPoint;
use crate::recorders::otlp_messages::points::HistogramDataPoint;
use crate::recorders::otlp_messages::trace::identifiers;

/// In which buckets histograms are told that declare none.
///
/// A metric is of one kind in OpenTelemetry's protocol, and what is of two is refused or lost by some who receive it. So,
/// where one series of a metric declares bounds, such as those of one function among all of
/// `function.calls.duration`, its other series are told with the bounds of [`Explicit`](Self::Explicit) as well.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Histograms {
    /// In buckets with OpenTelemetry's usual bounds, for what knows no others.
    Explicit,
    /// In the exponential buckets in which they are kept: exact to a few per cent over all sizes.
    #[default]
    Exponential,
}

/// The bounds that OpenTelemetry's conventions have for durations in seconds, as of `http.server.request.duration`.
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
/// The bounds that OpenTelemetry has for everything else.
const OTHERS: &[f64] = &[
    0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1_000.0, 2_500.0, 5_000.0, 7_500.0,
    10_000.0,
];

/// What all points of a metric share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) started: u64,
    pub(crate) taken: u64,
    pub(crate) unit: &'a str,
}

pub(crate) fn exponential(
    histogram: &Histogram,
    (scale, zero_count, offset, counts): (i32, u64, i32, &[u64]),
    attributes: Vec<KeyValue>,
    place: Place<'_>,
) -> ExponentialDataPoint {
    ExponentialDataPoint {
        attributes,
        start_time_unix_nano: place.started,
        time_unix_nano: place.taken,
        count: histogram.count(),
        sum: Some(histogram.sum()),
        scale,
        zero_count,
        positive: positive(offset, counts),
        exemplars: exemplars(histogram),
        min: histogram.min(),
        max: histogram.max(),
    }
}

/// From the first bucket that holds something to the last one: there may be room at both ends.
fn positive(offset: i32, counts: &[u64]) -> Option<Buckets> {
    let first = counts.iter().position(|count| *count > 0)?;
    let last = counts.iter().rposition(|count| *count > 0)?;
    Some(Buckets { offset: offset + first as i32, bucket_counts: counts[first..=last].to_vec() })
}

/// With the bounds that the histogram has, or else the usual ones.
pub(crate) fn explicit(
    histogram: &Histogram,
    attributes: Vec<KeyValue>,
    place: Place<'_>,
) -> HistogramDataPoint {
    let (explicit_bounds, bucket_counts) = match histogram.as_explicit() {
        Some((bounds, counts)) => declared(bounds, counts),
        None => {
            let bounds = if place.unit == "s" { SECONDS } else { OTHERS };
            (bounds.to_vec(), sorted(histogram, bounds))
        }
    };
    HistogramDataPoint {
        attributes,
        start_time_unix_nano: place.started,
        time_unix_nano: place.taken,
        count: histogram.count(),
        sum: Some(histogram.sum()),
        bucket_counts,
        explicit_bounds,
        exemplars: exemplars(histogram),
        min: histogram.min(),
        max: histogram.max(),
    }
}

/// The bounds that the protocol can have, which are finite and rise, with what lies between them. What lies below a bound
/// that is left out is counted below the next one.
fn declared(bounds: &[f64], counts: &[u64]) -> (Vec<f64>, Vec<u64>) {
    let mut kept: Vec<f64> = Vec::with_capacity(bounds.len());
    let mut between = Vec::with_capacity(counts.len());
    let mut below = 0;
    for (bound, count) in bounds.iter().zip(counts) {
        below += count;
        if bound.is_finite() && kept.last().is_none_or(|last| last < bound) {
            kept.push(*bound);
            between.push(std::mem::take(&mut below));
        }
    }
    if !kept.is_empty() {
        // Without a bound there is one bucket, which says what `count` says.
        between.push(below + counts.iter().skip(bounds.len()).sum::<u64>());
    }
    (kept, between)
}

/// How many values lie between these bounds. A value is larger than the lower bound of its exponential bucket, so that
/// it is counted below the first of `bounds` that is larger than that one. When the histogram gives up resolution its
/// buckets begin at the same place or lower: what is at most a bound never becomes less, which would be taken for a new
/// beginning.
fn sorted(histogram: &Histogram, bounds: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; bounds.len() + 1];
    for (lower, upper, count) in histogram.spans() {
        let place = match upper {
            // Zeros are no larger than anything.
            0.0 => bounds.partition_point(|bound| *bound < 0.0),
            _ => bounds.partition_point(|bound| *bound <= lower),
        };
        counts[place] += count;
    }
    counts
}

fn exemplars(histogram: &Histogram) -> Vec<Exemplar> {
    let exemplar = |recorded: &Recorded| {
        let (trace, span) = identifiers(recorded.context);
        Exemplar {
            time_unix_nano: nanoseconds(recorded.time),
            span_id: span.to_vec(),
            trace_id: trace.to_vec(),
            value: Some(ExemplarNumber::AsDouble(recorded.value)),
        }
    };
    histogram.exemplars().iter().filter(|recorded| recorded.context.is_valid()).map(exemplar).collect()
}
