//! OpenTelemetry's base-2 exponential buckets: bounded in number, coarser as values spread.

use crate::metric::bucket::Buckets;
use crate::metric::bucket::FINEST_SCALE;
use crate::metric::bucket::lower_bound;
use crate::metric::bucket::upper_bound;

/// The most buckets of one histogram, OpenTelemetry's default.
pub(crate) const LIMIT: usize = 160;

/// Counts of values in exponential buckets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exponential {
    scale: i32,
    zero: u64,
    /// The index of the first bucket that there is a count for.
    offset: i32,
    counts: Vec<u64>,
}

impl Default for Exponential {
    fn default() -> Self {
        Self { scale: FINEST_SCALE, zero: 0, offset: 0, counts: Vec::new() }
    }
}

impl Exponential {
    /// Adds a value that is finite and not negative.
    #[inline(always)]
    pub(crate) fn record_one(&mut self, value: f64) {
        let finest = Buckets::table().index(value);
        let position = self.position(finest, FINEST_SCALE);
        match self.counts.get_mut(position) {
            Some(count) => *count += 1,
            None => self.record_new(value, finest),
        }
    }

    /// Adds the values of the first items, which are finite and not negative, up to an item that has none. Gives
    /// their number.
    #[inline(always)]
    pub(crate) fn record<T>(&mut self, items: &[T], mut value: impl FnMut(&T) -> Option<f64>) -> usize {
        let table = Buckets::table();
        let mut recorded = 0;
        'widened: loop {
            // Kept in registers until a value has no bucket yet.
            let (coarser, offset) = (FINEST_SCALE - self.scale, self.offset);
            let counts = self.counts.as_mut_slice();
            for item in &items[recorded..] {
                let Some(value) = value(item) else { return recorded };
                recorded += 1;
                let finest = table.index(value);
                match counts.get_mut((finest >> coarser).wrapping_sub(offset) as usize) {
                    Some(count) => *count += 1,
                    None => {
                        self.record_new(value, finest);
                        continue 'widened;
                    }
                }
            }
            return recorded;
        }
    }

    /// Zero and what is next to it come here too: their index is out of any range.
    #[cold]
    #[inline(never)]
    fn record_new(&mut self, value: f64, finest: i32) {
        if value < f64::MIN_POSITIVE {
            self.zero += 1;
        } else {
            self.widen(finest, FINEST_SCALE, 1);
        }
    }

    /// Adds `count` values that lie at or just below `value`.
    pub(crate) fn add(&mut self, value: f64, count: u64) {
        if value < f64::MIN_POSITIVE {
            self.zero += count;
        } else {
            self.add_at(Buckets::table().index(value), FINEST_SCALE, count);
        }
    }

    /// Adds all of `other`; the coarser of the two scales holds both.
    pub(crate) fn merge(&mut self, other: &Exponential) {
        self.zero += other.zero;
        if other.scale < self.scale {
            self.coarsen(self.scale - other.scale);
        }
        for (position, count) in other.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.add_at(other.offset + position as i32, other.scale, *count);
        }
    }

    /// What is in these buckets beyond what was in `earlier`; nothing where that had more.
    pub(crate) fn since(&self, earlier: &Exponential) -> Option<Exponential> {
        // Buckets only get coarser.
        let coarser = earlier.scale.checked_sub(self.scale).filter(|by| *by >= 0)?;
        let mut since = Self { zero: self.zero.checked_sub(earlier.zero)?, ..self.clone() };
        for (position, count) in earlier.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let index = (earlier.offset + position as i32) >> coarser;
            let here = since.counts.get_mut(index.wrapping_sub(self.offset) as usize)?;
            *here = here.checked_sub(*count)?;
        }
        Some(since)
    }

    /// Scale, count of zeros, index of the first bucket, counts.
    pub(crate) fn parts(&self) -> (i32, u64, i32, &[u64]) {
        (self.scale, self.zero, self.offset, &self.counts)
    }

    /// Lower bound, upper bound and count of each bucket that holds anything.
    pub(crate) fn spans(&self) -> impl Iterator<Item = (f64, f64, u64)> + '_ {
        let zeros = (self.zero > 0).then_some((0.0, 0.0, self.zero));
        let rest =
            self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(position, count)| {
                let index = self.offset + position as i32;
                (lower_bound(index, self.scale), upper_bound(index, self.scale), *count)
            });
        zeros.into_iter().chain(rest)
    }

    /// The place of bucket `index` of scale `from`, out of range where there is none yet.
    #[inline(always)]
    fn position(&self, index: i32, from: i32) -> usize {
        (index >> (from - self.scale)).wrapping_sub(self.offset) as usize
    }

    fn add_at(&mut self, index: i32, from: i32, count: u64) {
        let position = self.position(index, from);
        match self.counts.get_mut(position) {
            Some(here) => *here += count,
            None => self.widen(index, from, count),
        }
    }

    /// Adds `count` at bucket `index` of scale `from`, which has no place yet, halving the resolution as needed.
    fn widen(&mut self, index: i32, from: i32, count: u64) {
        loop {
            let place = index >> (from - self.scale);
            if self.counts.is_empty() {
                // Some room on both sides, so that the first values do not move what is there each time.
                self.offset = place - 4;
                self.counts.resize(16, 0);
            }
            let low = place.min(self.offset);
            let high = place.max(self.offset + self.counts.len() as i32 - 1);
            if (high - low) < LIMIT as i32 {
                let front = (self.offset - low) as usize;
                self.counts.splice(0..0, std::iter::repeat_n(0, front));
                self.counts.resize((high - low + 1) as usize, 0);
                self.offset = low;
                self.counts[(place - low) as usize] += count;
                return;
            }
            // Empty buckets at the ends need no room before the resolution is given up.
            if !self.trim() {
                self.coarsen(1);
            }
        }
    }

    /// Drops empty buckets at both ends; tells whether there were any.
    fn trim(&mut self) -> bool {
        let before = self.counts.len();
        let front = self.counts.iter().position(|count| *count > 0).unwrap_or(before);
        let end = self.counts.iter().rposition(|count| *count > 0).map_or(front, |last| last + 1);
        self.counts.truncate(end);
        self.counts.drain(..front);
        self.offset += front as i32;
        self.counts.len() < before
    }

    /// Joins each `2^by` neighbouring buckets.
    fn coarsen(&mut self, by: i32) {
        self.scale -= by;
        let Some(last) = self.counts.len().checked_sub(1) else { return };
        let start = self.offset >> by;
        let mut joined = vec![0; (((self.offset + last as i32) >> by) - start + 1) as usize];
        for (position, count) in self.counts.iter().enumerate() {
            joined[(((self.offset + position as i32) >> by) - start) as usize] += count;
        }
        self.counts = joined;
        self.offset = start;
    }
}
