//! A distribution in a bounded number of exponential buckets.

use crate::metric::Exemplar;
use crate::metric::exponential::Exponential;

/// A distribution: count, sum, extremes, and how many values fell in each bucket.
///
/// Buckets are OpenTelemetry's base-2 exponential ones or explicit bounds. An exponential histogram starts at
/// scale 7 (values at most 0.28 % off) and halves its resolution whenever its values would span more than 160
/// buckets: 10 % off for values that lie nine decades apart. Two histograms merge without further loss.
///
/// ```
/// use monitor_core::Histogram;
///
/// let mut histogram = Histogram::exponential();
/// for millisecond in 1..=100 {
///     histogram.record(f64::from(millisecond) / 1_000.0);
/// }
/// assert_eq!(histogram.count(), 100);
/// let median = histogram.quantile(0.5).unwrap();
/// assert!((median - 0.050).abs() < 0.002);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    buckets: Kind,
    /// Only in snapshots.
    exemplars: Vec<Exemplar>,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Explicit { bounds: &'static [f64], counts: Vec<u64> },
    Exponential(Exponential),
}

impl Histogram {
    /// An empty exponential histogram.
    #[must_use]
    pub fn exponential() -> Self {
        Self::new(Kind::Exponential(Exponential::default()))
    }

    /// An empty histogram with these upper bounds, which must increase; one more bucket holds what is above.
    #[must_use]
    pub fn explicit(bounds: &'static [f64]) -> Self {
        Self::new(Kind::Explicit { bounds, counts: vec![0; bounds.len() + 1] })
    }

    /// Explicit where there are bounds, else exponential.
    pub(crate) fn with_bounds(bounds: &'static [f64]) -> Self {
        if bounds.is_empty() { Self::exponential() } else { Self::explicit(bounds) }
    }

    fn new(buckets: Kind) -> Self {
        Self {
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            buckets,
            exemplars: Vec::new(),
        }
    }

    /// Adds a value. What is no number, infinite or negative is not added.
    ///
    /// Returns whether the value was added.
    pub fn record(&mut self, value: f64) -> bool {
        let fits = value.is_finite() && value >= 0.0;
        if fits {
            self.record_one(value);
        }
        fits
    }

    /// Adds a value that is known to be finite and not negative.
    #[inline(always)]
    pub(crate) fn record_one(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.min = if value < self.min { value } else { self.min };
        self.max = if value > self.max { value } else { self.max };
        match &mut self.buckets {
            Kind::Exponential(buckets) => buckets.record_one(value),
            Kind::Explicit { bounds, counts } => {
                counts[bounds.partition_point(|bound| *bound < value)] += 1;
            }
        }
    }

    /// Adds the values of the first items, which are known to be finite and not negative, up to an item that has
    /// none. Gives their number.
    #[inline]
    pub(crate) fn record_run<T>(&mut self, items: &[T], mut value: impl FnMut(&T) -> Option<f64>) -> usize {
        let (mut sum, mut min, mut max) = (self.sum, self.min, self.max);
        let value = |item: &T| {
            let value = value(item)?;
            sum += value;
            min = if value < min { value } else { min };
            max = if value > max { value } else { max };
            Some(value)
        };
        let count = match &mut self.buckets {
            Kind::Exponential(buckets) => buckets.record(items, value),
            Kind::Explicit { bounds, counts } => {
                let values = items.iter().map_while(value);
                let buckets = values.map(|value| bounds.partition_point(|bound| *bound < value));
                buckets.inspect(|bucket| counts[*bucket] += 1).count()
            }
        };
        (self.count, self.sum, self.min, self.max) = (self.count + count as u64, sum, min, max);
        count
    }

    /// The same with these of its values, each with its span.
    pub(crate) fn with_exemplars(mut self, exemplars: Vec<Exemplar>) -> Self {
        self.exemplars = exemplars;
        self
    }

    /// Count, sum and extremes of this one, and no buckets.
    pub(crate) fn without_buckets(&self) -> Self {
        let mut summary = Self::explicit(&[]);
        summary.add_summary(self.count, self.sum, self.min, self.max);
        summary
    }

    /// Adds so many values to a histogram without buckets, of which their sum and extremes are known.
    pub(crate) fn add_summary(&mut self, count: u64, sum: f64, min: f64, max: f64) {
        self.count += count;
        self.sum += sum;
        self.min = self.min.min(min);
        self.max = self.max.max(max);
        if let Kind::Explicit { counts, .. } = &mut self.buckets {
            counts.fill(self.count);
        }
    }

