//! How the next trace of a thread begins, where that was said from outside.

use std::cell::Cell;

use crate::dispatch::attach::Placed;
use crate::dispatch::attach::attached;
use crate::dispatch::call::Call;
use crate::dispatch::lane::Lane;
use crate::dispatch::payload::link;
use crate::model::Head;
use crate::model::Origin;
use crate::model::SpanContext;

/// Added to the number of calls under way while a root may have an origin: so many are never under way, and the fast
/// path, which has to look at that number anyway, leaves the call to one that looks twice.
const AWAITED: u64 = 1 << 32;

thread_local! {
    /// The origin of each root that begins on this thread, for the lane that awaits one.
    static ORIGIN: Cell<Option<Origin>> = const { Cell::new(None) };
}

/// How many calls are under way.
#[inline(always)]
pub(crate) fn depth(lane: &Lane) -> u64 {
    lane.context.active.get() % AWAITED
}

/// Whether the next call of this lane may begin a trace that has an origin.
pub(crate) fn is_awaited(lane: &Lane) -> bool {
    lane.context.active.get() >= AWAITED && lane.context.span.get() == 0
}

/// What a trace that begins on this lane has for its origin.
pub(crate) fn awaited(lane: &Lane) -> Option<Origin> {
    ORIGIN.get().filter(|_| is_awaited(lane))
}

/// Gives the root of a trace its origin.
pub(crate) fn settle(call: &mut Call, origin: Origin) {
    let Some(lane) = call.lane.filter(|_| call.head & Head::SPAN != 0 && call.parent == 0) else { return };
    match origin {
        Origin::Link(span) => link(&mut call.extra().own, span),
        Origin::Trace(trace) => {
            let (high, low) = trace.seeds();
            lane.context.trace_high.set(high);
            lane.context.trace_low.set(low);
        }
    }
}

/// A lane that awaits roots with an origin, until this is dropped.
struct Awaiting {
    lane: &'static Lane,
    before: Option<Origin>,
    _placed: Placed,
}

impl Awaiting {
    fn new(lane: &'static Lane, origin: Origin) -> Self {
        lane.context.active.set(lane.context.active.get() + AWAITED);
        let before = ORIGIN.replace(Some(origin));
        Self { lane, before, _placed: Placed::new(lane, SpanContext::default(), 0) }
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        ORIGIN.set(self.before);
        self.lane.context.active.set(self.lane.context.active.get() - AWAITED);
    }
}

/// Runs `body` where no span is current; each trace that begins there has this origin.
pub(crate) fn with_origin<R>(origin: Origin, body: impl FnOnce() -> R) -> R {
    let _awaiting = attached().map(|lane| Awaiting::new(lane, origin));
    body()
}
