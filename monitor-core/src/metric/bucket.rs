//! Which exponential bucket a value falls in.
//!
//! OpenTelemetry's base-2 exponential histogram: at scale `s` bucket `i` holds the values in
//! `(2^(i / 2^s), 2^((i + 1) / 2^s)]`
//! (OpenTelemetry specification, metrics data model, "Exponential Buckets"). The index is read from the bits
//! of the number with a table of the boundaries within one power of two; lower scales are shifts of it.

use std::sync::LazyLock;

/// The finest scale kept: 128 buckets a power of two, at most 0.28 % off.
pub(crate) const FINEST_SCALE: i32 = 7;

const BUCKETS_A_POWER: usize = 1 << FINEST_SCALE;
/// Twice as many cells as buckets, so that at most one boundary lies within a cell.
const CELLS: usize = 2 * BUCKETS_A_POWER;
const MANTISSA: u64 = (1 << 52) - 1;
const CELL_SHIFT: u32 = 52 - (FINEST_SCALE as u32 + 1);

/// Boundaries of the buckets within one power of two.
pub(crate) struct Buckets {
    /// For each linear cell of the mantissa, the bucket at its beginning and where the next one begins.
    cells: [(u32, u64); CELLS],
}

impl Buckets {
    fn new() -> Self {
        let bound = |bucket: usize| match bucket {
            BUCKETS_A_POWER.. => u64::MAX,
            _ => (bucket as f64 / BUCKETS_A_POWER as f64).exp2().to_bits() & MANTISSA,
        };
        let mut cells = [(0, 0); CELLS];
        let mut bucket = 0;
        for (cell, entry) in cells.iter_mut().enumerate() {
            let start = (cell as u64) << CELL_SHIFT;
            while bound(bucket + 1) <= start {
                bucket += 1;
            }
            *entry = (bucket as u32, bound(bucket + 1));
        }
        Self { cells }
    }

    /// The table; the first use computes it.
    pub(crate) fn table() -> &'static Buckets {
        static TABLE: LazyLock<Buckets> = LazyLock::new(Buckets::new);
        &TABLE
    }

    /// The bucket of a positive, finite, normal `value` at the finest scale; for any other value a number that is
    /// far out of range.
    #[inline(always)]
    pub(crate) fn index(&self, value: f64) -> i32 {
        // Upper bounds belong to the bucket below, so the number just under the value decides.
        let bits = value.to_bits().wrapping_sub(1);
        let exponent = (bits >> 52) as i32 - 1023;
        let mantissa = bits & MANTISSA;
        let (bucket, next) = self.cells[(mantissa >> CELL_SHIFT) as usize];
        (exponent << FINEST_SCALE) + bucket as i32 + i32::from(mantissa >= next)
    }
}

/// The upper bound of bucket `index` at `scale`.
pub(crate) fn upper_bound(index: i32, scale: i32) -> f64 {
    (f64::from(index + 1) * (-scale as f64).exp2()).exp2()
}

/// The lower bound of bucket `index` at `scale`.
pub(crate) fn lower_bound(index: i32, scale: i32) -> f64 {
    upper_bound(index - 1, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_between_the_bounds_of_its_bucket() {
        let mut value = 1e-9_f64;
        while value < 1e6 {
            let index = Buckets::table().index(value);
            let (low, high) = (lower_bound(index, FINEST_SCALE), upper_bound(index, FINEST_SCALE));
            assert!(low * (1.0 - 1e-12) < value && value <= high * (1.0 + 1e-12), "{value}: {low} {high}");
            value *= 1.000_37;
        }
    }

    #[test]
    fn a_power_of_two_belongs_to_the_bucket_below() {
        for exponent in -30..30 {
            let value = f64::from(exponent).exp2();
            assert_eq!(Buckets::table().index(value), (exponent << FINEST_SCALE) - 1);
        }
    }

    #[test]
    fn the_bounds_are_as_exact_as_stated() {
        let base = upper_bound(0, FINEST_SCALE) / lower_bound(0, FINEST_SCALE);
        assert!((base - 1.0) / (base + 1.0) < 0.0028);
    }
}
