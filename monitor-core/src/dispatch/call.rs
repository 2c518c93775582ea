//! One call, from its beginning to the record of its end.

use std::sync::Arc;

use crate::dispatch::attach::Entered;
use crate::dispatch::attach::Placed;
use crate::dispatch::attach::attached;
use crate::dispatch::attach::core_of;
use crate::dispatch::attach::current;
use crate::dispatch::attach::lane_of;
use crate::dispatch::callsite::Callsite;
use crate::dispatch::core::Core;
use crate::dispatch::entry::Entry;
use crate::dispatch::entry::FAST;
use crate::dispatch::entry::SLOW;
use crate::dispatch::entry::UNKNOWN;
use crate::dispatch::error_types::error_type_name;
use crate::dispatch::extra::Extra;
use crate::dispatch::hook;
use crate::dispatch::lane::Lane;
use crate::dispatch::late;
use crate::dispatch::ticks;
use crate::model::Clock;
use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::Head;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::PAYLOAD;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::model::WORDS;
use crate::recorder::DROPPED_FIELD;
use crate::recorder::LINK_FIELD;

/// The step from one span identifier to the next: 2^64 divided by the golden ratio, so that identifiers of a
/// thread spread over all numbers and do not come again.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A call under way. Nothing of it is on the heap unless it has fields or a bridge takes part.
#[derive(Default)]
pub(crate) struct Call {
    /// None where nobody records this call.
    pub(crate) lane: Option<&'static Lane>,
    /// The beginning of the record's last word.
    pub(crate) head: u64,
    pub(crate) start: u64,
    pub(crate) span: u64,
    pub(crate) parent: u64,
    /// Ticks of the finished children of the call around this one.
    pub(crate) child: u64,
    pub(crate) extra: Option<Box<Extra>>,
}

