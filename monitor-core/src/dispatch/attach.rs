//! Which monitor the calling thread records for, and where it stands in a trace.

use std::cell::Cell;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::dispatch::core::Core;
use crate::dispatch::lane::Lane;
use crate::dispatch::sources;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;

thread_local! {
    /// The lane of the current monitor. It needs no destructor, so that reading it is one instruction.
    static CURRENT: Cell<Option<&'static Lane>> = const { Cell::new(None) };
    /// The thread belongs to the machinery itself: what it calls is not recorded.
    static SUPPRESSED: Cell<bool> = const { Cell::new(false) };
    /// How many scopes the thread is in: there, no call belongs to the global monitor.
    static SCOPES: Cell<u32> = const { Cell::new(0) };
    /// The state of the global monitor when this thread last found none.
    static WITHOUT_GLOBAL: Cell<u64> = const { Cell::new(0) };
    static ATTACHED: RefCell<Attached> = const { RefCell::new(Attached { lanes: Vec::new() }) };
}

/// Calls on threads of the machinery itself that were not recorded.
static SUPPRESSED_CALLS: AtomicU64 = AtomicU64::new(0);

/// The lanes of one thread, given back when it ends.
struct Attached {
    lanes: Vec<(Arc<Core>, &'static Lane)>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        // Whatever runs after this on the thread finds no lane, and cannot attach another one.
        let _ = CURRENT.try_with(|current| current.set(None));
        for (core, lane) in self.lanes.drain(..) {
            core.detach(lane);
        }
    }
}

/// The lane of the current monitor.
#[inline]
pub(crate) fn current() -> Option<&'static Lane> {
    CURRENT.with(Cell::get)
}

/// The lane of the current monitor, attached to the global one if need be.
#[cold]
#[inline(never)]
pub(crate) fn attached() -> Option<&'static Lane> {
    if let Some(lane) = current() {
        let core = core_of(lane)?;
        if !core.is_closed() {
            return Some(lane);
        }
        if SCOPES.get() == 0 {
            CURRENT.set(None);
        }
    }
    if SCOPES.get() > 0 {
        // The scope's monitor has ended.
        return None;
    }
    if SUPPRESSED.get() {
        SUPPRESSED_CALLS.fetch_add(1, Ordering::Relaxed);
        return None;
    }
    let epoch = sources::epoch();
    if WITHOUT_GLOBAL.get() == epoch {
        return None;
    }
    let lane = sources::global().and_then(|core| lane_of(&core));
    match lane {
        Some(lane) => CURRENT.set(Some(lane)),
        None => WITHOUT_GLOBAL.set(epoch),
    }
    lane
}

/// Whose listeners hear what happens on a thread.
pub(crate) enum Belonging {
    /// Those of the monitor that it records for.
    Monitor(Arc<Core>),
    /// Nobody: its monitor has ended, or it belongs to the machinery itself.
    Nobody,
    /// Those of the process: it records for no monitor.
    Process,
}

/// Whose listeners hear what happens on this thread, even when that is about to end.
pub(crate) fn belonging() -> Belonging {
    if let Some(lane) = attached() {
        return core_of(lane).map_or(Belonging::Nobody, Belonging::Monitor);
    }
    if SCOPES.get() > 0 || SUPPRESSED.get() {
        return Belonging::Nobody;
    }
    // A thread that is about to end has no lane any more.
    let ending = ATTACHED.try_with(|_| ()).is_err();
    let global = ending.then(sources::global).flatten().filter(|core| !core.is_closed());
    global.map_or(Belonging::Process, Belonging::Monitor)
}

/// Whether this thread belongs to the machinery itself; if so, the event that it wants to tell is counted.
pub(crate) fn is_suppressed() -> bool {
    let suppressed = SUPPRESSED.get();
    if suppressed {
        SUPPRESSED_CALLS.fetch_add(1, Ordering::Relaxed);
    }
    suppressed
}

/// This thread's lane for a monitor, a new one if need be. None when the thread is about to end.
pub(crate) fn lane_of(core: &Arc<Core>) -> Option<&'static Lane> {
    if core.is_closed() {
        return None;
    }
    ATTACHED
        .try_with(|attached| {
            let mut attached = attached.try_borrow_mut().ok()?;
            let found = attached.lanes.iter().find(|(it, _)| it.id() == core.id());
            if let Some((_, lane)) = found {
                return Some(*lane);
            }
            attached.lanes.retain(|(core, lane)| {
                let keep = !core.is_closed() || lane.context.active.get() > 0 || current_is(lane);
                if !keep {
                    core.detach(lane);
                }
                keep
            });
            let lane = core.attach();
            attached.lanes.push((Arc::clone(core), lane));
            Some(lane)
        })
        .ok()
        .flatten()
}

