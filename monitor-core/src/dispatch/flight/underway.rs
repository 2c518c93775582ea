//! A call that goes on for the length of one poll.

use std::mem;

use crate::dispatch::attach::Entered;
use crate::dispatch::attach::attached;
use crate::dispatch::attach::current;
use crate::dispatch::attach::lane_of_id;
use crate::dispatch::call::Call;
use crate::dispatch::call::finish;
use crate::dispatch::call::turn;
use crate::dispatch::entry::FAST;
use crate::dispatch::extra::Extra;
use crate::dispatch::flight::Flight;
use crate::dispatch::flight::hangar;
use crate::dispatch::lane::Lane;
use crate::dispatch::origin::Waived;
use crate::dispatch::ticks;
use crate::model::Head;
use crate::model::Outcome;

impl Flight {
    /// Goes on with the call on the calling thread, for the length of one poll.
    ///
    /// The thread-local is read in the caller's crate, as for a call that begins.
    #[inline(always)]
    pub(crate) fn resume(&'static self) -> Underway {
        self.resume_on(current())
    }

    /// Not inlined, like what ends the poll: there would be a copy in each annotated async function.
    #[inline(never)]
    fn resume_on(&'static self, lane: Option<&'static Lane>) -> Underway {
        if self.head.get() & FAST != 0
            && let Some(lane) = lane
            && lane.core() == self.core.get()
        {
            self.enter(lane);
            return Underway { flight: self, lane: Some(lane) };
        }
        self.resume_cold()
    }

    /// The call has something extra, or it comes to a thread that records for another monitor or has not recorded
    /// for this one yet.
    #[cold]
    #[inline(never)]
    fn resume_cold(&'static self) -> Underway {
        let here = current().or_else(attached).filter(|lane| lane.core() == self.core.get());
        let lane = here.or_else(|| {
            let lane = lane_of_id(self.core.get())?;
            let mut extra = self.take_extra().unwrap_or_else(Extra::obtain);
            extra.entered = Some(Entered::new(Some(lane)));
            self.set_extra(Some(extra));
            Some(lane)
        });
        if let Some(lane) = lane {
            self.enter(lane);
        }
        self.with_extra(|extra, head| {
            extra.go_on(head);
            extra.waived = lane.filter(|_| head & Head::SPAN != 0).and_then(Waived::new);
        });
        Underway { flight: self, lane }
    }

    /// Takes the lane's place for the length of a poll.
    #[inline(always)]
    fn enter(&self, lane: &Lane) {
        let place = &lane.context;
        let [span, high, low, child] = &self.before;
        child.set(place.child.replace(self.child.get()));
        place.active.set(place.active.get() + 1);
        if self.head.get() & Head::SPAN != 0 {
            let outer = place.span.replace(self.span.get());
            span.set(outer);
            // Outside of a trace there is nothing to go back to, as at the top of a task.
            if outer != 0 {
                high.set(place.trace_high.get());
                low.set(place.trace_low.get());
            }
            place.trace_high.set(self.trace_high.get());
            place.trace_low.set(self.trace_low.get());
        }
    }

    /// Puts the lane back to where it was. What the call took counts as a child of the one that polled it last.
    #[inline(always)]
    fn put_back(&self, lane: &Lane, ticks: u64) {
        let place = &lane.context;
        let [span, high, low, child] = &self.before;
        place.child.set(child.get().wrapping_add(ticks));
        if self.head.get() & Head::SPAN != 0 {
            place.span.set(span.get());
            if span.get() != 0 {
                place.trace_high.set(high.get());
                place.trace_low.set(low.get());
            }
        }
    }

    /// What [`resume`](Self::resume) gave, once more: for one who could not keep it.
    pub(crate) fn resumed(&'static self) -> Underway {
        Underway { flight: self, lane: current().filter(|lane| lane.core() == self.core.get()) }
    }
}

/// A call that goes on for the length of one poll. Dropped without a result, its body has panicked.
pub(crate) struct Underway {
    flight: &'static Flight,
    lane: Option<&'static Lane>,
}

impl Underway {
    /// The poll ended without a result.
    #[inline(always)]
    pub(crate) fn suspend(self) {
        suspend(self.flight, self.lane);
        mem::forget(self);
    }

    /// The call ended.
    #[inline(always)]
    pub(crate) fn finish(self, ending: Head) {
        end(self.flight, self.lane, ending);
        mem::forget(self);
    }

    /// The call ended, and there is more to tell of it.
    #[cold]
    pub(crate) fn finish_with(self, ending: Head, more: impl FnOnce(&mut Call)) {
        end_with(self.flight, self.lane, ending, more);
        mem::forget(self);
    }
}

impl Drop for Underway {
    #[inline]
    fn drop(&mut self) {
        end_with(self.flight, self.lane, Head::ending_of(Outcome::Panic, 0), |_| {});
    }
}

#[inline(never)]
fn suspend(flight: &'static Flight, lane: Option<&'static Lane>) {
    if flight.head.get() & FAST != 0
        && let Some(lane) = lane
    {
        leave(flight, lane);
    } else {
        suspend_cold(flight, lane);
    }
}

#[inline(always)]
fn leave(flight: &Flight, lane: &Lane) {
    flight.child.set(lane.context.child.get());
    lane.context.active.set(lane.context.active.get() - 1);
    flight.put_back(lane, 0);
}

#[cold]
#[inline(never)]
fn suspend_cold(flight: &'static Flight, lane: Option<&'static Lane>) {
    flight.with_extra(Extra::pause);
    if let Some(lane) = lane {
        leave(flight, lane);
    }
    flight.with_extra(|extra, _| extra.put_back());
}

#[inline(never)]
fn end(flight: &'static Flight, lane: Option<&'static Lane>, ending: Head) {
    if flight.head.get() & FAST != 0
        && let Some(lane) = lane
    {
        end_plain(flight, lane, ticks::read(), ending);
    } else {
        end_with(flight, lane, ending, |_| {});
    }
}

#[inline(always)]
fn end_plain(flight: &'static Flight, lane: &'static Lane, end: u64, ending: Head) {
    let place = &lane.context;
    place.active.set(place.active.get() - 1);
    let full = lane.append(|slot| {
        let start = flight.start.get();
        slot.set_times(start, end);
        slot.set_children(place.child.get());
        flight.put_back(lane, end.wrapping_sub(start));
        let head = flight.head.get() | ending.word();
        if head & Head::SPAN != 0 {
            slot.set_span(flight.span.get());
            slot.set_parent(flight.parent.get());
            slot.set_trace_high(flight.trace_high.get());
            slot.set_trace_low(flight.trace_low.get());
        }
        slot.set_head(head);
    });
    lane.hangar.give(flight);
    if full {
        turn(lane);
    }
}

#[cold]
#[inline(never)]
fn end_with(
    flight: &'static Flight,
    lane: Option<&'static Lane>,
    ending: Head,
    more: impl FnOnce(&mut Call),
) {
    let mut extra = flight.take_extra();
    // The thread goes back to its own monitor at the very end.
    let entered = extra.as_mut().and_then(|extra| extra.entered.take());
    let mut call = Call {
        lane,
        head: flight.head.get(),
        start: flight.start.get(),
        span: flight.span.get(),
        parent: flight.parent.get(),
        child: 0,
        extra,
    };
    more(&mut call);
    finish(&mut call, ending);
    match lane {
        Some(lane) => {
            flight.put_back(lane, lane.context.child.get());
            lane.hangar.give(flight);
        }
        None => hangar::release(flight),
    }
    drop(entered);
}
