//! One value of an instrument used by hand, written like a call.

use crate::dispatch::attach::attached;
use crate::dispatch::attach::core_of;
use crate::dispatch::attach::current;
use crate::dispatch::call::turn;
use crate::dispatch::entry::FAST;
use crate::dispatch::entry::SLOW;
use crate::dispatch::entry::UNKNOWN;
use crate::dispatch::hook;
use crate::dispatch::hook::Sample;
use crate::dispatch::label_cache::source_slot;
use crate::dispatch::lane::Lane;
use crate::dispatch::learn::learn;
use crate::dispatch::ticks;
use crate::metric::tick as kind;
use crate::model::Head;
use crate::model::LabelRef;

/// Records a value of source `id`, for the monitor of this thread.
#[inline]
pub(crate) fn tick(id: u32, max: u32, labels: &[LabelRef<'_>], bits: u64, kind: u64) {
    tick_on(current().or_else(attached), id, max, labels, bits, kind);
}

/// Records a value of source `id` on this lane of the calling thread; without one, only bridges hear of it.
#[inline(always)]
pub(crate) fn tick_on(
    lane: Option<&'static Lane>,
    id: u32,
    max: u32,
    labels: &[LabelRef<'_>],
    bits: u64,
    kind: u64,
) {
    let Some(lane) = lane else { return forward(id, labels, bits, kind) };
    let head = match lane.entries.find(id).map(|entry| entry.head()) {
        Some(head) if head & FAST != 0 => head,
        _ => match ask(lane, id, labels, bits, kind) {
            Some(head) => head,
            None => return,
        },
    };
    if kind == kind::GAUGE && !f64::from_bits(bits).is_finite() {
        return reject(lane);
    }
    let slot = if labels.is_empty() { 0 } else { source_slot(lane, id, max, labels) };
    let at = if kind == kind::GAUGE { ticks::now() } else { 0 };
    if lane.push([bits, kind, at, 0, 0, 0, 0, head | u64::from(slot) << 24]) {
        turn(lane);
    }
}

/// A gauge keeps what it had.
#[cold]
#[inline(never)]
pub(crate) fn reject(lane: &'static Lane) {
    if let Some(core) = core_of(lane) {
        core.note_rejected();
    }
}

#[cold]
#[inline(never)]
fn ask(lane: &'static Lane, id: u32, labels: &[LabelRef<'_>], bits: u64, kind: u64) -> Option<u64> {
    forward(id, labels, bits, kind);
    let core = core_of(lane).filter(|core| !core.is_closed())?;
    let entry = lane.entries.obtain(id)?;
    if entry.head() == UNKNOWN {
        learn(entry, id, &core);
    }
    Some(entry.head()).filter(|head| head & Head::TICK != 0).map(|head| head & !(SLOW | FAST))
}

/// Tells the bridges of a value, where one wants to know.
#[cold]
#[inline(never)]
fn forward(id: u32, labels: &[LabelRef<'_>], bits: u64, kind: u64) {
    if hook::values_wanted() {
        let sample = match kind {
            kind::COUNTER => Sample::Counter(bits),
            kind::GAUGE => Sample::Gauge(f64::from_bits(bits)),
            kind::UP_DOWN => Sample::UpDown(bits as i64),
            _ => Sample::Histogram(f64::from_bits(bits)),
        };
        hook::value(id, labels, sample);
    }
}
