//! Classic buckets, cumulative and with bounds that stay the same for ever.

use crate::metric::Exemplar;
use crate::metric::Histogram;

/// Bounds of seconds as powers of two: from a microsecond in steps of four, from a millisecond to half a minute in steps
/// of two, and two minutes.
const SECONDS: [i32; 22] =
    [-20, -18, -16, -14, -12, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 7];
/// Of bytes: from 16 to 16 GiB in steps of four.
const BYTES: [i32; 16] = [4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34];
/// Of things: from 1 to a thousand million in steps of four.
const THINGS: [i32; 16] = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30];
/// Of anything else: from a thousandth to a million in steps of four.
const OTHER: [i32; 16] = [-10, -8, -6, -4, -2, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20];

/// One bucket: how many values are at most `upper`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket<'a> {
    pub(crate) upper: f64,
    pub(crate) count: u64,
    pub(crate) exemplar: Option<&'a Exemplar>,
}

/// The buckets of a histogram whose values have this unit; the last one has no bound.
///
/// Explicit bounds are shown as they are. An exponential histogram is shown at a few powers of two that follow from the
/// unit alone. Its own buckets end at every power of two, however much resolution it has given up, so that these counts
/// are exact and never fall, and no bound ever comes or goes. (Only a histogram whose values lie more than 48 decades
/// apart has buckets wider than that; what is in a bucket across a bound is then counted above it.)
pub(crate) fn buckets<'a>(histogram: &'a Histogram, unit: &str) -> Vec<Bucket<'a>> {
    let mut buckets = match histogram.as_exponential() {
        Some((scale, zeros, offset, counts)) => {
            let bounds = ladder(unit).iter();
            let all = |power: &i32| at_most(*power, scale, zeros, offset, counts);
            bounds.map(|power| (f64::from(*power).exp2(), all(power))).map(bucket).collect()
        }
        None => explicit(histogram),
    };
    buckets.push(bucket((f64::INFINITY, histogram.count())));
    for exemplar in histogram.exemplars().iter().filter(|it| it.context.is_valid()) {
        let here = buckets.iter_mut().find(|bucket| exemplar.value <= bucket.upper);
        if let Some(bucket) = here.filter(|it| it.exemplar.is_none_or(|known| known.time < exemplar.time)) {
            bucket.exemplar = Some(exemplar);
        }
    }
    buckets
}

fn bucket<'a>((upper, count): (f64, u64)) -> Bucket<'a> {
    Bucket { upper, count, exemplar: None }
}

/// How many values are at most two to this power.
fn at_most(power: i32, scale: i32, zeros: u64, offset: i32, counts: &[u64]) -> u64 {
    // Bucket `index` ends at two to the power of `(index + 1) / 2^scale`.
    let ends = match scale {
        0.. => i64::from(power) << scale,
        _ => i64::from(power) >> -scale,
    };
    let below = usize::try_from(ends - i64::from(offset)).unwrap_or(0).min(counts.len());
    zeros + counts.iter().take(below).sum::<u64>()
}

/// Bounds that make no sense are left out: no value is negative, and the bound of the last bucket is implied.
fn explicit<'a>(histogram: &Histogram) -> Vec<Bucket<'a>> {
    let (bounds, counts) = histogram.as_explicit().unwrap_or_default();
    let mut buckets: Vec<Bucket<'a>> = Vec::with_capacity(bounds.len() + 1);
    let mut sum = 0;
    for (bound, count) in bounds.iter().zip(counts) {
        sum += count;
        match buckets.last_mut() {
            Some(last) if *bound <= last.upper => last.count = sum,
            _ if *bound >= 0.0 && bound.is_finite() => buckets.push(bucket((bound.abs(), sum))),
            _ => {}
        }
    }
    buckets
}

fn ladder(unit: &str) -> &'static [i32] {
    match unit {
        "s" => &SECONDS,
        "By" => &BYTES,
        _ if unit.starts_with('{') => &THINGS,
        _ => &OTHER,
    }
}
