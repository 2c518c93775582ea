//! What a test's listeners have heard, in order.

use std::sync::Arc;
use std::sync::Mutex;

/// What a test's listeners have heard, in order. Clones are the same list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    /// What was heard until now; from then on it is forgotten.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
