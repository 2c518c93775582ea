//! F71: from the first start to the end, and what is told when there is none.

use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::Settings;
use monitor_core::SnapshotSource;
use monitor_core::recorders::BUILTIN;
use monitor_core::recorders::Prometheus;
use monitor_test::loopback::PATIENCE;

use crate::client::Scraped;
use crate::client::connect;

const LOOPBACK: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

#[test]
fn f71_it_listens_on_the_loopback_interface_unless_told_otherwise() {
    assert_eq!(Prometheus::default().address(), SocketAddr::from(([127, 0, 0, 1], 9464)));
    let elsewhere = Prometheus::default().listen(([0, 0, 0, 0], 80));
    assert_eq!(elsewhere.address(), SocketAddr::from(([0, 0, 0, 0], 80)));
    assert_ne!(Prometheus::bind("127.0.0.1:0").unwrap().address().port(), 0);
}

#[test]
fn the_endpoint_ends_with_its_monitor() {
    let scraped = Scraped::new();
    let address = scraped.address;
    let open = connect(address);
    assert_eq!(scraped.get("/metrics", "").status, 200);
    drop(scraped);
    assert!(TcpStream::connect(address).is_err());
    // Its address is free, whoever is still connected.
    drop(TcpListener::bind(address).unwrap());
    drop(open);
}

#[test]
fn f71_an_address_that_is_taken_is_an_error_that_says_so_and_passes() {
    let taken = TcpListener::bind(SocketAddr::from(LOOPBACK)).unwrap();
    let address = taken.local_addr().unwrap();
    let bound = Prometheus::bind(address).unwrap_err();
    assert_eq!(bound.kind(), std::io::ErrorKind::AddrInUse);
    let source = SnapshotSource::from_fn(|| Some(Monitor::builder().build().snapshot()));
    let mut prometheus = Prometheus::default().listen(address);
    let error = prometheus.start(&source).unwrap_err();
    assert!(error.is_retryable());
    let said = error.to_string();
    assert!(said.starts_with(&format!("cannot listen on {address}: Address already in use")), "{said}");
    // As long as it is taken, so at each interval.
    let snapshot = Monitor::builder().build().snapshot();
    assert_eq!(prometheus.metrics(&snapshot).unwrap_err().to_string(), said);
    drop(taken);
    assert_eq!(prometheus.metrics(&snapshot), Ok(()));
    assert!(TcpStream::connect(address).is_ok());
    assert_eq!(prometheus.flush(), Ok(()));
}

#[test]
fn f71_a_program_whose_endpoint_cannot_be_had_runs_and_gets_it_later() {
    let taken = TcpListener::bind(SocketAddr::from(LOOPBACK)).unwrap();
    let address = taken.local_addr().unwrap();
    let recorder = Prometheus::default().listen(address);
    let often = Duration::from_millis(50);
    let monitor = Monitor::builder().recorder(recorder).interval(often).rest(often).build();
    let begin = Instant::now();
    let error = || monitor.accounts().into_iter().find_map(|account| account.last_error);
    while error().is_none() {
        assert!(begin.elapsed() < PATIENCE, "nothing is told");
        std::thread::yield_now();
    }
    assert!(error().unwrap().contains(&address.to_string()), "{:?}", error());
    drop(taken);
    let scraped = Scraped { monitor, address };
    while TcpStream::connect(address).is_err() {
        assert!(begin.elapsed() < PATIENCE, "it was not tried again");
    }
    assert_eq!(scraped.get("/metrics", "").status, 200);
}

#[test]
fn what_makes_no_sense_is_an_error_at_the_start() {
    #[track_caller]
    fn check(prometheus: Prometheus, expected: &str) {
        let error = prometheus.listen(LOOPBACK).start(&SnapshotSource::from_fn(|| None)).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.is_retryable()), (expected, false));
    }
    check(Prometheus::default().path("metrics"), "the path `metrics` does not begin with `/`");
    check(
        Prometheus::default().timeout(Duration::ZERO),
        "the timeout is zero, so that nobody would be answered",
    );
    check(Prometheus::default().token(String::new()), "the token is empty, so that anybody would have it");
}

/// What is said to a setting, first of all.
#[track_caller]
fn check(key: &str, value: &str, expected: &str) {
    let builtin = BUILTIN.iter().find(|builtin| builtin.name == "prometheus").unwrap();
    let opened = builtin.open(Settings::new("prometheus").with(key, value));
    let said = opened.map_or_else(|error| error.to_string(), |_| "good".to_owned());
    assert!(said.starts_with(expected), "{key}: {said}");
}

#[test]
fn settings_are_read_and_wrong_ones_are_told() {
    check("listen", "0.0.0.0:9100", "good");
    check("path", "/here", "good");
    check("token", "correct horse", "good");
    check("allow_hosts", "a.example.com, b.example.com", "good");
    check("connections", "100", "good");
    check("timeout", "5s", "good");
    check(
        "listen",
        "9464",
        "prometheus.listen: `9464` is not an address such as `127.0.0.1:9464` or `[::1]:9464`",
    );
    check("path", "here", "prometheus.path: `here` is not a path that begins with `/`, such as `/metrics`");
    check("timeout", "0s", "prometheus.timeout: `0s` is not a time in which anybody could be answered");
    check("connections", "many", "prometheus.connections: `many` is not a whole number");
    check("listn", "x", "prometheus.listn: `prometheus` has no setting `listn`; did you mean `listen`?");
}

#[test]
fn f67_the_token_is_not_shown() {
    let prometheus = Prometheus::default().token("correct horse".to_owned());
    assert!(!format!("{prometheus:?}").contains("horse"), "{prometheus:?}");
}
