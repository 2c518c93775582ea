//! A mark for each chunk of a lane: which are free, which are full.

use std::array;
use std::iter;
use std::sync::atomic::Ordering;

use crate::dispatch::lane::CHUNKS;
use crate::model::sync::AtomicU64;

/// With loom so few that the marks of a lane take more than one word.
const BITS: usize = if cfg!(loom) { 2 } else { 64 };

/// A mark for each chunk of a lane. What was done before a mark was set or cleared is seen by whoever sees that.
pub(crate) struct Marks([AtomicU64; CHUNKS.div_ceil(BITS)]);

impl Marks {
    pub(crate) fn set(&self, place: usize) {
        self.0[place / BITS].fetch_or(1 << (place % BITS), Ordering::AcqRel);
    }

    /// Clears a mark; tells whether it was set.
    pub(crate) fn clear(&self, place: usize) -> bool {
        let bit = 1 << (place % BITS);
        self.0[place / BITS].fetch_and(!bit, Ordering::AcqRel) & bit != 0
    }

    /// Whether there is any mark.
    pub(crate) fn any(&self) -> bool {
        self.0.iter().any(|bits| bits.load(Ordering::Relaxed) != 0)
    }

    /// The places that are marked, read word by word: a mark that is set meanwhile may be missed although one
    /// that is set later is not.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            let mut left = bits.load(Ordering::Acquire);
            iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(word * BITS + bit)
            })
        })
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self(array::from_fn(|_| AtomicU64::new(0)))
    }
}
