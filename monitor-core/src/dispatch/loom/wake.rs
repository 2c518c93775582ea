//! The collector goes to sleep while a chunk comes in.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use loom::thread;

use crate::dispatch::alarm::Alarm;
use crate::dispatch::loom::check;
use crate::model::sync::AtomicBool;

#[test]
fn a_chunk_that_comes_while_the_collector_goes_to_sleep_is_not_slept_through() {
    check(4, || {
        let shared = Arc::new((Alarm::default(), AtomicBool::new(false)));
        let owner = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                shared.1.store(true, Ordering::Relaxed);
                shared.0.nudge();
            }
        });
        let (alarm, chunk) = &*shared;
        alarm.clear();
        let taken = chunk.load(Ordering::Relaxed);
        let sleeps = alarm.may_sleep();
        owner.join().unwrap();
        // Whoever wakes it says so first.
        assert!(taken || !sleeps || !alarm.is_asleep(), "it sleeps although enough waits");
    });
}