    /// Adds all values of `other`. Histograms of different explicit bounds do not mix: their values go to the
    /// bucket that holds their bucket's upper bound.
    pub fn merge(&mut self, other: &Histogram) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        match (&mut self.buckets, &other.buckets) {
            (Kind::Exponential(mine), Kind::Exponential(others)) => mine.merge(others),
            (Kind::Explicit { bounds, counts }, _) => {
                for (upper, count) in other.bucket_counts() {
                    counts[bounds.partition_point(|bound| *bound < upper)] += count;
                }
            }
            (Kind::Exponential(mine), Kind::Explicit { .. }) => {
                other.bucket_counts().for_each(|(upper, count)| mine.add(upper.min(other.max), count));
            }
        }
    }

    /// The values that came since `earlier`, which is this histogram at an earlier time. Their extremes are known as
    /// exactly as the buckets are; exemplars are those from then on that this one has.
    #[must_use]
    pub fn since(&self, earlier: &Histogram) -> Histogram {
        let (Some(count), Some(buckets)) =
            (self.count.checked_sub(earlier.count), self.buckets.since(&earlier.buckets))
        else {
            // It began again.
            return self.clone();
        };
        let news = |exemplar: &&Exemplar| !earlier.exemplars.contains(exemplar);
        let mut since = Self::new(buckets);
        since.count = count;
        since.exemplars = self.exemplars.iter().filter(news).copied().collect();
        if count == 0 {
            return since;
        }
        // Of sums that are rounded the later may be smaller, and of infinite ones the difference is no number.
        since.sum = (self.sum - earlier.sum).max(0.0);
        let spans = || since.spans().map(|(lower, upper, _)| (lower, upper));
        // A new extreme is one of the new values; else it lies in the outermost bucket that got any.
        let lowest = spans().map(|(lower, _)| lower).fold(f64::INFINITY, f64::min);
        let highest = spans().map(|(_, upper)| upper).fold(f64::NEG_INFINITY, f64::max);
        let min = if self.min < earlier.min { self.min } else { lowest.clamp(self.min, self.max) };
        let max = if self.max > earlier.max { self.max } else { highest.clamp(self.min, self.max) };
        (since.min, since.max) = (min, max);
        since
    }

    /// Some of the values, each with its span: at most a few, spread over the range of the values.
    #[must_use]
    pub fn exemplars(&self) -> &[Exemplar] {
        &self.exemplars
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum of the values.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The smallest value, if there is one.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest value, if there is one.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    /// The mean of the values, if there is one.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The value below which a share of `rank` (0 to 1) of the values lies, if there is any value.
    ///
    /// Exact at both ends; between them as exact as the buckets are.
    #[must_use]
    pub fn quantile(&self, rank: f64) -> Option<f64> {
        if self.count == 0 || rank.is_nan() {
            return None;
        }
        if rank <= 0.0 {
            return Some(self.min);
        }
        let target = ((rank.min(1.0) * self.count as f64).ceil() as u64).max(1);
        if target >= self.count {
            return Some(self.max);
        }
        let mut seen = 0;
        for (lower, upper, count) in self.spans() {
            seen += count;
            if seen >= target {
                // The middle of the bucket, at most half its width off.
                return Some(((lower + upper) / 2.0).clamp(self.min, self.max));
            }
        }
        Some(self.max)
    }

    /// The upper bounds of the buckets that hold anything, each with its count, in increasing order. The last
    /// explicit bucket has no upper bound: infinity.
    pub fn bucket_counts(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.spans().map(|(_, upper, count)| (upper, count))
    }

    /// The exponential form, if this is one: scale, count of zeros, index of the first bucket, counts.
    #[must_use]
    pub fn as_exponential(&self) -> Option<(i32, u64, i32, &[u64])> {
        match &self.buckets {
            Kind::Exponential(buckets) => Some(buckets.parts()),
            Kind::Explicit { .. } => None,
        }
    }

    /// The explicit form, if this is one: upper bounds and counts, one more than bounds.
    #[must_use]
    pub fn as_explicit(&self) -> Option<(&'static [f64], &[u64])> {
        match &self.buckets {
            Kind::Explicit { bounds, counts } => Some((bounds, counts)),
            Kind::Exponential(_) => None,
        }
    }

    /// Lower bound, upper bound and count of each bucket that holds anything.
    pub(crate) fn spans(&self) -> Box<dyn Iterator<Item = (f64, f64, u64)> + '_> {
        match &self.buckets {
            Kind::Exponential(buckets) => Box::new(buckets.spans()),
            Kind::Explicit { bounds, counts } => {
                let held = counts.iter().enumerate().filter(|(_, count)| **count > 0);
                Box::new(held.map(|(position, count)| {
                    let lower = position.checked_sub(1).map_or(0.0, |below| bounds[below]);
                    (lower, bounds.get(position).copied().unwrap_or(f64::INFINITY), *count)
                }))
            }
        }
    }
}

