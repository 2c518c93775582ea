//! Spans and events in one lane, with and without fields, while a collector takes them apart.

use std::sync::Arc;

use loom::thread;

use crate::dispatch::core::Core;
use crate::dispatch::lane::Lane;
use crate::dispatch::loom::check;
use crate::dispatch::loom::core;
use crate::dispatch::payload::write_payload;
use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::FieldValue;
use crate::model::Head;
use crate::model::Outcome;
use crate::model::Signals;
use crate::model::Tally;
use crate::recorder::Batch;

/// What comes out: the numbers of spans and of events.
#[derive(Debug, Default, PartialEq)]
struct Taken {
    events: Vec<u64>,
    spans: Vec<u64>,
}

/// Writes number `number`: an even one is an event.
fn write(lane: &'static Lane, core: &Core, number: u64) {
    if has_fields(number) {
        let mut fields = FieldBuffer::default();
        fields.push(FieldName::Free("number"), &FieldValue::Unsigned(number));
        write_payload(lane, Some(core), &mut fields);
    }
    let head = match number % 2 {
        0 => Head::event(0, 0),
        _ if has_fields(number) => Head::call(0, 0, 0, Outcome::Ok, Head::SPAN | Head::FIELDS),
        _ => Head::call(0, 0, 0, Outcome::Ok, Head::SPAN),
    };
    if lane.push([number, number, number, 0, number, number, 0, head.word()]) {
        lane.turn(core);
    }
}

/// Numbers two and three have some, four and five have none, and so on: so that fields also come when a chunk has not
/// enough room for them.
fn has_fields(number: u64) -> bool {
    number % 4 >= 2
}

/// Each has its own fields and nobody else's, and comes after those before it.
#[track_caller]
fn keep(
    taken: &mut Vec<u64>,
    number: u64,
    fields: impl Iterator<Item = (&'static str, FieldValue<'static>)>,
) {
    let fields: Vec<_> = fields.collect();
    let own = has_fields(number).then_some(("number", FieldValue::Unsigned(number)));
    assert_eq!(fields, own.into_iter().collect::<Vec<_>>(), "number {number}");
    assert!(taken.last().is_none_or(|last| *last < number), "{number} comes after {taken:?}");
    taken.push(number);
}

fn take(core: &Core, partial: bool, taken: &mut Taken) {
    core.take(partial, usize::MAX, &mut |batch| match batch {
        Batch::Events(batch) => batch.iter().for_each(|event| {
            let number = event.context().unwrap().span_id().as_u64();
            let fields = event.fields().map(|(_, value)| ("number", value.into_owned()));
            keep(&mut taken.events, number, fields);
        }),
        Batch::Spans(batch) => batch.iter().for_each(|span| {
            let fields = span.fields().map(|(_, value)| ("number", value.into_owned()));
            keep(&mut taken.spans, span.span_id().as_u64(), fields);
        }),
    });
}

/// One thread writes so many of them while another takes.
fn written_and_taken<const WRITTEN: u64, const CHUNKS: usize>(partial: bool) {
    let core = core(Signals::ALL, CHUNKS);
    let lane = core.attach();
    let collector = thread::spawn({
        let core = Arc::clone(&core);
        move || {
            let mut taken = Taken::default();
            take(&core, partial, &mut taken);
            taken
        }
    });
    (1..=WRITTEN).for_each(|number| write(lane, &core, number));
    let mut taken = collector.join().unwrap();
    take(&core, true, &mut taken);
    let (counted, lost) = (core.counted().ledger.recorded, core.lost());
    assert_eq!(counted, Tally { events: WRITTEN / 2, spans: WRITTEN.div_ceil(2) });
    let left = Tally { events: taken.events.len() as u64, spans: taken.spans.len() as u64 };
    assert_eq!(counted, Tally { events: left.events + lost.events, spans: left.spans + lost.spans });
    if CHUNKS > 2 {
        assert_eq!(lost, Tally::default());
    }
}

#[test]
fn spans_and_events_are_told_apart_with_their_fields() {
    check(2, || written_and_taken::<4, 3>(true));
}

#[test]
fn full_chunks_with_spans_and_events_are_told_apart() {
    check(2, || written_and_taken::<4, 3>(false));
}

#[test]
fn events_that_have_no_room_are_counted_as_lost_apart_from_spans() {
    check(2, || written_and_taken::<6, 0>(true));
}
