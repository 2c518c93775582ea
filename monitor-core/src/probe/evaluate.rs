//! Runs code of the user that only tells something: it must not change the call.

use std::mem;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use crate::dispatch::note_panic;

/// Runs code of the user that only tells something. A panic in it is counted and goes no further. Gives whether there
/// was none.
pub(crate) fn evaluate(body: impl FnOnce()) -> bool {
    let Err(panic) = catch_unwind(AssertUnwindSafe(body)) else { return true };
    note_panic();
    // What it carries may panic once more when it is dropped.
    if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(panic))) {
        mem::forget(again);
    }
    false
}
