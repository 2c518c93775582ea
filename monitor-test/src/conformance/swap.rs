//! A monitor is replaced while calls run.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use monitor_core::Recorder;

use crate::conformance::deadline::PATIENCE;
use crate::conformance::hardship::BRIEF;
use crate::conformance::load::Load;
use crate::conformance::looking::settled;
use crate::conformance::program;
use crate::conformance::quiet::quiet;

/// How many threads make calls.
const THREADS: usize = 3;
/// How often the monitor is replaced.
const SWAPS: usize = 6;
/// How often the program runs with each monitor at least.
const RUNS: u64 = 2;

/// A monitor is ended, or only dropped, and replaced while calls run on several threads: the calls have their results,
/// and every one of them belongs to the old monitor, to the new one, or to none (F10).
#[track_caller]
pub(crate) fn is_replaced_under_load(make: &dyn Fn() -> Box<dyn Recorder>) {
    let new = || quiet().boxed_recorder(make()).interval(BRIEF).build();
    let current = Mutex::new(new());
    let now = || current.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let load = Load::default();
    let ended = thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| load.carry(|| now().scope(program::run)));
        }
        let ended = (0..SWAPS).filter_map(|number| {
            // Each monitor sees some calls, and ends during others.
            let before = load.ended();
            load.allow(2 * RUNS);
            while load.ended() < before + RUNS {
                thread::yield_now();
            }
            let mut place = current.lock().unwrap_or_else(PoisonError::into_inner);
            let old = std::mem::replace(&mut *place, new());
            drop(place);
            if number % 2 == 0 {
                // The last one who has it ends it, on whatever thread that is.
                drop(old);
                return None;
            }
            Some((old.shutdown(PATIENCE), old))
        });
        let ended: Vec<_> = ended.collect();
        load.end();
        ended
    });
    assert_eq!(load.wrong(), 0, "calls have other results while their monitor is replaced");
    let calls = load.ended() * program::CALLS;
    let mut seen = 0;
    for (end, monitor) in ended {
        assert_eq!(end, Ok(()), "a monitor does not end while calls run");
        for account in settled(&monitor) {
            let name = &account.recorder;
            assert_eq!(account.recorded, account.exported + account.dropped(), "`{name}`: {account:?}");
        }
        seen += monitor.losses().spans_recorded;
    }
    assert!(seen <= calls, "of {calls} calls, {seen} were seen");
}
