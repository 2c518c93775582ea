//! One value of an instrument used by hand, written like a call.

use crate::dispatch::attach::attached;
use crate::dispatch::attach::core_of;
use crate::dispatch::attach::current;
use crate::dispatch::call::turn;
use crate::dispatch::entry::FAST;
use crate::dispatch::entry::UNKNOWN;
use crate::dispatch::label_cache::source_slot;
use crate::dispatch::lane::Lane;
use crate::dispatch::ticks;
use crate::metric::tick as kind;
use crate::model::LabelRef;

/// Records a value of source `id`, for the monitor of this thread.
#[inline]
pub(crate) fn tick(id: u32, max: u32, labels: &[LabelRef<'_>], bits: u64, kind: u64) {
    let Some(lane) = current().or_else(attached) else { return };
    let head = match lane.entries.find(id).map(|entry| entry.head()) {
        Some(head) if head & FAST != 0 => head,
        _ => match ask(lane, id) {
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
fn reject(lane: &'static Lane) {
    if let Some(core) = core_of(lane) {
        core.note_rejected();
    }
}

#[cold]
#[inline(never)]
fn ask(lane: &'static Lane, id: u32) -> Option<u64> {
    let core = core_of(lane).filter(|core| !core.is_closed())?;
    let entry = lane.entries.obtain(id)?;
    if entry.head() == UNKNOWN {
        entry.set_head(core.head(id));
    }
    Some(entry.head()).filter(|head| head & FAST != 0)
}