impl Kind {
    /// What is in these buckets beyond what was in `earlier`; nothing where `earlier` is no earlier form of them.
    fn since(&self, earlier: &Kind) -> Option<Kind> {
        match (self, earlier) {
            (Kind::Exponential(now), Kind::Exponential(before)) => now.since(before).map(Kind::Exponential),
            (Kind::Explicit { bounds, counts }, Kind::Explicit { bounds: same, counts: before })
                if bounds == same =>
            {
                let news = counts.iter().zip(before).map(|(now, before)| now.checked_sub(*before));
                Some(Kind::Explicit { bounds, counts: news.collect::<Option<_>>()? })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::exponential::LIMIT;

    fn of(values: impl IntoIterator<Item = f64>) -> Histogram {
        let mut histogram = Histogram::exponential();
        values.into_iter().for_each(|value| assert!(histogram.record(value)));
        histogram
    }

    #[test]
    fn quantiles_are_as_exact_as_stated_over_nine_decades() {
        let values: Vec<f64> = (0..=9_000).map(|step| 10_f64.powf(f64::from(step) / 1_000.0 - 6.0)).collect();
        let histogram = of(values.iter().copied());
        for (rank, exact) in [(0.1, values[900]), (0.5, values[4_500]), (0.99, values[8_910])] {
            let quantile = histogram.quantile(rank).unwrap();
            assert!((quantile / exact - 1.0).abs() < 0.10, "{rank}: {quantile} {exact}");
        }
    }

    #[test]
    fn merging_gives_what_recording_together_gives() {
        let small = (1..500).map(|value| f64::from(value) * 1e-6);
        let large = (1..500).map(|value| f64::from(value) * 10.0);
        let mut merged = of(small.clone());
        merged.merge(&of(large.clone()));
        let together = of(small.chain(large));
        assert_eq!(merged.count(), together.count());
        let buckets = |histogram: &Histogram| histogram.bucket_counts().collect::<Vec<_>>();
        assert_eq!(buckets(&merged), buckets(&together));
    }

    #[test]
    fn f56_what_is_no_number_never_reaches_the_sum() {
        let mut histogram = of([1.0]);
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
            assert!(!histogram.record(value));
        }
        assert!(histogram.record(-0.0) && histogram.record(f64::MIN_POSITIVE / 2.0));
        assert_eq!((histogram.count(), histogram.sum()), (3, 1.0));
        assert_eq!(histogram.min(), Some(0.0));
    }

    #[test]
    fn what_came_since_is_what_was_recorded_since() {
        let earlier = of((1..500).map(|value| f64::from(value) * 1e-3));
        let later = (1..300).map(|value| f64::from(value) * 7e-2);
        let mut now = earlier.clone();
        later.clone().for_each(|value| assert!(now.record(value)));
        let (since, alone) = (now.since(&earlier), of(later));
        assert_eq!(since.count(), alone.count());
        assert!((since.sum() - alone.sum()).abs() < 1e-9);
        assert_eq!(since.max(), alone.max());
        let total = |histogram: &Histogram| histogram.bucket_counts().map(|(_, count)| count).sum::<u64>();
        assert_eq!(total(&since), total(&alone));
        assert!((since.quantile(0.5).unwrap() / alone.quantile(0.5).unwrap() - 1.0).abs() < 0.1);
        assert!((since.min().unwrap() / alone.min().unwrap() - 1.0).abs() < 0.1);
    }

    #[test]
    fn f56_what_came_since_has_a_sum_that_is_a_number() {
        let large = of([f64::MAX, f64::MAX]);
        let mut larger = large.clone();
        assert!(larger.record(1.0));
        assert_eq!(larger.since(&large).sum(), 0.0);
    }

    #[test]
    fn a_histogram_that_began_again_is_all_new() {
        let (earlier, now) = (of([1.0, 2.0, 3.0]), of([4.0]));
        assert_eq!(now.since(&earlier), now);
        assert_eq!(earlier.since(&earlier).count(), 0);
        assert_eq!(earlier.since(&earlier).min(), None);
    }

    #[test]
    fn an_explicit_bound_belongs_to_its_own_bucket() {
        let mut histogram = Histogram::explicit(&[0.1, 0.5]);
        assert!([0.1, 0.3, 0.5, 0.7].into_iter().all(|value| histogram.record(value)));
        assert_eq!(histogram.as_explicit().unwrap().1, [1, 2, 1]);
    }

    #[test]
    fn the_number_of_buckets_is_bounded() {
        let histogram = of((-1_000..1_000).map(|exponent| f64::from(exponent).exp2()));
        assert!(histogram.as_exponential().unwrap().3.len() <= LIMIT);
        assert_eq!(histogram.bucket_counts().map(|(_, count)| count).sum::<u64>(), 2_000);
    }
}
