//! Runs code of the user that only tells something: it must not change the call.

use crate::dispatch::note_panic;
use crate::model::caught;

/// Runs code of the user that only tells something. A panic in it is counted and goes no further. Gives whether there
/// was none.
pub(crate) fn evaluate(body: impl FnOnce()) -> bool {
    let whole = caught(body).is_ok();
    if !whole {
        note_panic();
    }
    whole
}
