//! Where the counting exporters of all contestants count what reaches them.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

static DELIVERED: AtomicU64 = AtomicU64::new(0);

/// Counts records that arrived.
pub(crate) fn count(records: usize) {
    DELIVERED.fetch_add(records as u64, Ordering::Relaxed);
}

/// All that arrived so far in this process.
pub(crate) fn total() -> u64 {
    DELIVERED.load(Ordering::Relaxed)
}
