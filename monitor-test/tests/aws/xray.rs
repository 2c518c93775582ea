//! X-Ray: documents as the service takes them, and as Amazon's own SDK writes them.

use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::Outcome;
use monitor_core::Resource;
use monitor_core::Span;
use monitor_core::monitored;
use monitor_core::recorders::XRay;
use monitor_core::transport::SocketAddress;
use monitor_test::conformance;
use monitor_test::loopback::Manner;
use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer;
use proptest::proptest;
use proptest::test_runner::Config;
use serde_json::Value;
use serde_json::json;

use crate::program;
use crate::xray_judge::documents;
use crate::xray_judge::flat;
use crate::xray_judge::received;

/// A recorder that sends to this peer.
pub(crate) fn to(peer: &Peer) -> XRay {
    let address: SocketAddress = peer.address().parse().unwrap();
    XRay::default().address(address)
}

fn builder(peer: &Peer) -> MonitorBuilder {
    Monitor::builder().recorder(to(peer)).resource(Resource::default().with("service.name", "shop"))
}

#[monitored(kind = server, fields("http.request.method" = "GET", "url.full" = "http://shop.example:8080/orders/7",
    "user_agent.original" = "curl/8", "client.address" = "10.0.0.9", "http.response.status_code" = 200,
    order_id = 7, user.id = "ann"))]
fn answer() {
    load();
    let mut check = Span::start("check");
    check.set("error.message", "'no such order'");
    check.end(Outcome::Error);
}

#[monitored(kind = client, fields("db.system.name" = "postgresql", "db.namespace" = "orders",
    "db.query.text" = "SELECT * FROM orders WHERE id = 7", "server.address" = "db.example", "server.port" = 5432))]
fn load() {}

/// What both say of a segment or subsegment.
fn said(document: &Value) -> Value {
    let exceptions = document["cause"]["exceptions"].as_array();
    json!({
        "name": document["name"],
        // The SDK says what nobody needs to be told.
        "namespace": document["namespace"].as_str().filter(|it| *it != "local"),
        "http": document["http"],
        "sql": document["sql"],
        "user": document["user"],
        "flags": [document["error"] == true, document["throttle"] == true, document["fault"] == true],
        "order": document["annotations"]["order_id"],
        "message": exceptions.map(|exceptions| exceptions[0]["message"].clone()),
        "subsegments": document["subsegments"].as_array().into_iter().flatten().map(said).collect::<Vec<_>>(),
    })
}

#[test]
fn what_the_sdk_says_is_said_here_too() {
    let theirs: Vec<Value> = serde_json::from_str(include_str!("../data/xray/sdk_documents.json")).unwrap();
    let peer = Peer::udp(Manner::Collecting);
    let monitor = builder(&peer).build();
    monitor.scope(answer);
    monitor.flush(PATIENCE).unwrap();
    let ours = received(&peer, 3);
    assert_eq!(said(&ours[0]), said(&theirs[0]));
    for theirs in &theirs[1..] {
        let status = match theirs["name"].as_str() {
            Some("late") => 429,
            Some("gone") => 404,
            _ => 503,
        };
        monitor.scope(|| Span::start("answered").set("http.response.status_code", status));
        monitor.flush(PATIENCE).unwrap();
        assert_eq!(said(&received(&peer, 1)[0])["flags"], said(theirs)["flags"], "{status}");
    }
}

#[test]
fn f65_a_document_is_one_whatever_the_names_and_values_are() {
    let peer = Peer::udp(Manner::Collecting);
    proptest!(Config::with_cases(60), |(steps in program::steps(14))| {
        let monitor = Monitor::builder().recorder(to(&peer).max_datagram(4_096)).build();
        let spans = monitor.scope(|| program::run(&steps));
        monitor.shutdown(PATIENCE).unwrap();
        if spans > 0 {
            let told = received(&peer, spans);
            let alone = told.iter().filter(|document| document["type"] == "subsegment");
            let ids: Vec<_> = told.iter().flat_map(flat).map(|document| document["id"].clone()).collect();
            // What goes alone names a parent that is told.
            for document in alone {
                assert!(ids.contains(&document["parent_id"]), "{document}");
            }
        }
    });
}

#[test]
fn f65_hostile_texts_add_no_document_and_break_none() {
    let peer = Peer::udp(Manner::Collecting);
    let count = |datagrams: &[Vec<u8>]| documents(datagrams).iter().map(|it| flat(it).len()).sum::<usize>();
    conformance::faithful(
        || to(&peer),
        || {
            // The recorder has ended: what it sent is here, or on its way.
            peer.settle(PATIENCE);
            count(&peer.take().datagrams)
        },
    );
}
