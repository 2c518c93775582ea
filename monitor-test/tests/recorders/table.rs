//! Every row of the table keeps the rules, everywhere that settings can send its recorder.

use std::thread;

use monitor_core::recorders::BUILTIN;
use monitor_test::conformance;

use crate::row::Place;
use crate::row::Row;

/// Runs `check` for every row and place at once: mostly they wait.
#[track_caller]
fn for_each_place(check: impl Fn(Row, &Place) + Sync) {
    let check = &check;
    let failed = thread::scope(|threads| {
        let mut checks = Vec::new();
        for row in BUILTIN.iter().copied().map(Row) {
            for place in row.places() {
                let name = format!("{} at {place:?}", row.0.name);
                checks.push((name, threads.spawn(move || check(row, &place))));
            }
        }
        let failed = checks.into_iter().filter_map(|(name, check)| check.join().is_err().then_some(name));
        failed.collect::<Vec<_>>()
    });
    assert!(failed.is_empty(), "what failed is told above: {failed:?}");
}

#[test]
fn every_recorder_keeps_the_rules_everywhere() {
    for_each_place(|row, place| match place {
        Place::Away { transport, .. } => {
            conformance::boxed_networked(*transport, |peer| row.open(place, Some(peer)));
        }
        Place::Here { .. } | Place::Nowhere => conformance::boxed_recorder(|| row.open(place, None)),
    });
}

#[test]
fn every_place_is_one_that_the_recorder_reaches() {
    let rows = BUILTIN.iter().copied().map(Row);
    let names: Vec<_> = rows.clone().map(|row| row.0.name).collect();
    assert!(["console", "memory", "null"].iter().all(|name| names.contains(name)), "{names:?}");
    for row in rows {
        let places = row.places();
        println!("{}: {places:?}", row.0.name);
        // A recorder that has a place to ship to can be sent there.
        let has_place = row.0.settings().iter().any(|key| ["address", "dsn", "endpoint"].contains(key));
        assert!(!has_place || places != [Place::Nowhere], "{} cannot be sent anywhere", row.0.name);
    }
}
