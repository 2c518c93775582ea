//! A monitor whose threads come and go while it is collected, read and ended.

use std::sync::Arc;

use loom::thread;

use crate::dispatch::core::Core;
use crate::dispatch::counted::Counted;
use crate::dispatch::loom::bits;
use crate::dispatch::loom::check;
use crate::dispatch::loom::core;
use crate::dispatch::loom::ended;
use crate::dispatch::loom::folded;
use crate::dispatch::loom::write;
use crate::model::Signals;
use crate::recorder::Batch;

/// A thread that records some calls and ends.
fn thread(core: &Arc<Core>, numbers: std::ops::RangeInclusive<u64>) -> thread::JoinHandle<()> {
    let core = Arc::clone(core);
    thread::spawn(move || {
        let lane = core.attach();
        write(lane, &core, numbers);
        core.detach(lane);
    })
}

fn take(core: &Core, partial: bool, taken: &mut Vec<u64>) {
    core.take(partial, usize::MAX, &mut |batch| match batch {
        Batch::Spans(batch) => taken.extend(batch.iter().map(|span| span.span_id().as_u64())),
        Batch::Events(batch) => assert!(batch.is_empty(), "nobody has told an event"),
    });
}

/// What was counted of a moment: never twice, and never less than before.
fn look(core: &Core, written: u64, before: &mut Counted) {
    let counted = core.counted();
    let (now, then) = (folded(&counted.ledger.cells), folded(&before.ledger.cells));
    assert_eq!(now & then, then, "a record was counted and is no more");
    assert!(now <= bits(1..=written), "a record was counted twice");
    *before = counted;
}

/// When all threads are gone: each record was counted once, and taken once or counted as lost.
fn settle(core: &Core, mut taken: Vec<u64>, written: u64) {
    core.close();
    take(core, true, &mut taken);
    let counted = core.counted().ledger;
    assert_eq!((counted.recorded.spans, ended(&counted.cells)), (written, written));
    assert_eq!(folded(&counted.cells), bits(1..=written));
    if core.exports() {
        assert_eq!(taken.len() as u64 + counted.dropped.spans, written);
    }
    taken.sort_unstable();
    let before = taken.len();
    taken.dedup();
    assert_eq!(taken.len(), before, "taken twice");
}

#[test]
fn the_end_of_a_thread_loses_nothing() {
    check(2, || {
        let core = core(Signals::ALL, 1);
        let mut taken = Vec::new();
        let first = thread(&core, 1..=3);
        take(&core, false, &mut taken);
        take(&core, true, &mut taken);
        first.join().unwrap();
        settle(&core, taken, 3);
    });
}

#[test]
fn a_lane_goes_from_thread_to_thread() {
    check(2, || {
        let core = core(Signals::METRICS, 1);
        let first = thread(&core, 1..=3);
        let second = thread(&core, 4..=5);
        first.join().unwrap();
        second.join().unwrap();
        settle(&core, Vec::new(), 5);
    });
}

#[test]
fn a_lane_with_spans_goes_from_thread_to_thread() {
    check(2, || {
        let core = core(Signals::ALL, 1);
        let mut taken = Vec::new();
        let first = thread(&core, 1..=2);
        take(&core, true, &mut taken);
        let second = thread(&core, 3..=4);
        take(&core, true, &mut taken);
        first.join().unwrap();
        second.join().unwrap();
        settle(&core, taken, 4);
    });
}

#[test]
fn who_looks_while_threads_write_and_end_sees_each_record_once() {
    check(2, || {
        let core = core(Signals::METRICS, 1);
        let first = thread(&core, 1..=5);
        let mut seen = Counted::default();
        look(&core, 5, &mut seen);
        look(&core, 5, &mut seen);
        first.join().unwrap();
        look(&core, 5, &mut seen);
        settle(&core, Vec::new(), 5);
    });
}

#[test]
fn a_monitor_that_ends_while_a_thread_ends_accounts_for_its_spans() {
    check(2, || {
        let core = core(Signals::ALL, 1);
        let mut taken = Vec::new();
        let first = thread(&core, 1..=3);
        core.close();
        take(&core, true, &mut taken);
        first.join().unwrap();
        // What came after the last take is counted, though nobody takes it.
        let counted = core.counted().ledger;
        assert_eq!((counted.recorded.spans, folded(&counted.cells)), (3, bits(1..=3)));
        assert!(taken.len() as u64 + counted.dropped.spans <= 3);
    });
}
