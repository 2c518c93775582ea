//! A few values that stand for all values of a histogram.

use crate::metric::Histogram;

/// At most `most` values that stand for all of a histogram, in increasing order, and the share that they are: each of
/// them stands for as many values as any other. So what a daemon computes from them is right whether or not it heeds the
/// rate: Etsy's scales the count by it, but neither mean nor quantiles.
///
/// As long as there are no more than `most` values, there is one for each. A value is off by at most the width of its
/// bucket, 0.6 % at the finest scale of exponential buckets; between the ends of a bucket values are spread evenly.
pub(crate) fn standing_for(histogram: &Histogram, most: u32) -> (Vec<f64>, f64) {
    let count = histogram.count();
    let (Some(min), Some(max)) = (histogram.min(), histogram.max()) else { return (Vec::new(), 1.0) };
    let taken = count.min(u64::from(most.max(1)));
    // The middle of each of so many equal parts of the ranks.
    let rank = |place: u64| (((place as f64 + 0.5) * count as f64 / taken as f64) as u64).min(count - 1);
    let mut values = Vec::with_capacity(taken as usize);
    let (mut below, mut place) = (0, 0);
    for (lower, upper, held) in histogram.spans() {
        let (lower, upper) = (lower.clamp(min, max), upper.clamp(min, max));
        while place < taken && rank(place) < below + held {
            let within = ((rank(place) - below) as f64 + 0.5) / held as f64;
            values.push(lower + (upper - lower) * within);
            place += 1;
        }
        below += held;
    }
    // Where count and buckets were read at slightly different moments.
    let share = (values.len() as f64 / count as f64).min(1.0);
    (values, share)
}

/// The value with six digits, which is more than a bucket knows.
pub(crate) fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}