/// Begins a call.
#[inline(never)]
pub(crate) fn start(callsite: &'static Callsite) -> Call {
    if let Some(lane) = current()
        && let Some(entry) = lane.entries.find(callsite.id())
        && let head = entry.head()
        && head & FAST != 0
    {
        return begin(lane, entry, head);
    }
    start_cold(callsite, None, None)
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
    let by_hand = extra.as_deref().is_some_and(|extra| extra.core.is_some() || extra.parent.is_some());
    let mut call = match &extra {
        Some(extra) if by_hand => start_cold(callsite, extra.core.as_ref(), extra.parent),
        _ => start(callsite),
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
fn begin(lane: &'static Lane, entry: &Entry, head: u64) -> Call {
    entry.begin();
    let place = &lane.context;
    place.active.set(place.active.get() + 1);
    let child = place.child.replace(0);
    let (mut span, mut parent) = (0, 0);
    if head & Head::SPAN != 0 {
        span = place.identifier.get().wrapping_add(STEP);
        place.identifier.set(span);
        parent = place.span.replace(span);
        if parent == 0 {
            new_trace(lane, span);
        }
    }
    let start = ticks::now();
    Call { lane: Some(lane), head, start, span, parent, child, extra: None }
}

/// A new trace: both halves are mixed from the identifier of its first span (finaliser of SplitMix64).
#[inline]
fn new_trace(lane: &Lane, span: u64) {
    let mixed = (span ^ (span >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    lane.context.trace_low.set(mixed ^ (mixed >> 31));
    lane.context.trace_high.set(span.rotate_left(32) ^ STEP);
}

/// Begins a call for which the fast path does not do.
#[cold]
#[inline(never)]
fn start_cold(callsite: &'static Callsite, core: Option<&Arc<Core>>, parent: Option<SpanContext>) -> Call {
    if !callsite.is_on() {
        return Call::default();
    }
    let lane = match core {
        Some(core) => lane_of(core),
        None => attached(),
    };
    let recorded = lane.and_then(|lane| Some((lane, known_entry(lane, callsite.id())?)));
    // The source alone, where only a bridge wants the call.
    let head = Head::call(callsite.id(), 0, 0, Outcome::Ok, 0).word();
    let mut call = Call::default();
    call.head = head;
    if let Some((lane, entry)) = recorded {
        let placed = parent.map(|parent| Placed::new(lane, parent, 0));
        call = begin(lane, entry, entry.head());
        call.head &= !(SLOW | FAST);
        let core = core_of(lane);
        let clock = core.map(|core| core.clock().clone()).filter(Clock::is_manual);
        let elsewhere = current().is_none_or(|current| !std::ptr::eq(current, lane));
        if placed.is_some() || clock.is_some() || elsewhere {
            let extra = call.extra.get_or_insert_with(Extra::obtain);
            extra.placed = placed;
            extra.entered = elsewhere.then(|| Entered::new(Some(lane)));
            extra.clock = clock;
        }
    }
    let hooked = if callsite.is_bridged() { hook::begin(callsite) } else { None };
    if hooked.is_some() {
        call.extra.get_or_insert_with(Extra::obtain).hook = hooked;
    }
    if call.is_recorded() && !callsite.metadata().fields.is_empty() {
        call.extra.get_or_insert_with(Extra::obtain).late = true;
        late::enter(call.head);
    }
    if call.extra.is_some() {
        call.start = now(&call);
    }
    call
}

/// The entry of a source, asked about if need be; none if the monitor records nothing of it.
fn known_entry(lane: &'static Lane, source: u32) -> Option<&'static Entry> {
    let entry = lane.entries.obtain(source)?;
    if entry.head() == UNKNOWN {
        let core = core_of(lane)?;
        learn(entry, source, &core);
    }
    (entry.head() & (Head::SPAN | Head::METRICS) != 0).then_some(entry)
}

/// Asks about a source, again if the answer has changed while it was written down.
pub(crate) fn learn(entry: &Entry, source: u32, core: &Core) {
    loop {
        let head = core.head(source);
        entry.set_head(head);
        if core.head(source) == head {
            return;
        }
    }
}

fn attach_extra(call: &mut Call, extra: Box<Extra>, metadata: &'static Metadata) {
    if call.lane.is_none() && call.extra.is_none() {
        extra.release();
        return;
    }
    match &mut call.extra {
        Some(present) => {
            present.fields.append(&extra.fields);
            present.links.extend(&extra.links);
            if let Some(hook) = &mut present.hook {
                hook.labels(&extra.labels);
                hook.fields(&present.fields);
            }
            extra.release();
        }
        none => *none = Some(extra),
    }
    if let Some(extra) = &mut call.extra {
        extra.slow = metadata.slow;
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
    if call.extra.is_some() {
        return finish_cold(call, ending);
    }
    if let Some(lane) = call.lane {
        let end = ticks::now();
        call.lane = None;
        end_at(lane, call, end, ending.word());
    }
}

/// Writes the record of a call and puts the lane back where it was.
#[inline(always)]
pub(crate) fn end_at(lane: &'static Lane, call: &Call, end: u64, ending: u64) {
    let place = &lane.context;
    let children = place.child.replace(call.child.wrapping_add(end.wrapping_sub(call.start)));
    place.active.set(place.active.get() - 1);
    let head = call.head | ending;
    let full = if head & Head::SPAN != 0 {
        place.span.set(call.parent);
        let (high, low) = (place.trace_high.get(), place.trace_low.get());
        lane.push([call.start, end, call.span, call.parent, high, low, children, head])
    } else {
        lane.push_brief(call.start, end, children, head)
    };
    if full {
        turn(lane);
    }
}

#[cold]
#[inline(never)]
pub(crate) fn turn(lane: &'static Lane) {
    if let Some(core) = core_of(lane) {
        lane.turn(&core);
    }
}

/// Ends a call that has fields, a hook, a clock of its own or a parent given by hand.
#[cold]
#[inline(never)]
fn finish_cold(call: &mut Call, ending: Head) {
    let end = now(call);
    let Some(mut extra) = call.extra.take() else { return };
    if extra.late {
        late::leave(call.head, &mut extra.fields);
    }
    if let Some(mut hook) = extra.hook.take() {
        let clock = extra.clock.clone().unwrap_or_default();
        let ticks = end.saturating_sub(call.start);
        hook.fields(&extra.fields);
        hook.end(&hook::Ending {
            outcome: ending.outcome(),
            error_type: error_type_name(ending.error()),
            seconds: ticks as f64 * clock.seconds_per_tick(),
        });
    }
    if let Some(lane) = call.lane.take() {
        let mut ending_word = ending.word();
        if call.head & Head::SPAN != 0
            && !(extra.fields.is_empty() && extra.links.is_empty())
            && (extra.slow == 0 || ending.outcome() != Outcome::Ok || is_slow(lane, call, end, extra.slow))
        {
            write_payload(lane, &mut extra);
            ending_word |= Head::FIELDS;
        }
        end_at(lane, call, end, ending_word);
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

/// Writes the fields in records of their own, in a row and before the span's.
fn write_payload(lane: &'static Lane, extra: &mut Extra) {
    let fields = &mut extra.fields;
    for link in &extra.links {
        fields.text(FieldName::Free(LINK_FIELD), format_args!("{}-{}", link.trace_id(), link.span_id()));
    }
    let dropped = fields.dropped();
    if dropped > 0 {
        fields.lost(DROPPED_FIELD);
    }
    let records = fields.as_bytes().len().div_ceil(PAYLOAD);
    if let Some(core) = core_of(lane) {
        lane.reserve(records + 1, &core);
    }
    for part in fields.as_bytes().chunks(PAYLOAD) {
        let mut words = [0; WORDS];
        for (word, bytes) in words.iter_mut().zip(part.chunks(8)) {
            let mut eight = [0; 8];
            eight[..bytes.len()].copy_from_slice(bytes);
            *word = u64::from_le_bytes(eight);
        }
        words[WORDS - 1] = Head::call(0, part.len() as u16, 0, Outcome::Ok, Head::PAYLOAD).word();
        // Room for all of them and the span was made above, so the chunk does not fill here.
        lane.push(words);
    }
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
        let trace = TraceId::from_words(place.trace_high.get(), place.trace_low.get());
        Some(SpanContext::new(trace, SpanId::new(self.span))).filter(|context| context.is_valid())
    }

    /// Whether anybody records this call.
    pub(crate) fn is_recorded(&self) -> bool {
        self.lane.is_some() || self.extra.is_some()
    }

    /// Where more fields go.
    pub(crate) fn fields(&mut self) -> &mut FieldBuffer {
        &mut self.extra.get_or_insert_with(Extra::obtain).fields
    }
}
