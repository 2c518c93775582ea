//! Whether buckets, count and sum of a histogram agree.

use crate::openmetrics::error::ParseError;
use crate::openmetrics::exposition::Family;
use crate::openmetrics::exposition::Sample;
use crate::openmetrics::number::bound;

/// Whether a histogram must have a count.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Count {
    Optional,
    Required,
}

/// Checks each metric of the family at each time.
pub(crate) fn check(family: &Family, must: Count) -> Result<(), ParseError> {
    let mut samples: Vec<_> = family.samples.iter().map(|sample| (sample.identity("le"), sample)).collect();
    // Stable: the samples of one metric stay in their order.
    samples.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut metrics =
        samples.chunk_by(|(left, first), (right, next)| left == right && first.timestamp == next.timestamp);
    metrics.try_for_each(|metric| {
        let samples: Vec<_> = metric.iter().map(|(_, sample)| *sample).collect();
        check_one(family, &samples, must)
    })
}

fn check_one(family: &Family, samples: &[&Sample], must: Count) -> Result<(), ParseError> {
    let Some(first) = samples.first() else { return Ok(()) };
    let wrong = |sample: &Sample, expected: &str| Err(ParseError::new(sample.line, expected, &sample.name));
    let mut last: Option<(f64, f64)> = None;
    let (mut count, mut sum, mut negative) = (None, None, false);
    for sample in samples {
        match family.suffix(sample) {
            "_bucket" => {
                let upper = sample.label("le").and_then(bound).unwrap_or(f64::NAN);
                if last.is_some_and(|(before, _)| before >= upper) {
                    return wrong(sample, "buckets in order of their bounds, each once");
                }
                if last.is_some_and(|(_, before)| before > sample.value) {
                    return wrong(sample, "a bucket that holds no less than the one before");
                }
                negative |= upper < 0.0;
                last = Some((upper, sample.value));
            }
            "_count" | "_gcount" => count = Some(sample),
            "_sum" | "_gsum" => sum = Some(sample),
            _ => {}
        }
    }
    let Some((_, all)) = last.filter(|(upper, _)| *upper == f64::INFINITY) else {
        return wrong(first, "a last bucket with `le=\"+Inf\"`");
    };
    match (count, sum) {
        (Some(count), _) if count.value != all => wrong(count, "the same number as in the bucket `+Inf`"),
        (Some(count), None) => wrong(count, "a sum where there is a count"),
        (None, Some(sum)) => wrong(sum, "a count where there is a sum"),
        (None, None) if must == Count::Required => wrong(first, "a histogram with a count"),
        (_, Some(sum)) if negative && family.suffix(sum) == "_sum" => {
            wrong(sum, "no sum, as there are negative buckets")
        }
        (_, Some(sum)) if !negative && sum.value < 0.0 => {
            wrong(sum, "a sum that is not negative, as no bucket is")
        }
        _ => Ok(()),
    }
}
