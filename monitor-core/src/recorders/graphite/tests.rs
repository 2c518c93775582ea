use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::net::Ipv4Addr;
use std::net::TcpListener;
use std::net::UdpSocket;
use std::time::Duration;

use serde_json::Value;

use crate::ManualClock;
use crate::Monitor;
use crate::dispatch::record_event;
use crate::event::Address;
use crate::event::HeartbeatEvent;
use crate::event::HeartbeatFailed;
use crate::event::HeartbeatInfo;
use crate::event::HeartbeatStarted;
use crate::export::http::peer::Peer;
use crate::export::socket::SocketAddress;
use crate::model::Signals;
use crate::probe::instrument::Counter;
use crate::recorder::Configured;
use crate::recorder::Recorder;
use crate::recorder::Settings;
use crate::recorders::Graphite;
use crate::recorders::graphite::Counters;
use crate::recorders::graphite::Protocol;

static SOLD: Counter = Counter::new("sold");

const LOOPBACK: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);
const SOON: Duration = Duration::from_secs(60);

fn listener() -> (TcpListener, SocketAddress) {
    let listener = TcpListener::bind(LOOPBACK).unwrap();
    let address = SocketAddress::from(listener.local_addr().unwrap());
    (listener, address)
}

fn seven_seconds() -> ManualClock {
    let clock = ManualClock::default();
    clock.advance(Duration::from_secs(7));
    clock
}

#[test]
fn points_go_as_lines_over_tcp_by_default() {
    let (listener, address) = listener();
    let mut graphite = Graphite::default().address(address).prefix("shop");
    let monitor = Monitor::builder().clock(seven_seconds()).build();
    monitor.scope(|| SOLD.add(4));
    graphite.metrics(&monitor.snapshot()).unwrap();
    let lines: Vec<_> =
        BufReader::new(listener.accept().unwrap().0).lines().take(1).map(Result::unwrap).collect();
    assert_eq!(lines, ["shop.sold 4 7"]);
}

#[test]
fn points_go_as_datagrams_over_udp() {
    let peer = UdpSocket::bind(LOOPBACK).unwrap();
    let port = peer.local_addr().unwrap().port();
    let mut graphite = Graphite::default().address(SocketAddress::udp("127.0.0.1", port));
    let monitor = Monitor::builder().clock(seven_seconds()).build();
    monitor.scope(|| SOLD.add(4));
    graphite.metrics(&monitor.snapshot()).unwrap();
    let mut bytes = [0; 2_000];
    let count = peer.recv(&mut bytes).unwrap();
    assert_eq!(&bytes[..count], b"sold 4 7");
}

#[test]
fn points_go_as_pickles_with_their_length() {
    let (listener, address) = listener();
    let mut graphite = Graphite::default().address(address).protocol(Protocol::Pickle);
    let monitor = Monitor::builder().clock(seven_seconds()).build();
    monitor.scope(|| SOLD.add(4));
    graphite.metrics(&monitor.snapshot()).unwrap();
    drop(graphite);
    let mut bytes = Vec::new();
    listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
    // [("sold", (7, 4))], as Python's own pickle writes it.
    let expected = b"\0\0\0\x1d\x80\x02]q\0(X\x04\0\0\0soldq\x01K\x07K\x04\x86q\x02\x86q\x03e.";
    assert_eq!(bytes, expected);
}

#[test]
fn f28_what_could_not_be_sent_is_part_of_the_next_difference() {
    let (listener, address) = listener();
    let place = listener.local_addr().unwrap();
    drop(listener);
    let mut graphite = Graphite::default().address(address).counters(Counters::Delta);
    let clock = seven_seconds();
    let monitor = Monitor::builder().clock(clock.clone()).build();
    monitor.scope(|| SOLD.add(4));
    assert!(graphite.metrics(&monitor.snapshot()).unwrap_err().is_retryable());
    let listener = TcpListener::bind(place).unwrap();
    monitor.scope(|| SOLD.add(3));
    // It is dialled again after a pause.
    while graphite.metrics(&monitor.snapshot()).is_err() {}
    let mut lines = BufReader::new(listener.accept().unwrap().0).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "sold 7 7");
    clock.advance(Duration::from_secs(1));
    graphite.metrics(&monitor.snapshot()).unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "sold 0 8");
}

