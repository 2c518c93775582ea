//! Every row of the table keeps the rules, everywhere that settings can send its recorder.

use std::thread;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::SettingError;
use monitor_core::Settings;
use monitor_core::Span;
use monitor_core::recorders::BUILTIN;
use monitor_test::conformance;
use monitor_test::loopback::Collected;
use monitor_test::loopback::Manner;
use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer;
use monitor_test::loopback::Transport;

use crate::row::Place;
use crate::row::Row;

/// What a peer that misbehaves is given: the checks wait for it.
const SHORT: &str = "300ms";
/// What a peer is given that answers: what it has taken must not be sent again for a busy machine's sake.
const AMPLE: &str = "60s";

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
            conformance::boxed_networked(*transport, |peer| row.open(place, Some(peer), SHORT));
        }
        Place::Here { .. } | Place::Nowhere => {
            conformance::boxed_recorder(|| row.open(place, None, SHORT));
        }
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

/// How many lines of text came; none where it is no text. What the machinery says of itself depends on the moment.
fn lines(collected: &Collected) -> Option<usize> {
    let bodies = collected.requests.iter().map(|request| request.unpacked().unwrap());
    let texts = collected.streams.iter().chain(&collected.datagrams).cloned().chain(bodies);
    let ours = |line: &&str| !line.contains("otel");
    texts.map(|bytes| Some(String::from_utf8(bytes).ok()?.lines().filter(ours).count())).sum()
}

#[test]
fn f63_no_name_and_no_value_adds_a_line_to_what_a_recorder_sends() {
    for_each_place(|row, place| {
        let Place::Away { transport, .. } = place else { return };
        let peer = Peer::new(*transport, Manner::Collecting);
        let counted = || {
            // The recorder has ended: what it sent is here, or on its way.
            peer.settle(PATIENCE);
            let collected = peer.take();
            lines(&collected).unwrap_or(collected.requests.len())
        };
        conformance::boxed_faithful(|| row.open(place, Some(&peer), AMPLE), counted);
    });
}

#[test]
fn a_time_limit_may_be_as_long_as_it_likes() {
    for_each_place(|row, place| {
        let Place::Away { transport, .. } = place else { return };
        let peer = Peer::new(*transport, Manner::Collecting);
        let recorder = row.open(place, Some(&peer), "200000000000000d");
        let monitor = Monitor::builder().notices(|_| ()).boxed_recorder(recorder).build();
        monitor.scope(|| drop(Span::start("told")));
        assert_eq!(monitor.flush(Duration::MAX), Ok(()));
        let lost = monitor.accounts().into_iter().find(|account| account.dropped() > 0);
        assert_eq!(lost, None);
    });
}

/// A recorder of this row that ships to a peer in this protocol, if that is in this build.
fn speaking(row: Row, protocol: &str, peer: &Peer) -> Result<Box<dyn Recorder>, SettingError> {
    let settings = Settings::new(row.0.name).with("endpoint", peer.url());
    row.0.open(settings.with("protocol", protocol).with("timeout", SHORT))
}

#[test]
fn f33_each_protocol_of_otlp_survives_every_peer_that_does_not_understand_it() {
    for row in BUILTIN.iter().copied().map(Row).filter(|row| row.0.name == "otlp") {
        let nobody = Peer::http(Manner::Dead);
        let known =
            ["grpc", "http/json"].into_iter().filter(|protocol| speaking(row, protocol, &nobody).is_ok());
        let known: Vec<_> = known.collect();
        assert!(known.contains(&"http/json"), "{known:?}");
        for protocol in known {
            conformance::boxed_misbehaving(Transport::Http, |peer| speaking(row, protocol, peer).unwrap());
        }
    }
}
