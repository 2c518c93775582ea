use std::collections::HashSet;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use crate::Monitor;
use crate::export::socket::SocketAddress;
use crate::probe::instrument::Counter;
use crate::recorder::Recorder;
use crate::recorders::Statsd;

static SOLD: Counter = Counter::new("sold");

/// Everything that waits for a peer.
fn drain(peer: &UnixDatagram, into: &mut Vec<String>) {
    let mut bytes = [0; 2_000];
    peer.set_nonblocking(true).unwrap();
    while let Ok(count) = peer.recv(&mut bytes) {
        into.extend(std::str::from_utf8(&bytes[..count]).unwrap().lines().map(str::to_owned));
    }
}

/// So many series that no queue of a socket holds them.
const MANY: usize = 600;

static MANY_SOLD: Counter = Counter::new("many").labels(&["kind"], 2_000);

fn sell_many() {
    (0..MANY).for_each(|number| MANY_SOLD.add_with(1, &[&format!("{number:0180}")]));
}

#[test]
fn f30_what_was_sent_before_it_failed_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dsd.socket");
    let peer = UnixDatagram::bind(&path).unwrap();
    let statsd = Statsd::default().address(SocketAddress::unix(&path)).datagram(512);
    let mut statsd = statsd.timeout(Duration::from_millis(20));
    let monitor = Monitor::builder().build();
    monitor.scope(sell_many);
    let snapshot = monitor.snapshot();
    let (mut lines, mut failures) = (Vec::new(), 0);
    while let Err(error) = statsd.metrics(&snapshot) {
        assert!(error.is_retryable(), "{error}");
        failures += 1;
        drain(&peer, &mut lines);
    }
    drain(&peer, &mut lines);
    assert!(failures > 1, "it never failed");
    let different: HashSet<_> = lines.iter().collect();
    assert_eq!((lines.len(), different.len()), (MANY, MANY));
}

#[test]
fn what_was_sent_in_part_and_given_up_is_not_counted_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dsd.socket");
    let peer = UnixDatagram::bind(&path).unwrap();
    let statsd = Statsd::default().address(SocketAddress::unix(&path)).datagram(512);
    let mut statsd = statsd.timeout(Duration::from_millis(500));
    let monitor = Monitor::builder().build();
    monitor.scope(sell_many);
    assert!(statsd.metrics(&monitor.snapshot()).is_err());
    let mut lines = Vec::new();
    drain(&peer, &mut lines);
    assert!((1..MANY).contains(&lines.len()), "{}", lines.len());
    monitor.scope(|| SOLD.add(7));
    // Another snapshot comes: the first one was given up.
    statsd.metrics(&monitor.snapshot()).unwrap();
    lines.clear();
    drain(&peer, &mut lines);
    assert_eq!(lines, ["sold:7|c"]);
}