#[test]
fn two_differences_of_one_second_are_one_point_and_lose_nothing() {
    let (listener, address) = listener();
    let mut graphite = Graphite::default().address(address).counters(Counters::Delta);
    let clock = seven_seconds();
    let monitor = Monitor::builder().clock(clock.clone()).build();
    let mut told = |sold| {
        monitor.scope(|| SOLD.add(sold));
        graphite.metrics(&monitor.snapshot()).unwrap();
    };
    told(4);
    told(3);
    clock.advance(Duration::from_secs(1));
    told(1);
    let lines: Vec<_> =
        BufReader::new(listener.accept().unwrap().0).lines().take(3).map(Result::unwrap).collect();
    assert_eq!(lines, ["sold 4 7", "sold 7 7", "sold 1 8"]);
}

/// Tells events there, and points to somebody who does not listen.
fn telling(web: &Peer) -> (UdpSocket, Graphite) {
    let peer = UdpSocket::bind(LOOPBACK).unwrap();
    let port = peer.local_addr().unwrap().port();
    (peer, Graphite::default().address(SocketAddress::udp("127.0.0.1", port)).events_url(web.url()))
}

fn heartbeat(monitor: &Monitor) {
    let info = HeartbeatInfo::new(Address::tcp("db \"1\"\n", 5432));
    let failed = HeartbeatFailed::new(&info, Duration::from_millis(5), "refused");
    record_event(monitor.core(), &HeartbeatEvent::Started(HeartbeatStarted::new(&info)));
    record_event(monitor.core(), &HeartbeatEvent::Failed(failed));
}

#[test]
fn f65_events_that_matter_become_annotations() {
    let web = Peer::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let (_peer, graphite) = telling(&web);
    let monitor = Monitor::builder().clock(seven_seconds()).recorder(graphite.prefix("shop")).build();
    heartbeat(&monitor);
    monitor.flush(SOON).unwrap();
    let request = web.request();
    assert_eq!(request.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["what"], "shop.heartbeat.failed");
    assert_eq!(body["when"], 7);
    let tags: Vec<_> = body["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(tags[..2], ["heartbeat.failed", "warn"]);
    assert!(tags.iter().all(|tag| !tag.contains(char::is_whitespace)), "{tags:?}");
    assert!(body["data"].as_str().unwrap().contains("server.address: db \"1\"\n"), "{body}");
    assert!(web.is_idle(), "the event that does not matter was told");
}

#[test]
fn nobody_records_events_that_graphite_does_not_take() {
    assert_eq!(Graphite::default().signals(), Signals::METRICS);
    let told = Graphite::default().events_url("http://g/events/".parse().unwrap());
    assert_eq!(told.signals(), Signals::METRICS | Signals::EVENTS);
    assert_eq!(told.no_events().signals(), Signals::METRICS);
}

#[test]
fn f34_an_annotation_that_is_refused_is_counted_as_such() {
    let web = Peer::answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno!");
    let (_peer, graphite) = telling(&web);
    let monitor = Monitor::builder().recorder(graphite).build();
    heartbeat(&monitor);
    monitor.flush(SOON).unwrap();
    let account = monitor.accounts().into_iter().find(|account| account.signal == "events").unwrap();
    let told = account.last_error.clone().unwrap_or_default();
    assert!(account.dropped() >= 1 && told.contains("400") && told.contains("no!"), "{account:?}");
}

#[track_caller]
fn told(settings: Settings, expected: &str) {
    let mut settings = settings;
    let made = Graphite::open(&mut settings).map(|graphite| format!("{graphite:?}"));
    let text = made.unwrap_or_else(|error| error.to_string());
    assert!(text.contains(expected), "{text}");
}

#[test]
fn configuration_says_what_code_says() {
    let settings = || Settings::new("graphite");
    told(settings(), r#"host: "127.0.0.1", port: None"#);
    told(settings().with("protocol", "pickle").with("naming", "tagged"), "protocol: Pickle, naming: Tagged");
    told(settings().with("naming", "metrics20").with("labels", "a=b"), r#"labels: [("a", "b")]"#);
    told(settings().with("quantiles", "0.5,0.999"), "quantiles: [Rank(0.5), Rank(0.999)]");
    told(settings().with("events_url", "http://me:secret@g/events/"), "HttpUrl(http://g/events/)");
    told(settings().with("counters", "deltas"), "graphite.counters: `deltas` is not `cumulative` or `delta`");
    told(settings().with("quantiles", "99"), "graphite.quantiles: `99` is not a share above 0 and below 1");
    told(settings().with("labels", "a=b"), "graphite.labels: paths have no labels; put them into `prefix`");
    let udp = settings().with("address", "udp://g:2004").with("protocol", "pickle");
    told(udp, "graphite.address: pickles need a stream, and `udp://g:2004` is none; use `tcp://`");
}
