//! Flushes and shutdowns, one after the other and at once.

use std::sync::Barrier;
use std::thread;

use monitor_core::Recorder;

use crate::conformance::deadline::PATIENCE;
use crate::conformance::load::Load;
use crate::conformance::looking::Looking;
use crate::conformance::looking::settled;
use crate::conformance::program;
use crate::conformance::quiet::quiet;
use crate::conformance::watched::Watched;

/// How many shut down at once.
const THREADS: usize = 6;
/// How many flushes race the calls.
const FLUSHES: usize = 20;
/// How often the program may run meanwhile.
const RUNS: u64 = 4;

/// Several shutdowns, at once and afterwards, are one: the recorder is flushed once and gone (F45).
#[track_caller]
pub(crate) fn ends_once(recorder: Box<dyn Recorder>) {
    let name = recorder.name().to_owned();
    let (watched, seen) = Watched::new(recorder);
    let monitor = quiet().recorder(watched).interval(PATIENCE).build();
    monitor.scope(program::run);
    let looking = Looking::at(&monitor);
    let barrier = Barrier::new(THREADS);
    thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| {
                barrier.wait();
                monitor.shutdown(PATIENCE)
            });
        }
    });
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()), "`{name}` ends, and does not end again");
    assert_eq!(monitor.flush(PATIENCE), Ok(()), "after its end `{name}` has nothing to flush");
    assert_eq!(seen.flushes(), 1, "`{name}` was not flushed once by {THREADS} shutdowns");
    assert!(seen.is_dropped(), "`{name}` is not gone after the end");
    settled(&monitor);
    looking.end();
}

/// A flush loses nothing that was recorded before it, while calls go on (F46).
#[track_caller]
pub(crate) fn loses_nothing_before_a_flush(recorder: Box<dyn Recorder>) {
    let name = recorder.name().to_owned();
    let monitor = quiet().boxed_recorder(recorder).interval(PATIENCE).build();
    let looking = Looking::at(&monitor);
    let load = Load::default();
    let wrong = thread::scope(|threads| {
        threads.spawn(|| load.carry(|| monitor.scope(program::run)));
        let wrong = (0..FLUSHES).find_map(|_| {
            load.allow(RUNS);
            let before = load.ended() * program::CALLS;
            let flushed = monitor.flush(PATIENCE);
            let spans = monitor.accounts().into_iter().find(|account| account.signal == "spans");
            let lost = spans.filter(|spans| spans.exported + spans.dropped() < before);
            let late = flushed.err().map(|late| format!("`{name}` was {late}"));
            late.or(
                lost.map(|lost| format!("{before} spans were recorded before a flush of `{name}`: {lost:?}"))
            )
        });
        load.end();
        wrong
    });
    assert_eq!(wrong, None);
    assert_eq!(load.wrong(), 0, "`{name}` changes results while it is flushed");
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()), "`{name}` does not end");
    looking.end();
}
