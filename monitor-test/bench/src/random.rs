//! Shuffling, so that no contestant always follows the same other.

use std::hash::BuildHasher;
use std::hash::RandomState;

/// Puts the items in a random order.
pub(crate) fn shuffle<T>(items: &mut [T]) {
    let state = RandomState::new();
    for last in (1..items.len()).rev() {
        let other = state.hash_one(last) % (last as u64 + 1);
        items.swap(last, other as usize);
    }
}
