//! The place of a call that waits, taken for a while by code that runs as a part of it.
//!
//! Unlike a poll, several threads may do so at a time, and a thread may leave its places in another order than it
//! took them.

use std::cell::RefCell;
use std::mem;

use crate::dispatch::attach::Entered;
use crate::dispatch::attach::Placed;
use crate::dispatch::attach::current;
use crate::dispatch::attach::lane_of_id;
use crate::dispatch::attach::place_of;
use crate::dispatch::flight::Flight;
use crate::dispatch::lane::Lane;

/// One place taken.
struct Visit {
    flight: &'static Flight,
    lane: &'static Lane,
    placed: Placed,
    entered: Option<Entered>,
}

/// The places that this thread has taken, the innermost last.
struct Visits(Vec<Visit>);

impl Drop for Visits {
    fn drop(&mut self) {
        // The thread is about to end, and its lanes may be those of another one already: nothing is put back.
        self.0.drain(..).for_each(mem::forget);
    }
}

thread_local! {
    static VISITS: RefCell<Visits> = const { RefCell::new(Visits(Vec::new())) };
}

impl Flight {
    /// The calling thread takes the place of this call, if its monitor still runs.
    pub(crate) fn visit(&'static self) {
        let (core, context) = self.place();
        let Some(lane) = lane_of_id(core) else { return };
        let elsewhere = current().is_none_or(|current| !std::ptr::eq(current, lane));
        let entered = elsewhere.then(|| Entered::new(Some(lane)));
        lane.context.active.set(lane.context.active.get() + 1);
        let context = if context.is_valid() { context } else { place_of(lane) };
        let visit = Visit { flight: self, lane, placed: Placed::new(lane, context, 0), entered };
        with_visits(|visits| visits.push(visit));
    }

    /// The calling thread leaves the place of this call. Gives the ticks of the children that it had there.
    pub(crate) fn leave(&'static self) -> u64 {
        let mut ticks = 0;
        with_visits(|visits| {
            if let Some(position) = visits.iter().rposition(|visit| std::ptr::eq(visit.flight, self)) {
                let visit = visits.remove(position);
                visit.lane.context.active.set(visit.lane.context.active.get() - 1);
                ticks = leave(visit, &mut visits[position..]);
            }
        });
        ticks
    }
}

/// Leaves a place; `above` are those that were taken later and are kept.
fn leave(visit: Visit, above: &mut [Visit]) -> u64 {
    let Visit { lane, placed, entered, .. } = visit;
    if let Some(entered) = entered
        && let Some(next) = above.first_mut()
    {
        // The next one goes back to where this one came from; what it came from itself is no more.
        mem::forget(next.entered.replace(entered));
    }
    let mut placed = Some(placed);
    for later in above {
        placed = placed.and_then(|placed| placed.leave_below(&mut later.placed));
    }
    placed.map_or(0, |placed| {
        let ticks = lane.context.child.get();
        drop(placed);
        ticks
    })
}

/// Without the thread-local, at the very end of a thread, no place is taken.
fn with_visits(act: impl FnOnce(&mut Vec<Visit>)) {
    let _ = VISITS.try_with(|visits| {
        if let Ok(mut visits) = visits.try_borrow_mut() {
            act(&mut visits.0);
        }
    });
}
