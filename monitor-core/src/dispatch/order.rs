//! Calls by hand may end in another order than they began in.

use std::cell::RefCell;

use crate::dispatch::call::Call;
use crate::dispatch::call::finish;
use crate::dispatch::lane::Lane;
use crate::dispatch::origin::depth;
use crate::model::Head;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;

/// The most spans that are remembered as ended out of order; the oldest go first.
const LIMIT: usize = 64;

thread_local! {
    /// Spans of this thread that ended before a later one did, each with the place to go back to.
    static ENDED: RefCell<Vec<(u64, Place)>> = const { RefCell::new(Vec::new()) };
}

/// Where a lane stands: its span, and both words of the trace.
#[derive(Clone, Copy, Default)]
struct Place {
    span: u64,
    trace: [u64; 2],
}

impl Place {
    fn of(lane: &Lane) -> Self {
        let place = &lane.context;
        Self { span: place.span.get(), trace: [place.trace_high.get(), place.trace_low.get()] }
    }

    fn set(self, lane: &Lane) {
        lane.context.span.set(self.span);
        Self::set_trace(lane, self.trace);
    }

    fn set_trace(lane: &Lane, [high, low]: [u64; 2]) {
        lane.context.trace_high.set(high);
        lane.context.trace_low.set(low);
    }
}

/// What a call by hand has to remember of its beginning.
#[derive(Clone, Copy, Default)]
pub(crate) struct Began {
    trace: [u64; 2],
    /// How many calls were under way, itself included.
    depth: u32,
}

impl Began {
    /// Of a call that has just begun.
    pub(crate) fn of(call: &Call) -> Self {
        call.lane.map_or(Self::default(), |lane| Self { trace: Place::of(lane).trace, depth: depth(lane) })
    }

    /// Which span the call is, wherever its thread stands by now.
    pub(crate) fn context(self, call: &Call) -> Option<SpanContext> {
        let [high, low] = self.trace;
        let span = SpanId::new(call.lane.map_or(0, |_| call.span));
        Some(SpanContext::new(TraceId::from_seeds(high, low), span)).filter(|context| context.is_valid())
    }
}

/// Ends a call. If a later one still runs, that one stays current; if an earlier one has ended already, what is
/// current afterwards is the next one that has not.
pub(crate) fn finish_in_any_order(call: &mut Call, began: Began, ending: Head) {
    let span = call.span;
    let Some(lane) = call.lane.filter(|_| span != 0) else { return finish(call, ending) };
    let mut now = Place::of(lane);
    // The call around it has ended before: nothing that runs is below this one.
    let outlived = depth(lane) < began.depth;
    Place::set_trace(lane, began.trace);
    finish(call, ending);
    let back = Place::of(lane);
    // At the end of a thread there is nothing left to put in order.
    let _ = ENDED.try_with(|ended| {
        let Ok(mut ended) = ended.try_borrow_mut() else { return };
        if now.span != span {
            if outlived && now.trace == began.trace {
                now.trace = back.trace;
            }
            now.set(lane);
            if ended.len() == LIMIT {
                ended.remove(0);
            }
            ended.push((span, back));
            return;
        }
        while let Some(position) = ended.iter().position(|(over, _)| *over == lane.context.span.get()) {
            ended.swap_remove(position).1.set(lane);
        }
    });
}
