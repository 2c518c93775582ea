//! A call that waits between two polls: kept out of the future, so that the future stays small.
//!
//! Flights live for ever and are used again: a thread takes one from its lane and gives it back there, without
//! a lock and without allocating.

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::dispatch::attach::Entered;
use crate::dispatch::attach::current;
use crate::dispatch::attach::lane_of_id;
use crate::dispatch::call::Call;
use crate::dispatch::call::finish;
use crate::dispatch::call::turn;
use crate::dispatch::extra::Extra;
use crate::dispatch::lane::Lane;
use crate::dispatch::lane::Word;
use crate::dispatch::static_ref::StaticRef;
use crate::dispatch::ticks;
use crate::model::Head;
use crate::model::Outcome;

/// The most flights that one lane keeps for itself.
const KEPT: u64 = 64;

/// Flights that no lane keeps. Their number is that of the busiest moment.
static SPARE: Mutex<Vec<&'static Flight>> = Mutex::new(Vec::new());

/// A call that waits between two polls. One thread at a time uses it.
#[derive(Default)]
pub(crate) struct Flight {
    core: Word,
    head: Word,
    start: Word,
    span: Word,
    parent: Word,
    trace_high: Word,
    trace_low: Word,
    /// Ticks of the finished children of the call.
    child: Word,
    /// Whether there is an extra, so that most calls need not ask for the lock.
    has_extra: Word,
    extra: Mutex<Option<Box<Extra>>>,
    next: StaticRef<Flight>,
}

/// The flights that a lane keeps; only its owner uses them.
#[derive(Default)]
pub(crate) struct Hangar {
    first: StaticRef<Flight>,
    count: Word,
}

impl Hangar {
    #[inline]
    fn take(&self) -> &'static Flight {
        match self.first.load() {
            Some(flight) => {
                self.first.store(flight.next.load());
                self.count.set(self.count.get() - 1);
                flight
            }
            None => obtain(),
        }
    }

    #[inline]
    fn give(&self, flight: &'static Flight) {
        if self.count.get() >= KEPT {
            return release(flight);
        }
        flight.next.store(self.first.load());
        self.first.store(Some(flight));
        self.count.set(self.count.get() + 1);
    }

    /// Gives all flights back.
    pub(crate) fn clear(&self) {
        while self.count.get() > 0 {
            release(self.take());
        }
    }
}

#[cold]
#[inline(never)]
fn obtain() -> &'static Flight {
    let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    spare.unwrap_or_else(|| Box::leak(Box::default()))
}

#[cold]
#[inline(never)]
fn release(flight: &'static Flight) {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner).push(flight);
}

/// Takes a call off its thread at the end of its first poll; nothing if nobody records it.
#[inline]
pub(crate) fn park(call: &mut Call) -> Option<&'static Flight> {
    if call.extra.is_some() {
        return park_cold(call);
    }
    let lane = call.lane.take()?;
    let flight = lane.hangar.take();
    flight.settle(call, lane);
    Some(flight)
}

#[cold]
#[inline(never)]
fn park_cold(call: &mut Call) -> Option<&'static Flight> {
    let mut extra = call.extra.take()?;
    extra.pause(call.head);
    let flight = match call.lane.take() {
        Some(lane) => {
            let flight = lane.hangar.take();
            flight.settle(call, lane);
            flight
        }
        None => {
            let flight = obtain();
            flight.core.set(0);
            flight
        }
    };
    // What was put elsewhere for the length of this poll is put back now.
    extra.put_back();
    flight.set_extra(Some(extra));
    Some(flight)
}

impl Flight {
    #[inline]
    fn settle(&self, call: &Call, lane: &Lane) {
        let place = &lane.context;
        self.core.set(lane.core());
        self.head.set(call.head);
        self.start.set(call.start);
        self.span.set(call.span);
        self.parent.set(call.parent);
        self.trace_high.set(place.trace_high.get());
        self.trace_low.set(place.trace_low.get());
        self.child.set(place.child.replace(call.child));
        if call.head & Head::SPAN != 0 {
            place.span.set(call.parent);
        }
        place.active.set(place.active.get() - 1);
    }

    fn set_extra(&self, extra: Option<Box<Extra>>) {
        self.has_extra.set(u64::from(extra.is_some()));
        *self.extra.lock().unwrap_or_else(PoisonError::into_inner) = extra;
    }