/// This thread's lane for the monitor of this number.
pub(crate) fn lane_of_id(id: u64) -> Option<&'static Lane> {
    let known = ATTACHED.try_with(|attached| {
        let attached = attached.try_borrow().ok()?;
        attached.lanes.iter().find(|(core, _)| core.id() == id).map(|(core, lane)| (core.is_closed(), *lane))
    });
    match known.ok().flatten() {
        Some((closed, lane)) => (!closed).then_some(lane),
        None => lane_of(&sources::live(id)?),
    }
}

/// The monitor of a lane of this thread.
pub(crate) fn core_of(lane: &'static Lane) -> Option<Arc<Core>> {
    ATTACHED
        .try_with(|attached| {
            let attached = attached.try_borrow().ok()?;
            attached.lanes.iter().find(|(_, it)| std::ptr::eq(*it, lane)).map(|(core, _)| Arc::clone(core))
        })
        .ok()
        .flatten()
}

fn current_is(lane: &'static Lane) -> bool {
    current().is_some_and(|current| std::ptr::eq(current, lane))
}

/// Makes another lane current until the guard is dropped.
pub(crate) struct Entered {
    before: Option<&'static Lane>,
}

impl Entered {
    #[inline]
    pub(crate) fn new(lane: Option<&'static Lane>) -> Self {
        SCOPES.set(SCOPES.get() + 1);
        let before = CURRENT.replace(lane);
        if let Some(before) = before {
            // It comes back, so nobody else may have it meanwhile.
            before.context.active.set(before.context.active.get() + 1);
        }
        Self { before }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        SCOPES.set(SCOPES.get() - 1);
        if let Some(before) = self.before {
            before.context.active.set(before.context.active.get() - 1);
        }
        CURRENT.set(self.before);
    }
}

/// Runs `body` with `core` as the current monitor of this thread: with none at all if that has ended.
pub(crate) fn scope<R>(core: &Arc<Core>, body: impl FnOnce() -> R) -> R {
    let _entered = Entered::new(lane_of(core));
    body()
}

/// Marks the calling thread as one of the machinery itself.
pub(crate) fn suppress() {
    CURRENT.set(None);
    SUPPRESSED.set(true);
}

/// How many calls were not recorded because the machinery itself made them.
pub(crate) fn suppressed_calls() -> u64 {
    SUPPRESSED_CALLS.load(Ordering::Relaxed)
}

/// A label, a field or a look at a result has panicked on this thread.
#[cold]
pub(crate) fn note_panic() {
    if let Some(core) = current_core() {
        core.note_panic();
    }
}

/// The monitor that this thread records for.
pub(crate) fn current_core() -> Option<Arc<Core>> {
    attached().and_then(core_of)
}

/// Where a lane stands in a trace; not valid where it stands in none.
#[inline]
pub(crate) fn place_of(lane: &Lane) -> SpanContext {
    let trace = TraceId::from_seeds(lane.context.trace_high.get(), lane.context.trace_low.get());
    SpanContext::new(trace, SpanId::new(lane.context.span.get()))
}

/// A lane's place in a trace, put back when this is dropped.
pub(crate) struct Placed {
    lane: &'static Lane,
    before: [u64; 4],
}

impl Placed {
    /// Puts the lane at `context`, with no time of children yet.
    pub(crate) fn new(lane: &'static Lane, context: SpanContext, child: u64) -> Self {
        let (high, low) = context.trace_id().seeds();
        let place = &lane.context;
        let before = [
            place.span.replace(context.span_id().as_u64()),
            place.trace_high.replace(high),
            place.trace_low.replace(low),
            place.child.replace(child),
        ];
        Self { lane, before }
    }
}

impl Placed {
    /// Leaves the place although `above`, taken later, stays: that one puts back what this one would have.
    /// Gives this one back where the two have nothing to do with each other.
    #[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "only the bridge to `tracing` uses it"))]
    pub(crate) fn leave_below(mut self, above: &mut Placed) -> Option<Self> {
        if !std::ptr::eq(self.lane, above.lane) {
            return Some(self);
        }
        std::mem::swap(&mut self.before, &mut above.before);
        std::mem::forget(self);
        None
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        let [span, high, low, child] = self.before;
        let place = &self.lane.context;
        place.span.set(span);
        place.trace_high.set(high);
        place.trace_low.set(low);
        place.child.set(child);
    }
}
