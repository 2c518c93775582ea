//! What a program with the recorder for Sentry sends, as Sentry's own library reads it.

mod away;
mod limits;
mod program;
mod received;

use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::Resource;
use monitor_core::recorders::Sentry;
use monitor_test::loopback::Manner;
use monitor_test::loopback::Peer;

const PATIENCE: Duration = Duration::from_secs(60);
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// The recorder of a project at this peer.
fn sentry(peer: &Peer) -> Sentry {
    let place = peer.address().trim_start_matches("http://");
    Sentry::new(&format!("http://{KEY}@{place}/42")).unwrap().timeout(Duration::from_secs(20))
}

fn peer() -> Peer {
    Peer::http(Manner::Collecting)
}

/// A monitor with the recorder, for a shop.
fn monitor(sentry: Sentry) -> Monitor {
    let shop = Resource::default().with("service.name", "shop").with("service.version", "1.2.3");
    Monitor::builder().recorder(sentry).resource(shop).build()
}
