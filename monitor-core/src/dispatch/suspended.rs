//! A call that waits between two polls: kept out of the future, so that the future stays small.

use std::cell::RefCell;
use std::mem;

use crate::dispatch::attach::Entered;
use crate::dispatch::attach::Placed;
use crate::dispatch::attach::current;
use crate::dispatch::attach::lane_of_id;
use crate::dispatch::attach::place_of;
use crate::dispatch::call::Call;
use crate::dispatch::call::finish;
use crate::model::Head;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;

/// A call that waits between two polls.
#[derive(Default)]
pub(crate) struct Suspended {
    call: Call,
    core: u64,
    trace: (u64, u64),
    child: u64,
}

thread_local! {
    /// Boxes to be used again, so that a pending future costs no allocation in the long run.
    static SPARE: RefCell<Vec<Box<Suspended>>> = const { RefCell::new(Vec::new()) };
}

/// A suspended call that goes on for the length of one poll.
pub(crate) struct Resumed {
    suspended: Option<Box<Suspended>>,
    placed: Option<Placed>,
    _entered: Option<Entered>,
}

impl Suspended {
    /// Takes a call off its thread at the end of its first poll.
    pub(crate) fn new(call: Call) -> Option<Box<Suspended>> {
        if !call.is_recorded() {
            return None;
        }
        let spare = SPARE.try_with(|spare| spare.try_borrow_mut().ok()?.pop());
        let mut suspended = spare.ok().flatten().unwrap_or_default();
        suspended.call = call;
        let call = &mut suspended.call;
        if let Some(lane) = call.lane {
            let place = &lane.context;
            suspended.core = lane.core();
            suspended.trace = (place.trace_high.get(), place.trace_low.get());
            suspended.child = place.child.replace(call.child);
            if call.head & Head::SPAN != 0 {
                place.span.set(call.parent);
            }
            place.active.set(place.active.get() - 1);
        }
        if let Some(extra) = &mut call.extra {
            extra.placed = None;
            extra.entered = None;
            extra.pause(call.head);
        }
        Some(suspended)
    }

    /// Goes on with the call on the calling thread.
    pub(crate) fn resume(mut self: Box<Self>) -> Resumed {
        let mut entered = None;
        let mut placed = None;
        if self.call.lane.is_some() {
            let here = current().filter(|lane| lane.core() == self.core);
            let lane = here.or_else(|| lane_of_id(self.core));
            self.call.lane = lane;
            if let Some(lane) = lane {
                if here.is_none() {
                    entered = Some(Entered::new(Some(lane)));
                }
                lane.context.active.set(lane.context.active.get() + 1);
                let context = if self.call.head & Head::SPAN != 0 {
                    SpanContext::new(
                        TraceId::from_words(self.trace.0, self.trace.1),
                        SpanId::new(self.call.span),
                    )
                } else {
                    place_of(lane)
                };
                placed = Some(Placed::new(lane, context, self.child));
            }
        }
        if let Some(extra) = &mut self.call.extra {
            extra.go_on(self.call.head);
        }
        Resumed { suspended: Some(self), placed, _entered: entered }
    }

    fn release(self: Box<Self>) {
        // Without a thread-local any more, the box is simply freed.
        let _ = SPARE.try_with(|spare| {
            if let Ok(mut spare) = spare.try_borrow_mut()
                && spare.len() < 64
            {
                spare.push(self);
            }
        });
    }
}

impl Resumed {
    /// The call under way.
    pub(crate) fn call(&mut self) -> &mut Call {
        &mut self.suspended.as_mut().expect("present until it is suspended or finished").call
    }

    /// The poll ended without a result.
    pub(crate) fn suspend(mut self) -> Box<Suspended> {
        let mut suspended = self.suspended.take().unwrap_or_default();
        if let Some(lane) = suspended.call.lane {
            suspended.child = lane.context.child.get();
            lane.context.active.set(lane.context.active.get() - 1);
        }
        let head = suspended.call.head;
        if let Some(extra) = &mut suspended.call.extra {
            extra.pause(head);
        }
        suspended
    }

    /// The call ended.
    pub(crate) fn finish(mut self, ending: Head) {
        self.finish_here(ending);
    }

    fn finish_here(&mut self, ending: Head) {
        let Some(mut suspended) = self.suspended.take() else { return };
        let lane = suspended.call.lane;
        suspended.call.child = 0;
        finish(mem::take(&mut suspended.call), ending);
        suspended.release();
        // What the call took counts as a child of the one that polled it last.
        let ticks = lane.map_or(0, |lane| lane.context.child.get());
        self.placed = None;
        if let Some(lane) = lane {
            lane.context.child.set(lane.context.child.get().wrapping_add(ticks));
        }
    }
}

impl Drop for Resumed {
    fn drop(&mut self) {
        // Dropped with its call, the body has panicked.
        self.finish_here(Head::ending_of(Outcome::Panic, 0));
    }
}
