//! Calls by hand may end in another order than they began in.

use std::cell::RefCell;

use crate::dispatch::call::Call;
use crate::dispatch::call::finish;
use crate::model::Head;

/// The most spans that are remembered as ended out of order; the oldest go first.
const LIMIT: usize = 64;

thread_local! {
    /// Spans of this thread that ended before a later one did, each with its parent.
    static ENDED: RefCell<Vec<(u64, u64)>> = const { RefCell::new(Vec::new()) };
}

/// Ends a call. If a later one still runs, that one stays current; if an earlier one has ended already, what is
/// current afterwards is the next one that has not.
pub(crate) fn finish_in_any_order(call: &mut Call, ending: Head) {
    let (lane, span, parent) = (call.lane, call.span, call.parent);
    let current = lane.map_or(0, |lane| lane.context.span.get());
    finish(call, ending);
    let Some(lane) = lane.filter(|_| span != 0) else { return };
    let place = &lane.context.span;
    // At the end of a thread there is nothing left to put in order.
    let _ = ENDED.try_with(|ended| {
        let Ok(mut ended) = ended.try_borrow_mut() else { return };
        if current != span {
            place.set(current);
            if ended.len() == LIMIT {
                ended.remove(0);
            }
            ended.push((span, parent));
            return;
        }
        while let Some(position) = ended.iter().position(|(over, _)| *over == place.get()) {
            place.set(ended.swap_remove(position).1);
        }
    });
}
