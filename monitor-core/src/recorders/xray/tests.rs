use std::io;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::Context;
use crate::Monitor;
use crate::TraceLevel;
use crate::Trust;
use crate::export::socket::SocketAddress;
use crate::model::Signals;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::probe::Span;
use crate::recorder::Configured;
use crate::recorder::FromSetting;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::Settings;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;
use crate::recorders::XRay;
use crate::recorders::xray::address::DaemonAddress;
use crate::recorders::xray::config::daemon;
use crate::recorders::xray::encode::Datagram;
use crate::recorders::xray::outbox::Outbox;

const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon, and a recorder that sends to it.
fn daemon_and_recorder() -> (UdpSocket, XRay) {
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    daemon.set_nonblocking(true).unwrap();
    let port = daemon.local_addr().unwrap().port();
    (daemon, XRay::default().address(SocketAddress::udp("127.0.0.1", port)))
}

/// What was sent: on the own machine it is there when sending returns.
fn documents(daemon: &UdpSocket) -> Vec<Value> {
    let mut documents = Vec::new();
    let mut datagram = vec![0; 70_000];
    loop {
        match daemon.recv(&mut datagram) {
            Ok(length) => {
                let text = std::str::from_utf8(&datagram[..length]).unwrap();
                let (header, document) = text.split_once('\n').unwrap();
                assert_eq!(header, r#"{"format":"json","version":1}"#);
                documents.push(serde_json::from_str(document).unwrap());
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return documents,
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_trace_is_one_document_with_a_time_in_its_identifier() {
    let (daemon, xray) = daemon_and_recorder();
    let monitor = Monitor::builder().recorder(xray).build();
    monitor.scope(|| {
        let _outer = Span::start("outer");
        let mut inner = Span::start("inner");
        inner.set("number", 7);
    });
    monitor.flush(PATIENCE).unwrap();
    let [document] = &documents(&daemon)[..] else { panic!("one") };
    assert_eq!((&document["name"], &document["subsegments"][0]["name"]), (&"outer".into(), &"inner".into()));
    assert_eq!(document["subsegments"][0]["annotations"]["number"], 7);
    let trace = document["trace_id"].as_str().unwrap();
    let [_, time, _] = trace.split('-').collect::<Vec<_>>()[..] else { panic!("{trace}") };
    let began = document["start_time"].as_f64().unwrap();
    assert!((u32::from_str_radix(time, 16).unwrap() as f64 - began).abs() < 30.0, "{trace} {began}");
}

#[test]
fn what_comes_late_names_its_parent_and_what_nobody_has_begun_is_a_segment() {
    let (daemon, xray) = daemon_and_recorder();
    let monitor = Monitor::builder().recorder(xray).build();
    let context = monitor.scope(|| {
        let _outer = Span::start("outer");
        Context::current()
    });
    monitor.flush(PATIENCE).unwrap();
    let outer = documents(&daemon).remove(0);
    monitor.scope(|| context.run(|| drop(Span::start("late"))));
    let elsewhere = SpanContext::new(TraceId::new(7), SpanId::new(9));
    monitor.scope(|| drop(Span::start_in("part", elsewhere)));
    monitor.flush(PATIENCE).unwrap();
    let mut rest = documents(&daemon);
    rest.sort_by_key(|document| document["name"].to_string());
    let [late, part] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!((&late["type"], &late["parent_id"]), (&"subsegment".into(), &outer["id"]));
    assert_eq!(late["trace_id"], outer["trace_id"]);
    assert_eq!((&part["type"], &part["parent_id"]), (&Value::Null, &"0000000000000009".into()));
}

#[test]
fn an_event_is_in_the_document_of_its_span() {
    let (daemon, xray) = daemon_and_recorder();
    let monitor = Monitor::builder().recorder(xray).build();
    monitor.scope(|| {
        let _span = Span::start("around");
        tell(&monitor);
    });
    monitor.flush(PATIENCE).unwrap();
    let [document] = &documents(&daemon)[..] else { panic!("one") };
    let events = &document["metadata"]["monitor"]["events"];
    assert_eq!((&events[0]["name"], events.as_array().unwrap().len()), (&"heartbeat.started".into(), 1));
    assert_eq!(events[0]["fields"]["server.address"], "db");
}

/// Tells an event to the recorders of this monitor.
fn tell(monitor: &Monitor) {
    let info = crate::event::HeartbeatInfo::new(crate::event::Address::tcp("db", 5432));
    let event = crate::event::HeartbeatEvent::Started(crate::event::HeartbeatStarted::new(&info));
    crate::dispatch::record_event(monitor.core(), &event);
}

#[test]
fn an_event_of_a_span_that_runs_on_waits_through_a_flush_and_is_counted_where_it_waits_too_long() {
    let (daemon, xray) = daemon_and_recorder();
    let monitor = Monitor::builder().recorder(xray).build();
    monitor.scope(|| {
        let _span = Span::start("long");
        tell(&monitor);
        monitor.flush(PATIENCE).unwrap();
    });
    monitor.flush(PATIENCE).unwrap();
    let events = documents(&daemon).remove(0)["metadata"]["monitor"]["events"].clone();
    assert_eq!(events.as_array().map(Vec::len), Some(1), "{events}");

    let (_daemon, xray) = daemon_and_recorder();
    let monitor = Monitor::builder().recorder(xray.patience(Duration::ZERO)).build();
    monitor.scope(|| {
        let _span = Span::start("long");
        (0..3).for_each(|_| tell(&monitor));
        monitor.flush(PATIENCE).unwrap();
    });
    let accounts = monitor.accounts();
    let dropped: Vec<_> =
        accounts.iter().map(|account| account.dropped()).filter(|count| *count > 0).collect();
    assert_eq!(dropped, [3], "{accounts:?}");
}

#[test]
fn spans_that_no_datagram_can_take_are_counted_each() {
    // What the system does not send at all: more than a datagram can have.
    let mut outbox = Outbox::default();
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    outbox.open(&SocketAddress::udp("127.0.0.1", daemon.local_addr().unwrap().port()));
    let datagram = |length, spans| Datagram { bytes: vec![b'x'; length], spans };
    outbox.extend(vec![datagram(70_000, 5), datagram(9, 1)]);
    assert_eq!(outbox.send(Instant::now() + PATIENCE), Ok(()));
    // They are here until they are told of.
    assert_eq!(outbox.spans(), 5);
    let (lost, why) = outbox.take_lost().unwrap();
    assert!(lost == 5 && why.ends_with("; say less by `max_datagram`"), "{why}");
    assert_eq!((outbox.take_lost(), outbox.spans()), (None, 0));
    // And what waits for a daemon that does not run is bounded.
    outbox.extend((0..1_000).map(|_| datagram(60_000, 2)).collect());
    let kept = (8 << 20) / 60_000;
    assert_eq!(outbox.take_lost().map(|(lost, _)| lost), Some(2 * (1_000 - kept)));
}

#[test]
fn a_root_within_another_trace_is_a_segment_with_a_link() {
    let (daemon, xray) = daemon_and_recorder();
    let monitor = Monitor::builder().recorder(xray).build();
    monitor.scope(|| {
        let _app = Span::start("app");
        drop(Span::builder("op").level(TraceLevel::ForceTopLevel).start());
    });
    monitor.flush(PATIENCE).unwrap();
    let told = documents(&daemon);
    let named = |name: &str| told.iter().find(|it| it["name"] == name).unwrap();
    let (app, op) = (named("app"), named("op"));
    assert_ne!(app["trace_id"], op["trace_id"]);
    assert_eq!((&op["links"][0]["trace_id"], &op["links"][0]["id"]), (&app["trace_id"], &app["id"]));
}

/// Hands each batch over three times, as the runtime does with one that did not arrive.
struct Again(XRay, Arc<Mutex<Vec<Result<(), RecorderError>>>>);

impl Recorder for Again {
    fn name(&self) -> &str {
        "again"
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        self.0.start(source)
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        (0..3).for_each(|_| self.1.lock().unwrap().push(self.0.spans(batch)));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        self.0.flush()
    }
}

#[test]
fn f28_a_batch_that_is_handed_over_again_is_told_once() {
    let (daemon, xray) = daemon_and_recorder();
    let results = Arc::<Mutex<Vec<_>>>::default();
    let monitor = Monitor::builder().recorder(Again(xray, Arc::clone(&results))).build();
    monitor.scope(|| (0..3).for_each(|_| drop(Span::start("once"))));
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(*results.lock().unwrap(), [Ok(()), Ok(()), Ok(())]);
    assert_eq!(documents(&daemon).len(), 3);
}

#[test]
fn f28_a_daemon_that_does_not_run_is_told_with_its_address() {
    let (daemon, xray) = daemon_and_recorder();
    drop(daemon);
    let results = Arc::<Mutex<Vec<_>>>::default();
    let monitor = Monitor::builder().recorder(Again(xray, Arc::clone(&results))).build();
    monitor.scope(|| (0..3).for_each(|_| drop(Span::start("lost"))));
    monitor.flush(PATIENCE).unwrap();
    // The first datagram finds out that nobody is there.
    let results = results.lock().unwrap();
    let error = results[0].clone().unwrap_err();
    assert!(
        error.is_retryable() && error.to_string().starts_with("the X-Ray daemon at udp://127.0.0.1:"),
        "{error}"
    );
}

#[test]
fn the_daemon_is_where_the_variable_of_the_sdks_says() {
    #[track_caller]
    fn check(text: &str, host: &str, port: u16) {
        assert_eq!(DaemonAddress::from_setting(text), Some(DaemonAddress(SocketAddress::udp(host, port))));
    }
    check("10.0.0.1:3000", "10.0.0.1", 3_000);
    check("udp:daemon:3000", "daemon", 3_000);
    check("tcp:127.0.0.1:2000 udp:127.0.0.2:2001", "127.0.0.2", 2_001);
    check("udp:127.0.0.2:2001 tcp:127.0.0.1:2000", "127.0.0.2", 2_001);
    check("udp://[::1]:2000", "::1", 2_000);
    check("daemon", "daemon", 2_000);
    for wrong in ["tcp://daemon:2000", "tcp:1", "udp:a:1 udp:b:2", "a b c", "unix:///run/x", "daemon:0"] {
        assert_eq!(DaemonAddress::from_setting(wrong), None, "{wrong}");
    }
    assert_eq!(daemon(None), Ok(SocketAddress::udp("127.0.0.1", 2_000)));
    let told = daemon(Some("tcp://x")).unwrap_err();
    assert!(told.starts_with("`tcp://x` is not an address of the X-Ray daemon: `host:port`, "), "{told}");
}

#[test]
fn what_configuration_says_is_heeded_or_refused() {
    let told = |key: &str, value: &str| XRay::open(&mut Settings::new("xray").with(key, value)).map(|_| ());
    for (key, value) in [
        ("address", "127.0.0.1:2000"),
        ("annotations", "order.id, tenant"),
        ("segment_name", "checkout"),
        ("origin", "AWS::ECS::Container"),
        ("max_datagram", "9216"),
        ("max_waiting", "500"),
        ("patience", "5s"),
        ("timeout", "1s"),
    ] {
        assert_eq!(told(key, value), Ok(()), "{key}");
    }
    let error = told("address", "tcp://x").unwrap_err().to_string();
    assert!(error.starts_with("xray.address: `tcp://x` is not an address of the X-Ray daemon"), "{error}");
    let error = told("sampling_rules", "/nowhere").unwrap_err().to_string();
    assert!(error.starts_with("xray.sampling_rules: `/nowhere` cannot be read: "), "{error}");
}

#[test]
fn what_another_process_has_decided_of_a_trace_counts() {
    let (daemon, xray) = daemon_and_recorder();
    let monitor = Monitor::builder().recorder(xray).build();
    let answer = |header: &str, trust| {
        let headers = [("x-amzn-trace-id", header), ("traceparent", header)];
        let contexts = [Context::extract_xray(&headers, trust), Context::extract(&headers, trust)];
        let named = contexts.iter().find(|context| context.span().is_some()).unwrap_or(&contexts[0]);
        monitor.scope(|| named.clone().run(|| drop(Span::start("answer"))));
        monitor.flush(PATIENCE).unwrap();
        documents(&daemon).len()
    };
    let root = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";
    assert_eq!(answer(&format!("{root};Sampled=0"), Trust::Continue), 0);
    let root = "Root=1-5759e988-bd862e3fe1be46a994272794;Parent=53995c3f42cd8ad8";
    assert_eq!(answer(&format!("{root};Sampled=1"), Trust::Continue), 1);
    let root = "Root=1-5759e988-bd862e3fe1be46a994272796;Parent=53995c3f42cd8ad8";
    assert_eq!(answer(&format!("{root};Sampled=?"), Trust::Continue), 1);
    assert_eq!(answer("00-5759e988bd862e3fe1be46a994272798-53995c3f42cd8ad8-00", Trust::Continue), 0);
    assert_eq!(answer("00-5759e988bd862e3fe1be46a99427279a-53995c3f42cd8ad8-01", Trust::Continue), 1);
    assert_eq!(answer("00-5759e988bd862e3fe1be46a99427279c-53995c3f42cd8ad8-00", Trust::Refuse), 1);
}
