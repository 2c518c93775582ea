//! What goes through a cell that holds a reference.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use loom::thread;

use crate::dispatch::entry::Entries;
use crate::dispatch::loom::check;
use crate::dispatch::static_ref::StaticRef;
use crate::model::sync::AtomicU64;

#[test]
fn what_a_reference_leads_to_is_seen_whole() {
    check(3, || {
        let cell = Arc::new(StaticRef::empty());
        let writer = thread::spawn({
            let cell = Arc::clone(&cell);
            move || {
                for value in [7, 8] {
                    let target: &AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
                    target.store(value, Ordering::Relaxed);
                    cell.store(Some(target));
                }
                cell.store(None);
            }
        });
        let read = || cell.load().map(|target: &AtomicU64| target.load(Ordering::Relaxed));
        let mut last = 0;
        for _ in 0..2 {
            let value = read().unwrap_or(if last == 0 { 0 } else { 9 });
            assert!(value >= last && [0, 7, 8, 9].contains(&value), "{value} after {last}");
            last = value;
        }
        writer.join().unwrap();
        assert_eq!(read(), None);
    });
}

#[test]
fn a_page_of_entries_is_seen_whole() {
    check(3, || {
        let entries: &Entries = Box::leak(Box::new(Entries::new()));
        // On the second page, which is made when it is first needed.
        let owner = thread::spawn(|| entries.obtain(3).unwrap().begin());
        let started = |source| entries.find(source).map_or(0, |entry| entry.started());
        assert!(started(3) <= 1 && entries.iter().all(|(source, entry)| source == 3 || entry.started() == 0));
        owner.join().unwrap();
        assert_eq!((started(2), started(3)), (0, 1));
    });
}
