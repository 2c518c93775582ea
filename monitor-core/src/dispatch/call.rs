//! One call, from its beginning to the record of its end.

use crate::dispatch::attach::Entered;
use crate::dispatch::attach::Placed;
use crate::dispatch::attach::attached;
use crate::dispatch::attach::core_of;
use crate::dispatch::attach::current;
use crate::dispatch::attach::lane_of;
use crate::dispatch::callsite::Callsite;
use crate::dispatch::entry::Entry;
use crate::dispatch::entry::FAST;
use crate::dispatch::entry::PLAIN;
use crate::dispatch::entry::SLOW;
use crate::dispatch::error_types::error_type_name;
use crate::dispatch::extra::Extra;
use crate::dispatch::hook;
use crate::dispatch::lane::Lane;
use crate::dispatch::late;
use crate::dispatch::learn::known_entry;
use crate::dispatch::level;
use crate::dispatch::origin;
use crate::dispatch::payload::write_span_payload;
use crate::dispatch::ticks;
use crate::model::Clock;
use crate::model::FieldBuffer;
use crate::model::GOLDEN;
use crate::model::Head;
use crate::model::Metadata;
use crate::model::Origin;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;

/// Spans nest so deep on one thread; deeper ones stand side by side at this depth, and are counted.
const DEEPEST: u32 = 1_000;

/// A call under way. Nothing of it is on the heap unless it has fields or a bridge takes part.
#[derive(Default)]
pub(crate) struct Call {
    /// None where nobody records this call.
    pub(crate) lane: Option<&'static Lane>,
    /// The beginning of the record's last word, with a mark of [`PLAIN`] while there is nothing extra.
    pub(crate) head: u64,
    pub(crate) start: u64,
    pub(crate) span: u64,
    pub(crate) parent: u64,
    /// Ticks of the finished children of the call around this one.
    pub(crate) child: u64,
    pub(crate) extra: Option<Box<Extra>>,
}

/// Begins a call.
///
/// The thread-local is read in the caller's crate, where the compiler often knows that it makes a program and no
/// library to be loaded: it takes one instruction there, a call here.
#[inline(always)]
pub(crate) fn start(callsite: &'static Callsite) -> Call {
    start_on(current(), callsite)
}

/// Begins a call on this lane. In the common case it calls nothing, so that it needs no stack frame.
#[inline(never)]
fn start_on(lane: Option<&'static Lane>, callsite: &'static Callsite) -> Call {
    match marked(lane, callsite, FAST) {
        Some((lane, entry, head)) if !is_deep(lane) => begin(lane, entry, head, ticks::read, false),
        _ => start_uncommon(lane, callsite),
    }
}

#[cold]
#[inline(never)]
fn start_uncommon(lane: Option<&'static Lane>, callsite: &'static Callsite) -> Call {
    match marked(lane, callsite, PLAIN).filter(|(lane, _, head)| !origin::is_awaited(lane, *head)) {
        Some((lane, entry, head)) => begin(lane, entry, head, ticks::now, origin::depth(lane) >= DEEPEST),
        None => start_cold(callsite, None),
    }
}

/// Whether the fast path has to leave the call to one that looks at its place.
#[inline(always)]
fn is_deep(lane: &Lane) -> bool {
    lane.context.active.get() >= u64::from(DEEPEST)
}

/// The lane and its entry of the callsite, if that has this mark.
#[inline(always)]
fn marked(
    lane: Option<&'static Lane>,
    callsite: &'static Callsite,
    mark: u64,
) -> Option<(&'static Lane, &'static Entry, u64)> {
    let lane = lane?;
    let entry = lane.entries.find(callsite.id())?;
    let head = entry.head();
    (head & mark != 0).then_some((lane, entry, head))
}

/// Begins a call that has labels.
#[inline]
pub(crate) fn start_labelled(callsite: &'static Callsite, slot: u16) -> Call {
    let mut call = start(callsite);
    call.head |= u64::from(slot) << 24;
    call
}

/// Begins a call that has labels, or something beyond its callsite: fields, links, a parent or a monitor.
pub(crate) fn start_with(callsite: &'static Callsite, slot: u16, extra: Option<Box<Extra>>) -> Call {
    let by_hand = extra.as_deref().filter(|extra| extra.is_by_hand());
    let mut call = match by_hand {
        None => start(callsite),
        given => start_cold(callsite, given),
    };
    call.head |= u64::from(slot) << 24;
    if let Some(extra) = extra {
        attach_extra(&mut call, extra, callsite.metadata());
    }
    call
}

