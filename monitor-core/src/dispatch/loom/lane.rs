//! One lane: its owner writes, others fold, take and trim.

use std::sync::Arc;

use loom::thread;

use crate::dispatch::core::Core;
use crate::dispatch::lane::Lane;
use crate::dispatch::loom::bits;
use crate::dispatch::loom::check;
use crate::dispatch::loom::core;
use crate::dispatch::loom::ended;
use crate::dispatch::loom::folded;
use crate::dispatch::loom::number;
use crate::dispatch::loom::write;
use crate::model::Signals;

/// Takes what is there; what comes is whole and later than all that came before.
fn take(lane: &'static Lane, core: &Core, partial: bool, taken: &mut Vec<u64>) {
    lane.take(core, partial, &mut |slots| {
        for slot in slots {
            let number = number(&slot.read());
            assert!(taken.last().is_none_or(|last| *last < number), "{number} comes after {taken:?}");
            taken.push(number);
        }
    });
}

/// When the lane rests: each record was folded once, and taken once or counted as lost.
fn settle(lane: &'static Lane, core: &Core, mut taken: Vec<u64>, written: u64) -> Vec<u64> {
    let there_before = taken.len();
    take(lane, core, true, &mut taken);
    let dropped = lane.ledger().dropped.spans;
    assert_eq!(taken.len() as u64 + dropped, written, "{taken:?}, {there_before} of them before the end");
    let (ledger, _) = lane.folded(core);
    assert_eq!((ledger.recorded.spans, ended(&ledger.cells)), (written, written));
    assert_eq!(folded(&ledger.cells), bits(1..=written));
    drop(ledger);
    assert!(!lane.has_untaken());
    taken
}

/// The owner writes `WRITTEN` records while another thread takes.
fn written_and_taken<const WRITTEN: u64, const CHUNKS: usize>(partial: bool) {
    let core = core(Signals::ALL, CHUNKS);
    let lane = Lane::obtain(core.id(), 0);
    let collector = thread::spawn({
        let core = Arc::clone(&core);
        move || {
            let mut taken = Vec::new();
            take(lane, &core, partial, &mut taken);
            taken
        }
    });
    write(lane, &core, 1..=WRITTEN);
    settle(lane, &core, collector.join().unwrap(), WRITTEN);
}

#[test]
fn what_is_written_is_folded_once_and_taken_once_in_its_order() {
    check(2, || written_and_taken::<5, 1>(true));
}

#[test]
fn full_chunks_are_taken_in_their_order() {
    check(2, || written_and_taken::<7, 3>(false));
}

#[test]
fn what_has_no_room_is_counted_as_lost() {
    check(3, || written_and_taken::<5, 0>(true));
}

/// One thread reads a lane that its owner is about to leave a chunk of, while another gives that chunk away.
#[test]
fn a_chunk_that_is_given_back_belongs_to_nobody() {
    check(2, || {
        let core = core(Signals::ALL, 2);
        let lane = Lane::obtain(core.id(), 0);
        let owner = thread::spawn({
            let core = Arc::clone(&core);
            move || write(lane, &core, 1..=3)
        });
        let other = thread::spawn({
            let core = Arc::clone(&core);
            move || {
                lane.trim(0);
                let lane = Lane::obtain(core.id(), 0);
                write(lane, &core, 4..=5);
                lane
            }
        });
        let mut taken = Vec::new();
        take(lane, &core, false, &mut taken);
        drop(lane.folded(&core));
        owner.join().unwrap();
        let other = other.join().unwrap();
        let in_lane = |lane: &'static Lane| folded(&lane.folded(&core).0.cells);
        assert_eq!((in_lane(lane), in_lane(other)), (bits(1..=3), bits(4..=5)));
    });
}

/// Somebody looks while the owner writes.
fn looked_at<const WRITTEN: u64>() {
    let core = core(Signals::METRICS, 1);
    let lane = Lane::obtain(core.id(), 0);
    let reader = thread::spawn({
        let core = Arc::clone(&core);
        move || {
            let (ledger, started) = lane.folded(&core);
            let started = started.first().map_or(0, |(_, started)| *started);
            let (seen, ended) = (folded(&ledger.cells), ended(&ledger.cells));
            assert!(started <= ended + 1, "{started} begun, {ended} ended");
            assert!(ended <= started + 1, "{started} begun, {ended} ended");
            // Whoever reads sees a beginning of what was written: no record before it is missing.
            assert_eq!(seen, bits(1..=ended));
        }
    });
    let entry = lane.entries.obtain(0).unwrap();
    for number in 1..=WRITTEN {
        entry.begin();
        write(lane, &core, [number]);
    }
    reader.join().unwrap();
    let (ledger, started) = lane.folded(&core);
    assert_eq!((started, ended(&ledger.cells)), (vec![(0, WRITTEN)], WRITTEN));
}

#[test]
fn no_more_calls_are_under_way_than_there_are() {
    check(2, looked_at::<3>);
}

/// A collector and somebody who looks, at the same time.
#[test]
fn who_looks_and_who_takes_do_not_disturb_each_other() {
    check(1, || {
        let core = core(Signals::ALL, 1);
        let lane = Lane::obtain(core.id(), 0);
        let reader = thread::spawn({
            let core = Arc::clone(&core);
            move || {
                let (ledger, _) = lane.folded(&core);
                assert_eq!(folded(&ledger.cells), bits(1..=ledger.recorded.spans));
            }
        });
        let collector = thread::spawn({
            let core = Arc::clone(&core);
            move || {
                let mut taken = Vec::new();
                take(lane, &core, true, &mut taken);
                lane.trim(1);
                taken
            }
        });
        write(lane, &core, 1..=5);
        reader.join().unwrap();
        let taken = collector.join().unwrap();
        settle(lane, &core, taken, 5);
    });
}

/// The collector says what time it is while the owner begins traces: of each, the identifier tells a time that was said,
/// and keeps the part that is the lane's own.
#[test]
fn the_time_in_a_trace_identifier_changes_alone() {
    check(3, || {
        let core = core(Signals::ALL, 0);
        let lane = Lane::obtain(core.id(), 0);
        lane.context.stamp(1);
        let own = lane.context.seed.get() as u32;
        let collector = thread::spawn(move || lane.context.stamp(2));
        let seeds = [lane.context.seed.get(), lane.context.seed.get()];
        let times = seeds.map(|seed| seed >> 32);
        assert!(times == [1, 1] || times == [1, 2] || times == [2, 2], "{times:?}");
        assert!(seeds.iter().all(|seed| *seed as u32 == own));
        collector.join().unwrap();
    });
}
