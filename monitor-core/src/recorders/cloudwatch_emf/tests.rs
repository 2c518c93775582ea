use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::ManualClock;
use crate::Monitor;
use crate::export::socket::SocketAddress;
use crate::metric::Snapshot;
use crate::model::Outcome;
use crate::probe::Span;
use crate::probe::instrument::Counter;
use crate::recorder::Configured;
use crate::recorder::Recorder;
use crate::recorder::Settings;
use crate::recorder::SnapshotSource;
use crate::recorders::CloudWatchEmf;
use crate::recorders::cloudwatch_emf::config::by_variable;
use crate::recorders::cloudwatch_emf::config::namespace;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts a recorder by hand.
fn started(mut emf: CloudWatchEmf) -> CloudWatchEmf {
    emf.start(&SnapshotSource::from_fn(|| None)).unwrap();
    emf
}

/// A monitor of one's own that counts, and has no recorders.
fn counting(clock: &ManualClock) -> impl Fn(u64) -> Snapshot + use<> {
    static SOLD: Counter = Counter::new("emf.sold");
    let (monitor, clock) = (Monitor::builder().clock(clock.clone()).build(), clock.clone());
    move |count| {
        monitor.scope(|| SOLD.add(count));
        clock.advance(Duration::from_secs(1));
        monitor.snapshot()
    }
}

#[test]
fn each_call_is_counted_once_in_lines_that_cloudwatch_reads() {
    let page = Page::default();
    let monitor = Monitor::builder().recorder(CloudWatchEmf::to(page.clone())).build();
    monitor.scope(|| (0..3).for_each(|_| Span::start("answer").end(Outcome::Error)));
    monitor.shutdown(PATIENCE).unwrap();
    let lines = page.lines();
    let found = |name: &str| {
        lines.iter().filter(|it| it["function"] == "answer").filter_map(|it| it[name].as_u64()).sum::<u64>()
    };
    assert_eq!((found("function.calls"), found("function.calls.duration.count")), (3, 3));
    let line = lines.iter().find(|line| line["function.calls"] == 3).unwrap();
    assert_eq!((&line["outcome"], &line["function"]), (&"error".into(), &"answer".into()));
}

#[test]
fn counters_are_told_as_what_was_added_and_once() {
    let (page, clock) = (Page::default(), ManualClock::default());
    let snapshot = counting(&clock);
    let mut emf = started(CloudWatchEmf::to(page.clone()));
    for count in [2, 3, 0] {
        let snapshot = snapshot(count);
        // The runtime may come again with the same one.
        (0..2).for_each(|_| emf.metrics(&snapshot).unwrap());
    }
    let sold: Vec<_> = page.lines().iter().map(|line| line["emf.sold"].as_u64()).collect();
    assert_eq!(sold, [Some(2), Some(3)]);
}

#[test]
fn f19_a_closed_output_hurts_nobody_and_is_told() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let mut emf = started(CloudWatchEmf::to(Closed));
    let error = emf.metrics(&counting(&ManualClock::default())(1)).unwrap_err();
    assert!(!error.is_retryable() && error.to_string().starts_with("cannot write lines: "), "{error}");
}

#[test]
fn the_agent_gets_a_line_each_by_tcp_and_a_datagram_each_by_udp() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut emf = started(CloudWatchEmf::default().address(&SocketAddress::tcp("127.0.0.1", port)));
    let snapshot = counting(&ManualClock::default());
    emf.metrics(&snapshot(5)).unwrap();
    emf.metrics(&snapshot(6)).unwrap();
    drop(emf);
    let (stream, _) = listener.accept().unwrap();
    let lines: Vec<Value> =
        BufReader::new(stream).lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["emf.sold"].as_u64()).collect::<Vec<_>>(), [Some(5), Some(6)]);

    let agent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = agent.local_addr().unwrap().port();
    let mut emf = started(CloudWatchEmf::default().address(&SocketAddress::udp("127.0.0.1", port)));
    emf.metrics(&counting(&ManualClock::default())(7)).unwrap();
    let mut datagram = [0; 2_000];
    let length = agent.recv(&mut datagram).unwrap();
    assert_eq!(datagram[..length].last(), Some(&b'\n'));
    assert_eq!(serde_json::from_slice::<Value>(&datagram[..length]).unwrap()["emf.sold"], 7);
}

#[test]
fn f28_what_an_agent_that_does_not_run_misses_it_gets_later_and_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let emf = CloudWatchEmf::default().address(&SocketAddress::tcp("127.0.0.1", address.port()));
    let mut emf = started(emf);
    let snapshot = counting(&ManualClock::default());
    for count in [1, 2] {
        let snapshot = snapshot(count);
        assert!((0..2).all(|_| emf.metrics(&snapshot).unwrap_err().is_retryable()));
    }
    let Ok(listener) = TcpListener::bind(address) else { return };
    let last = snapshot(4);
    // A peer that was not there is left alone for a while.
    while emf.metrics(&last).is_err() {
        std::thread::yield_now();
    }
    drop(emf);
    let lines = BufReader::new(listener.accept().unwrap().0).lines();
    let sold: Vec<_> = lines
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["emf.sold"].as_u64().unwrap())
        .collect();
    assert_eq!(sold, [1, 2, 4]);
}

#[test]
fn what_configuration_says_is_heeded_or_refused() {
    let told = |key: &str, value: &str| {
        CloudWatchEmf::open(&mut Settings::new("cloudwatch_emf").with(key, value)).map(|_| ())
    };
    for (key, value) in [
        ("address", "udp://127.0.0.1:25888"),
        ("path", "-"),
        ("namespace", "Shop/Checkout"),
        ("dimensions", "all,service.name+function,none"),
        ("histograms", "distribution"),
        ("storage_resolution", "1"),
        ("timeout", "5s"),
    ] {
        assert_eq!(told(key, value), Ok(()), "{key}");
    }
    let refused = |key, value| told(key, value).unwrap_err().to_string();
    assert_eq!(
        refused("namespace", "AWS/Lambda"),
        "cloudwatch_emf.namespace: `AWS/Lambda` is not a namespace: at most 255 letters, digits, spaces and \
         `.-_/#:`, not beginning with `AWS/` or a colon"
    );
    assert_eq!(
        refused("dimensions", "function++outcome"),
        "cloudwatch_emf.dimensions: `function++outcome` is not `all`, `none` or names joined by `+`, such as \
         `service.name+function`"
    );
    assert_eq!(
        refused("storage_resolution", "5"),
        "cloudwatch_emf.storage_resolution: `5` is not `1` or `60`, in seconds"
    );
    let mut both = Settings::new("cloudwatch_emf").with("address", "a:1").with("path", "b");
    let error = CloudWatchEmf::open(&mut both).unwrap_err().to_string();
    assert_eq!(error, "cloudwatch_emf.path: say `address` or `path`, not both");
}

#[test]
fn the_variables_of_the_libraries_of_aws_count() {
    assert!(format!("{:?}", by_variable(Some("udp://10.0.0.1:1"))).contains("10.0.0.1"));
    assert!(format!("{:?}", by_variable(None)).contains("stream"));
    let error = by_variable(Some("http://x")).unwrap_err().to_string();
    assert!(error.starts_with("AWS_EMF_AGENT_ENDPOINT: \"http://x\" is no address; expected "), "{error}");
    assert_eq!(namespace(Some("a")).unwrap().unwrap().as_str(), "a");
    let error = namespace(Some("ü")).unwrap_err().to_string();
    assert!(error.starts_with("AWS_EMF_NAMESPACE: `ü`: it is not a namespace: "), "{error}");
}