/// The call is put together at the very end and never moved: a copy of what was just written costs more than
/// all the rest.
#[inline(always)]
fn begin(lane: &'static Lane, entry: &Entry, head: u64, now: impl FnOnce() -> u64, deep: bool) -> Call {
    entry.begin();
    let place = &lane.context;
    place.active.set(place.active.get() + 1);
    let child = place.child.replace(0);
    let (mut span, mut parent) = (0, 0);
    if head & Head::SPAN != 0 {
        // The identifiers of a thread spread over all numbers.
        span = place.identifier.get().wrapping_add(GOLDEN);
        place.identifier.set(span);
        parent = if deep { flatten(lane, span) } else { place.span.replace(span) };
        if parent == 0 {
            // A new trace.
            place.trace_high.set(place.seed.get());
            place.trace_low.set(span);
        }
    }
    let start = now();
    Call { lane: Some(lane), head, start, span, parent, child, extra: None }
}

/// The span becomes a part of the current one, but not current itself. Gives the current one. Where there is none, as
/// below many calls that are no spans, it is the root of those below it like any other.
#[cold]
#[inline(never)]
fn flatten(lane: &'static Lane, span: u64) -> u64 {
    let current = lane.context.span.get();
    if current == 0 {
        lane.context.span.set(span);
    } else if let Some(core) = core_of(lane) {
        core.note_flattened();
    }
    current
}

/// Begins a call for which the fast path does not do.
#[cold]
#[inline(never)]
fn start_cold(callsite: &'static Callsite, given: Option<&Extra>) -> Call {
    if !callsite.is_on() {
        return Call::default();
    }
    let lane = match given.and_then(|given| given.core.as_ref()) {
        Some(core) => lane_of(core),
        None => attached(),
    };
    let recorded = lane.and_then(|lane| Some((lane, known_entry(lane, callsite.id())?)));
    // The source alone, where only a bridge wants the call.
    let head = Head::call(callsite.id(), 0, 0, Outcome::Ok, 0).word();
    let mut call = Call::default();
    call.head = head;
    if let Some((lane, entry)) = recorded {
        let parent = given.and_then(|given| given.parent);
        let mut placed = parent.map(|parent| Placed::new(lane, parent, 0));
        let core = core_of(lane);
        let level = given.and_then(|given| given.level).unwrap_or(callsite.metadata().level);
        let (head, above) = match &core {
            Some(core) => level::settle(lane, core, level, entry.head(), &mut placed),
            None => (entry.head(), None),
        };
        let origin = match parent {
            Some(parent) => parent.is_remote().then_some(Origin::Parent(parent)),
            None => origin::awaited(lane),
        };
        call = begin(lane, entry, head, ticks::now, origin::depth(lane) >= DEEPEST);
        call.head &= !SLOW;
        if let Some(above) = above {
            level::tell_above(&mut call, above);
        }
        if let Some(origin) = origin {
            origin::settle(&mut call, origin);
        }
        call.copy(callsite, callsite.metadata().copy);
        let clock = core.map(|core| core.clock().clone()).filter(Clock::is_manual);
        let elsewhere = current().is_none_or(|current| !std::ptr::eq(current, lane));
        if placed.is_some() || clock.is_some() || elsewhere {
            let extra = call.extra();
            extra.placed = placed;
            extra.entered = elsewhere.then(|| Entered::new(Some(lane)));
            extra.clock = clock;
        }
    }
    let hooked = if callsite.is_bridged() { hook::begin(callsite) } else { None };
    if hooked.is_some() {
        call.extra().hook = hooked;
    }
    if call.is_recorded() && !callsite.metadata().fields.is_empty() {
        call.extra().late = true;
        late::enter(call.head);
    }
    if call.extra.is_some() {
        call.start = now(&call);
    }
    call
}

fn attach_extra(call: &mut Call, mut extra: Box<Extra>, metadata: &'static Metadata) {
    let companions = std::mem::take(&mut extra.companions);
    if call.lane.is_none() && call.extra.is_none() && companions.is_empty() {
        extra.release();
        return;
    }
    match &mut call.extra {
        Some(present) => {
            present.fields.append(&extra.fields);
            present.links.extend(&extra.links);
            if !extra.values.is_empty() {
                std::mem::swap(&mut present.values, &mut extra.values);
            }
            present.display_name = extra.display_name.take();
            present.fields.share_seal(&extra.fields);
            if let Some(hook) = &mut present.hook {
                hook.labels(&extra.labels);
                hook.fields(&present.fields);
            }
            extra.release();
        }
        none => *none = Some(extra),
    }
    let extra = call.extra();
    extra.slow = metadata.slow;
    if !(companions.is_empty() && extra.values.is_empty()) {
        extra.companions = companions;
        let (context, lane) = (call.context(), call.lane);
        call.extra().begin(context, lane);
        // What was done by then is no part of the call.
        call.start = now(call);
    }
}

