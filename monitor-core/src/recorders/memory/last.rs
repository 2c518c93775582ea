//! The last of something.

use std::collections::VecDeque;

/// The last few of what came, and how many had to go before them.
#[derive(Debug)]
pub(crate) struct Last<T> {
    kept: VecDeque<T>,
    pub(crate) forgotten: u64,
}

impl<T> Default for Last<T> {
    fn default() -> Self {
        Self { kept: VecDeque::new(), forgotten: 0 }
    }
}

impl<T: Clone> Last<T> {
    /// Keeps one more; the oldest goes where there would be more than `capacity`.
    pub(crate) fn push(&mut self, one: T, capacity: usize) {
        if self.kept.len() >= capacity {
            self.kept.pop_front();
            self.forgotten += 1;
        }
        if capacity > 0 {
            self.kept.push_back(one);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<T> {
        self.kept.drain(..).collect()
    }

    pub(crate) fn copy(&self) -> Vec<T> {
        self.kept.iter().cloned().collect()
    }
}
