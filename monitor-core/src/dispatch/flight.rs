//! A call that waits between two polls: kept out of the future, so that the future stays small.
//!
//! Flights live for ever and are used again: a thread takes one from its lane and gives it back there, without
//! a lock and without allocating.

mod hangar;
mod underway;

pub(crate) use hangar::Hangar;

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::dispatch::call::Call;
use crate::dispatch::context::Word;
use crate::dispatch::entry::FAST;
use crate::dispatch::entry::PLAIN;
use crate::dispatch::extra::Extra;
use crate::dispatch::lane::Lane;
use crate::dispatch::static_ref::StaticRef;
use crate::model::Head;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;

/// A call that waits between two polls. One thread at a time uses it.
#[derive(Default)]
pub(crate) struct Flight {
    core: Word,
    /// The beginning of the record's last word, with a mark of [`PLAIN`] while there is nothing extra.
    head: Word,
    start: Word,
    span: Word,
    parent: Word,
    trace_high: Word,
    trace_low: Word,
    /// Ticks of the finished children of the call.
    child: Word,
    /// Where its thread stood before the poll that is under way: span, both words of the trace, ticks of children.
    before: [Word; 4],
    extra: Mutex<Option<Box<Extra>>>,
    next: StaticRef<Flight>,
}

/// Takes a call off its thread at the end of its first poll; nothing if nobody records it.
#[inline(never)]
pub(crate) fn park(call: &mut Call) -> Option<&'static Flight> {
    if call.head & FAST != 0
        && let Some(lane) = call.lane.take()
    {
        let flight = lane.hangar.take();
        flight.settle(call, lane);
        return Some(flight);
    }
    park_cold(call)
}

#[cold]
#[inline(never)]
fn park_cold(call: &mut Call) -> Option<&'static Flight> {
    let mut extra = call.extra.take();
    if let Some(extra) = &mut extra {
        extra.pause(call.head);
    }
    let flight = match call.lane.take() {
        Some(lane) => {
            let flight = lane.hangar.take();
            flight.settle(call, lane);
            flight
        }
        None if extra.is_none() => return None,
        None => {
            let flight = hangar::obtain();
            flight.core.set(0);
            flight.head.set(call.head);
            flight.start.set(call.start);
            flight
        }
    };
    // What was put elsewhere for the length of this poll is put back now.
    if let Some(extra) = &mut extra {
        extra.put_back();
    }
    flight.set_extra(extra);
    Some(flight)
}

impl Flight {
    #[inline]
    fn settle(&self, call: &Call, lane: &Lane) {
        let place = &lane.context;
        self.core.set(lane.core());
        self.head.set(call.head);
        self.start.set(call.start);
        self.child.set(place.child.replace(call.child));
        place.active.set(place.active.get() - 1);
        if call.head & Head::SPAN != 0 {
            self.span.set(call.span);
            self.parent.set(call.parent);
            self.trace_high.set(place.trace_high.get());
            self.trace_low.set(place.trace_low.get());
            place.span.set(call.parent);
        }
    }

    /// The monitor of the call and its place in a trace; not valid where the call is no span.
    pub(crate) fn place(&self) -> (u64, SpanContext) {
        let context = match self.head.get() & Head::SPAN {
            0 => SpanContext::new(TraceId::new(0), SpanId::new(0)),
            _ => {
                let trace = TraceId::from_seeds(self.trace_high.get(), self.trace_low.get());
                SpanContext::new(trace, SpanId::new(self.span.get()))
            }
        };
        (self.core.get(), context)
    }

    /// Children of the call took so many ticks while it waited.
    #[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "only the bridge to `tracing` uses it"))]
    pub(crate) fn add_children(&self, ticks: u64) {
        self.child.set(self.child.get().wrapping_add(ticks));
    }

    fn set_extra(&self, extra: Option<Box<Extra>>) {
        if extra.is_none() {
            return;
        }
        self.head.set(self.head.get() & !PLAIN);
        *self.extra.lock().unwrap_or_else(PoisonError::into_inner) = extra;
    }

    #[cold]
    #[inline(never)]
    fn take_extra(&self) -> Option<Box<Extra>> {
        if self.head.get() & PLAIN != 0 {
            return None;
        }
        self.extra.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    #[cold]
    #[inline(never)]
    fn with_extra(&self, act: impl FnOnce(&mut Extra, u64)) {
        if self.head.get() & PLAIN != 0 {
            return;
        }
        if let Some(extra) = &mut *self.extra.lock().unwrap_or_else(PoisonError::into_inner) {
            act(extra, self.head.get());
        }
    }
}
