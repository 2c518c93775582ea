//! Something that will be done, to be waited for.

use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// Something that will be done, to be waited for.
#[derive(Default)]
pub(crate) struct Done {
    done: Mutex<bool>,
    said: Condvar,
}

impl Done {
    pub(crate) fn say(&self) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.said.notify_all();
    }

    /// Waits until it is done or `deadline` has passed; tells whether it is done.
    pub(crate) fn wait(&self, deadline: Instant) -> bool {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        while !*done {
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return false;
            }
            done = self.said.wait_timeout(done, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}
