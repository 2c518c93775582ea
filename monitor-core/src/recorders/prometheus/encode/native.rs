//! Native histograms: exponential buckets as Prometheus has them.

use crate::metric::Histogram;

/// The finest and the coarsest resolution that Prometheus has (client_model, `Histogram.schema`).
const SCHEMAS: std::ops::RangeInclusive<i32> = -4..=8;
/// So many empty buckets are cheaper than a new span, as Prometheus' own client has it.
const GAP: i32 = 2;

/// Exponential buckets: runs of them, and how much each holds more than the one before.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Native {
    pub(crate) schema: i32,
    pub(crate) zeros: u64,
    /// The distance from the end of the last run, and the length.
    pub(crate) spans: Vec<(i32, u32)>,
    pub(crate) deltas: Vec<i64>,
}

/// The native form of an exponential histogram, coarser where Prometheus has no such resolution; none where it has none
/// that is as coarse.
pub(crate) fn native(histogram: &Histogram) -> Option<Native> {
    let (scale, zeros, offset, counts) = histogram.as_exponential()?;
    let schema = scale.min(*SCHEMAS.end());
    if !SCHEMAS.contains(&schema) {
        return None;
    }
    let mut native = Native { schema, zeros, ..Native::default() };
    let (mut last, mut before): (Option<i32>, i64) = (None, 0);
    for (index, count) in joined(offset, counts, scale - schema) {
        let gap = last.map_or(index, |last| index - last - 1);
        match native.spans.last_mut() {
            Some((_, length)) if gap <= GAP => {
                *length += gap as u32 + 1;
                for _ in 0..gap {
                    native.deltas.push(std::mem::take(&mut before).wrapping_neg());
                }
            }
            _ => native.spans.push((gap, 1)),
        }
        native.deltas.push(count.wrapping_sub(before));
        (last, before) = (Some(index), count);
    }
    Some(native)
}

/// The buckets that hold anything, each `2^by` neighbours joined, with Prometheus' index of each: it numbers a bucket by
/// its upper bound, and we by its lower one.
fn joined(offset: i32, counts: &[u64], by: i32) -> Vec<(i32, i64)> {
    let mut joined: Vec<(i32, i64)> = Vec::new();
    for (position, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let index = ((offset + position as i32) >> by) + 1;
        match joined.last_mut() {
            Some((last, sum)) if *last == index => *sum += *count as i64,
            _ => joined.push((index, *count as i64)),
        }
    }
    joined
}
