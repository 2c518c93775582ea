//! One event, written into the buffer of its thread like a span.

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::sync::Arc;

use crate::dispatch::attach::lane_of;
use crate::dispatch::call::turn;
use crate::dispatch::context::Word;
use crate::dispatch::core::Core;
use crate::dispatch::extra::Extra;
use crate::dispatch::lane::Lane;
use crate::dispatch::payload::write_payload;
use crate::dispatch::sources::register_family;
use crate::event::Event;
use crate::event::Severity;
use crate::model::Family;
use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::Head;
use crate::model::caught;

/// What an event tells of itself.
struct Told<'a> {
    index: usize,
    severity: Severity,
    fields: &'a mut FieldBuffer,
}

thread_local! {
    /// The thread asks an event for its fields: an event that is told by that is lost, or there might be no end.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Writes an event for the recorders of a monitor, if any of them takes events. An event that panics when it is asked
/// for its fields is recorded with those that it had told.
#[cold]
#[inline(never)]
pub(crate) fn record_event<E: Event>(core: &Arc<Core>, event: &E) {
    if core.wants_events() {
        write(core, E::family(), &|told| {
            told.index = event.index();
            told.severity = event.severity();
            event.fields(&mut |name, value| told.fields.push(FieldName::Free(name), &value));
        });
    }
}

/// Nothing of the event's own runs between the first payload record and the event's, so that nothing comes between.
fn write(core: &Arc<Core>, family: &'static Family, tell: &dyn Fn(&mut Told<'_>)) {
    if ASKING.get() {
        return core.note_lost_event();
    }
    let time = core.clock().ticks();
    let Some(source) = register_family(family) else { return };
    let mut extra = Extra::obtain();
    let mut told = Told { index: 0, severity: Severity::default(), fields: &mut extra.fields };
    ASKING.set(true);
    let asked = caught(|| tell(&mut told));
    ASKING.set(false);
    if asked.is_err() {
        core.note_panic();
    }
    let (index, severity) = (u16::try_from(told.index).unwrap_or(u16::MAX), told.severity);
    match lane_of(core) {
        Some(lane) => {
            write_payload(lane, Some(core), &mut extra.fields);
            append(lane, time, severity, Head::event(source, index));
        }
        // A monitor that has ended counts nothing any more.
        None if core.is_closed() => {}
        None => core.note_lost_event(),
    }
    extra.release();
}

fn append(lane: &'static Lane, time: u64, severity: Severity, head: Head) {
    let place = &lane.context;
    let [span, high, low] = [&place.span, &place.trace_high, &place.trace_low].map(Word::get);
    if lane.push([time, u64::from(severity.number()), span, 0, high, low, 0, head.word()]) {
        turn(lane);
    }
}
