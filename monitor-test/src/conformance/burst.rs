//! A million calls in a second or so, while nobody takes what they tell.

use std::thread;

use monitor_core::Recorder;
use monitor_core::monitored;

use crate::conformance::deadline::DEADLINE;
use crate::conformance::deadline::in_time;
use crate::conformance::looking::Looking;
use crate::conformance::looking::settled;
use crate::conformance::quiet::quiet;

const THREADS: u64 = 2;
/// How many calls each thread makes.
const CALLS: u64 = 500_000;
/// After so many calls the memory is looked at.
const LOOK: u64 = 10_000;

/// Checks that a million calls on two threads are counted exactly while these recorders are stuck, in bounded memory
/// (F42): the accounts add up at every look, every call is in one, and at no look is more than `limit` in use beyond what
/// was in use before. `used` says how much is, in bytes; a counting allocator knows it best.
///
/// The recorders are those that are stuck, such as with a peer that [hangs](crate::loopback::Manner::Hanging); all are
/// in one monitor.
///
/// ```
/// use monitor_core::recorders::Null;
///
/// # fn used() -> usize { 0 }
/// monitor_test::conformance::burst(vec![Box::new(Null::default())], 64 << 20, used);
/// ```
///
/// # Panics
///
/// Something does not add up, or takes too much.
#[track_caller]
pub fn burst(recorders: Vec<Box<dyn Recorder>>, limit: usize, used: impl Fn() -> usize + Sync) {
    let before = used();
    let builder = quiet();
    let monitor = recorders.into_iter().fold(builder, |builder, it| builder.boxed_recorder(it)).build();
    let looking = Looking::at(&monitor);
    let most = thread::scope(|threads| {
        let callers: Vec<_> = (0..THREADS)
            .map(|_| {
                threads.spawn(|| {
                    monitor.scope(|| {
                        let pieces = (0..CALLS / LOOK).map(|_| {
                            (0..LOOK).for_each(|_| in_a_burst());
                            used()
                        });
                        pieces.max().unwrap_or_default()
                    })
                })
            })
            .collect();
        callers.into_iter().filter_map(|caller| caller.join().ok()).max().unwrap_or_default()
    });
    let more = most.max(used()).saturating_sub(before);
    assert!(more <= limit, "a burst of {} calls takes {more} bytes, more than {limit}", THREADS * CALLS);
    let _ = in_time("a flush after a burst", || monitor.flush(DEADLINE));
    let calls = monitor.snapshot().function("in_a_burst").map_or(0, |function| function.calls());
    assert_eq!(calls, THREADS * CALLS, "the metrics lose calls");
    let _ = in_time("a shutdown after a burst", || monitor.shutdown(DEADLINE));
    for account in settled(&monitor).iter().filter(|account| account.signal == "spans") {
        assert_eq!(account.recorded, THREADS * CALLS, "the account loses calls: {account:?}");
    }
    looking.end();
}

#[monitored]
fn in_a_burst() {}