    fn take_extra(&self) -> Option<Box<Extra>> {
        self.has_extra.set(0);
        self.extra.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Goes on with the call on the calling thread, for the length of one poll.
    #[inline(always)]
    pub(crate) fn resume(&'static self) -> Underway {
        let here = current().filter(|lane| lane.core() == self.core.get());
        let (lane, entered) = match here {
            Some(lane) => (Some(lane), None),
            None => self.resume_elsewhere(),
        };
        let mut before = [0; 4];
        if let Some(lane) = lane {
            let place = &lane.context;
            before = [place.span.get(), place.trace_high.get(), place.trace_low.get(), place.child.get()];
            place.child.set(self.child.get());
            if self.head.get() & Head::SPAN != 0 {
                place.span.set(self.span.get());
                place.trace_high.set(self.trace_high.get());
                place.trace_low.set(self.trace_low.get());
            }
            place.active.set(place.active.get() + 1);
        }
        if self.has_extra.get() != 0 {
            self.with_extra(Extra::go_on);
        }
        Underway { flight: self, lane, before, entered, over: false }
    }

    /// The call comes to a thread that records for another monitor, or has not recorded for this one yet.
    #[cold]
    #[inline(never)]
    fn resume_elsewhere(&self) -> (Option<&'static Lane>, Option<Entered>) {
        let lane = lane_of_id(self.core.get());
        (lane, lane.map(|lane| Entered::new(Some(lane))))
    }

    #[cold]
    #[inline(never)]
    fn with_extra(&self, act: impl FnOnce(&mut Extra, u64)) {
        if let Some(extra) = &mut *self.extra.lock().unwrap_or_else(PoisonError::into_inner) {
            act(extra, self.head.get());
        }
    }
}

/// A call that goes on for the length of one poll. Dropped without a result, its body has panicked.
pub(crate) struct Underway {
    flight: &'static Flight,
    lane: Option<&'static Lane>,
    before: [u64; 4],
    entered: Option<Entered>,
    over: bool,
}

impl Underway {
    /// The poll ended without a result.
    #[inline(always)]
    pub(crate) fn suspend(&mut self) {
        self.over = true;
        if self.flight.has_extra.get() != 0 {
            self.flight.with_extra(Extra::pause);
        }
        if let Some(lane) = self.lane {
            self.flight.child.set(lane.context.child.get());
            lane.context.active.set(lane.context.active.get() - 1);
            self.put_back(lane, 0);
        }
    }

    /// The call ended.
    #[inline(always)]
    pub(crate) fn finish(&mut self, ending: Head) {
        match self.lane {
            Some(lane) if self.flight.has_extra.get() == 0 => self.finish_plain(lane, ending),
            _ => self.finish_with(ending, |_| {}),
        }
    }

    #[inline(always)]
    fn finish_plain(&mut self, lane: &'static Lane, ending: Head) {
        self.over = true;
        let (flight, place) = (self.flight, &lane.context);
        let (start, end) = (flight.start.get(), ticks::now());
        let head = flight.head.get() | ending.word();
        let children = place.child.get();
        place.active.set(place.active.get() - 1);
        let full = if head & Head::SPAN != 0 {
            let (high, low) = (flight.trace_high.get(), flight.trace_low.get());
            lane.push([start, end, flight.span.get(), flight.parent.get(), high, low, children, head])
        } else {
            lane.push_brief(start, end, children, head)
        };
        if full {
            turn(lane);
        }
        self.put_back(lane, end.wrapping_sub(start));
        lane.hangar.give(flight);
    }

    /// The call ended, and there is more to tell of it.
    #[cold]
    #[inline(never)]
    pub(crate) fn finish_with(&mut self, ending: Head, more: impl FnOnce(&mut Call)) {
        self.over = true;
        let flight = self.flight;
        let mut call = Call {
            lane: self.lane,
            head: flight.head.get(),
            start: flight.start.get(),
            span: flight.span.get(),
            parent: flight.parent.get(),
            child: 0,
            extra: flight.take_extra(),
        };
        more(&mut call);
        finish(&mut call, ending);
        match self.lane {
            Some(lane) => {
                self.put_back(lane, lane.context.child.get());
                lane.hangar.give(flight);
            }
            None => release(flight),
        }
    }

    /// Puts the lane back to where it was. What the call took counts as a child of the one that polled it last.
    #[inline(always)]
    fn put_back(&mut self, lane: &Lane, ticks: u64) {
        let place = &lane.context;
        let [span, high, low, child] = self.before;
        place.span.set(span);
        place.trace_high.set(high);
        place.trace_low.set(low);
        place.child.set(child.wrapping_add(ticks));
        self.entered = None;
    }
}

impl Drop for Underway {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.over {
            unwound(self);
        }
    }
}

#[cold]
#[inline(never)]
fn unwound(underway: &mut Underway) {
    underway.finish_with(Head::ending_of(Outcome::Panic, 0), |_| {});
}