fn now(call: &Call) -> u64 {
    match call.extra.as_ref().and_then(|extra| extra.clock.as_ref()) {
        Some(clock) => clock.ticks(),
        None => ticks::now(),
    }
}

/// Ends a call: writes its record and puts the lane back where it was. `ending` has outcome and error type
/// where a record's head has them.
#[inline(never)]
pub(crate) fn finish(call: &mut Call, ending: Head) {
    if call.head & FAST != 0
        && let Some(lane) = call.lane.take()
    {
        end_at(lane, call, ticks::read(), ending.word());
    } else {
        finish_cold(call, ending);
    }
}

/// Writes the record of a call and puts the lane back where it was.
#[inline(always)]
fn end_at(lane: &'static Lane, call: &Call, end: u64, ending: u64) {
    let place = &lane.context;
    place.active.set(place.active.get() - 1);
    let full = lane.append(|slot| {
        // Each word is read when it is written, so that few registers are in use at a time.
        slot.set_times(call.start, end);
        slot.set_children(place.child.replace(call.child.wrapping_add(end.wrapping_sub(call.start))));
        let head = call.head | ending;
        if head & Head::SPAN != 0 {
            slot.set_span(call.span);
            place.span.set(call.parent);
            slot.set_parent(call.parent);
            slot.set_trace_high(place.trace_high.get());
            slot.set_trace_low(place.trace_low.get());
        }
        slot.set_head(head);
    });
    if full {
        turn(lane);
    }
}

#[cold]
#[inline(never)]
pub(crate) fn turn(lane: &'static Lane) {
    lane.leave(core_of(lane).as_deref());
}

/// Ends a call that has fields, a hook, a clock of its own or a parent given by hand, or that has ended already.
#[cold]
#[inline(never)]
fn finish_cold(call: &mut Call, ending: Head) {
    let end = now(call);
    let Some(mut extra) = call.extra.take() else {
        if let Some(lane) = call.lane.take() {
            end_at(lane, call, end, ending.word());
        }
        return;
    };
    extra.waived = None;
    if extra.late {
        late::leave(call.head, &mut extra.fields);
    }
    let ticks = end.saturating_sub(call.start);
    let clock = extra.clock.take().unwrap_or_default();
    if extra.is_accompanied() {
        extra.end(ending, clock.duration(ticks), call.lane);
    }
    if let Some(mut hook) = extra.hook.take() {
        hook.fields(&extra.fields);
        hook.end(&hook::Ending {
            outcome: ending.outcome(),
            error_type: error_type_name(ending.error()),
            seconds: ticks as f64 * clock.seconds_per_tick(),
        });
    }
    if let Some(lane) = call.lane.take() {
        let mut ending_word = ending.word();
        if call.head & Head::SPAN != 0 {
            if extra.slow != 0 && ending.outcome() == Outcome::Ok && !is_slow(lane, call, end, extra.slow) {
                extra.fields.clear();
                extra.links.clear();
            }
            ending_word |= write_span_payload(lane, core_of(lane).as_deref(), &mut extra);
        }
        let children = lane.context.child.get();
        end_at(lane, call, end, ending_word);
        if let Some(copy) = extra.copy.take() {
            copy.record(lane, call, (end, children), ending, &mut extra);
        }
        if let Some(placed) = extra.placed.take() {
            let children = lane.context.child.get();
            drop(placed);
            lane.context.child.set(lane.context.child.get().wrapping_add(children));
        }
    }
    extra.release();
}

fn is_slow(lane: &'static Lane, call: &Call, end: u64, nanoseconds: u64) -> bool {
    core_of(lane).is_none_or(|core| {
        core.clock().duration(end.saturating_sub(call.start)).as_nanos() >= u128::from(nanoseconds)
    })
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if self.is_recorded() {
            unwound(self);
        }
    }
}

/// A call that is dropped without a result has panicked.
#[cold]
#[inline(never)]
fn unwound(call: &mut Call) {
    finish(call, Head::ending_of(Outcome::Panic, 0));
}

impl Call {
    /// Which span this is.
    pub(crate) fn context(&self) -> Option<SpanContext> {
        let place = &self.lane?.context;
        let trace = TraceId::from_seeds(place.trace_high.get(), place.trace_low.get());
        Some(SpanContext::new(trace, SpanId::new(self.span))).filter(|context| context.is_valid())
    }

    /// Whether anybody records this call.
    pub(crate) fn is_recorded(&self) -> bool {
        self.lane.is_some() || self.extra.is_some()
    }

    /// What few calls have.
    pub(crate) fn extra(&mut self) -> &mut Extra {
        self.head &= !PLAIN;
        self.extra.get_or_insert_with(Extra::obtain)
    }

    /// Where more fields go.
    pub(crate) fn fields(&mut self) -> &mut FieldBuffer {
        &mut self.extra().fields
    }
}
