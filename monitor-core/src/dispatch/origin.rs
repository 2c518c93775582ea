//! How what a thread does next hangs in a trace, where that was said from outside.

use std::cell::Cell;

use crate::dispatch::attach::Placed;
use crate::dispatch::attach::attached;
use crate::dispatch::attach::core_of;
use crate::dispatch::attach::current;
use crate::dispatch::attach::place_of;
use crate::dispatch::call::Call;
use crate::dispatch::lane::Lane;
use crate::dispatch::payload::link;
use crate::model::Head;
use crate::model::Origin;
use crate::model::SpanContext;

/// Added to the number of calls under way, which is in the lower half of its word, while what begins next may have an
/// origin: the fast path, which has to look at that number anyway, leaves the call to one that looks twice.
///
/// The word may go below zero for a while, where a span that has [`Waived`] this outlives the place that awaited it. That
/// is as good as any other large number.
const AWAITED: u64 = 1 << 32;

thread_local! {
    /// The origin of what begins next on this thread, for the lane that awaits one.
    static ORIGIN: Cell<Option<Origin>> = const { Cell::new(None) };
}

/// How many calls are under way.
#[inline(always)]
pub(crate) fn depth(lane: &Lane) -> u32 {
    lane.context.active.get() as u32
}

/// What a span that begins now on this lane has for its origin.
pub(crate) fn awaited(lane: &Lane) -> Option<Origin> {
    if lane.context.active.get() < AWAITED {
        return None;
    }
    ORIGIN.get().filter(|origin| origin.place().span_id().as_u64() == lane.context.span.get())
}

/// Whether a call with this beginning of its record's head has an origin, if it begins now on this lane.
pub(crate) fn is_awaited(lane: &Lane, head: u64) -> bool {
    head & Head::SPAN != 0 && awaited(lane).is_some()
}

/// Where a lane stands in a trace, if it stands in one.
pub(crate) fn standing(lane: &Lane) -> Option<SpanContext> {
    let place = match awaited(lane) {
        Some(origin) => origin.place(),
        None => place_of(lane),
    };
    Some(place).filter(|place| place.is_valid())
}

/// The span that is current on this thread, if there is one.
pub(crate) fn current_context() -> Option<SpanContext> {
    current().and_then(standing)
}

/// Gives a call that has just begun its origin.
pub(crate) fn settle(call: &mut Call, origin: Origin) {
    let stood = origin.place().span_id().as_u64();
    let Some(lane) = call.lane.filter(|_| call.head & Head::SPAN != 0 && call.parent == stood) else {
        return;
    };
    match origin {
        Origin::Link(span) => link(&mut call.extra().own, span),
        Origin::Parent(_) => call.extra().remote = true,
        Origin::Trace(trace) => {
            let (high, low) = trace.seeds();
            lane.context.trace_high.set(high);
            lane.context.trace_low.set(low);
        }
    }
    if lane.context.span.get() == call.span {
        call.extra().waived = Waived::new(lane);
    }
}

/// A call is under way below which nothing has the origin that its lane awaits: until this is dropped, what begins there
/// takes the fast path again.
pub(crate) struct Waived {
    lane: &'static Lane,
    awaited: u64,
}

impl Waived {
    /// Nothing where nothing is awaited.
    pub(crate) fn new(lane: &'static Lane) -> Option<Self> {
        let (active, depth) = (lane.context.active.get(), u64::from(depth(lane)));
        lane.context.active.set(depth);
        (active > depth).then_some(Self { lane, awaited: active - depth })
    }
}

impl Drop for Waived {
    fn drop(&mut self) {
        let active = &self.lane.context.active;
        active.set(active.get().wrapping_add(self.awaited));
    }
}

/// A lane that stands where something from outside has put it, until this is dropped.
struct Awaiting {
    lane: &'static Lane,
    awaited: u64,
    before: Option<Origin>,
    _placed: Placed,
}

impl Awaiting {
    fn new(lane: &'static Lane, place: SpanContext, origin: Option<Origin>) -> Self {
        // Where no spans are recorded, none has an origin.
        let heeded = origin.is_some() && core_of(lane).is_some_and(|core| core.wants_spans());
        let awaited = if heeded { AWAITED } else { 0 };
        lane.context.active.set(lane.context.active.get().wrapping_add(awaited));
        Self { lane, awaited, before: ORIGIN.replace(origin), _placed: Placed::new(lane, place, 0) }
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        ORIGIN.set(self.before);
        let active = &self.lane.context.active;
        active.set(active.get().wrapping_sub(self.awaited));
    }
}

/// Runs `body` as if it were called from the span `context`.
pub(crate) fn with_context<R>(context: SpanContext, body: impl FnOnce() -> R) -> R {
    let origin = context.is_remote().then_some(Origin::Parent(context));
    let _awaiting = attached().map(|lane| Awaiting::new(lane, context, origin));
    body()
}

/// Runs `body` where what begins has this origin.
pub(crate) fn with_origin<R>(origin: Origin, body: impl FnOnce() -> R) -> R {
    let _awaiting = attached().map(|lane| Awaiting::new(lane, origin.place(), Some(origin)));
    body()
}
