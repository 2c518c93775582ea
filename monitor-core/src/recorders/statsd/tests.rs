use std::fmt;
use std::io::Read;
use std::net::Ipv4Addr;
use std::net::TcpListener;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::ManualClock;
use crate::Monitor;
use crate::dispatch::record_event;
use crate::event::Address;
use crate::event::HeartbeatEvent;
use crate::event::HeartbeatFailed;
use crate::event::HeartbeatInfo;
use crate::event::HeartbeatStarted;
use crate::event::HeartbeatSucceeded;
use crate::event::Severity;
use crate::export::socket::Packer;
use crate::export::socket::SocketAddress;
use crate::model::Resource;
use crate::probe::Span;
use crate::probe::instrument::Counter;
use crate::probe::instrument::Gauge;
use crate::recorder::Configured;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::Settings;
use crate::recorder::SpanBatch;
use crate::recorders::Statsd;
use crate::recorders::statsd::Dialect;
use crate::recorders::statsd::Timers;
use crate::recorders::statsd::config::Options;
use crate::recorders::statsd::encode::Form;
use crate::recorders::statsd::strict;

static SOLD: Counter = Counter::new("sold");
static LEFT: Gauge = Gauge::new("left");

const LOOPBACK: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);
const SOON: Duration = Duration::from_secs(60);

/// Keeps the lines that would be sent.
#[derive(Clone)]
struct Lines {
    options: Options,
    resource: Resource,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Lines {
    fn new(statsd: Statsd) -> Self {
        Self { options: statsd.options, resource: Resource::default(), lines: Arc::default() }
    }

    fn keep(&self, encode: impl FnOnce(&Form<'_>, &mut Packer)) -> Result<(), RecorderError> {
        let mut packer = Packer::new(self.options.datagram());
        encode(&Form::new(&self.options, &self.resource), &mut packer);
        assert_eq!(packer.refused(), 0);
        let text = String::from_utf8(packer.bytes().to_vec()).unwrap();
        self.lines.lock().unwrap().extend(text.lines().map(str::to_owned));
        Ok(())
    }

    /// What is sent of all that happens in `run`.
    fn of(self, run: impl FnOnce(&Monitor, &ManualClock)) -> Vec<String> {
        let clock = ManualClock::default();
        let monitor = Monitor::builder().clock(clock.clone()).recorder(self.clone()).build();
        monitor.scope(|| run(&monitor, &clock));
        monitor.shutdown(SOON).unwrap();
        std::mem::take(&mut self.lines.lock().unwrap())
    }
}

impl Recorder for Lines {
    fn name(&self) -> &str {
        "lines"
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.keep(|form, packer| form.spans(batch, packer))
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.keep(|form, packer| form.events(batch, packer))
    }
}

fn datadog() -> Statsd {
    Statsd::default().dialect(Dialect::DogStatsD)
}

fn heartbeats(monitor: &Monitor, host: &str) {
    let info = HeartbeatInfo::new(Address::tcp(host.to_owned(), 5432));
    let wait = Duration::from_millis(5);
    for event in [
        HeartbeatEvent::Started(HeartbeatStarted::new(&info)),
        HeartbeatEvent::Succeeded(HeartbeatSucceeded::new(&info, wait, "hello")),
        HeartbeatEvent::Failed(HeartbeatFailed::new(&info, wait, "refused|d:1\n#forged:1")),
    ] {
        record_event(monitor.core(), &event);
    }
}

#[test]
fn each_span_is_a_timing_where_that_is_asked_for() {
    let calls = |statsd: Statsd| {
        Lines::new(statsd.timers(Timers::Spans)).of(|_, clock| {
            for milliseconds in [3, 4] {
                let _span = Span::start("work");
                clock.advance(Duration::from_micros(milliseconds * 1_000 + 1));
            }
        })
    };
    // A span by hand is of no module.
    let name = "function.calls.duration.work._.ok";
    assert_eq!(calls(Statsd::default()), [format!("{name}:3.001|ms"), format!("{name}:4.001|ms")]);
    let labels = "|#function:work,outcome:ok";
    assert_eq!(calls(datadog()), [format!("function.calls.duration:3.001:4.001|d{labels}")]);
}

#[test]
fn a_share_of_the_spans_counts_for_all_of_them() {
    let lines = Lines::new(Statsd::default().timers(Timers::Spans).sample_rate(0.1)).of(|monitor, _| {
        for _ in 0..20 {
            (0..1_000).for_each(|_| drop(Span::start("work")));
            monitor.flush(SOON).unwrap();
        }
    });
    let counted: f64 = lines.iter().map(|line| 1.0 / strict::line(line, &["ms"]).unwrap().rate).sum();
    // Five standard deviations are 10.6 %.
    assert!((0.89..1.11).contains(&(counted / 20_000.0)), "{counted}");
    assert!(lines.len() < 3_000);
}

#[test]
fn events_are_counted_by_name_where_there_are_no_events() {
    let lines = |statsd: Statsd| {
        Lines::new(statsd.events(Severity::Debug))
            .of(|monitor, _| (0..2).for_each(|_| heartbeats(monitor, "db")))
    };
    let names = ["failed", "started", "succeeded"];
    assert_eq!(lines(Statsd::default()), names.map(|name| format!("events.heartbeat.{name}:2|c")));
    let tagged = lines(Statsd::default().dialect(Dialect::Tagged));
    assert!(tagged[0].starts_with("events:2|c|#event:heartbeat.failed,severity:"), "{tagged:?}");
    assert_eq!(Lines::new(Statsd::default().no_events()).of(|monitor, _| heartbeats(monitor, "db")), [""; 0]);
}

#[test]
fn f63_events_and_service_checks_forge_nothing() {
    let odd = "d\u{1b}|b\n,é";
    let lines = Lines::new(datadog().labels([("env", "a|b")])).of(|monitor, clock| {
        clock.advance(Duration::from_secs(7));
        heartbeats(monitor, odd);
    });
    let (checks, events): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.starts_with("_sc|"));
    let labels = "#server.address:d__b__é,server.port:5432,env:a_b";
    assert_eq!(checks, [&format!("_sc|heartbeat|0|d:7|{labels}"), &format!("_sc|heartbeat|2|d:7|{labels}")]);
    assert_eq!(events.len(), 1, "only what failed is worth an event: {events:?}");
    let event = strict::event(events[0]).unwrap();
    assert_eq!(event.title, "heartbeat.failed");
    assert!(event.text.contains("server.address: d\\u{1b}|b\\u{a},é\\n"), "{}", event.text);
    let mut rest = event.rest.clone();
    rest.sort();
    assert_eq!(rest, ["#env:a_b", "d:7", "k:heartbeat.failed", "p:normal", "t:warning"]);
}

#[test]
fn an_event_that_fits_no_datagram_is_cut() {
    let lines = Lines::new(datadog()).of(|monitor, _| heartbeats(monitor, &"é\n".repeat(5_000)));
    let event = lines.iter().find_map(|line| strict::event(line)).unwrap();
    let longest = lines.iter().map(String::len).max().unwrap();
    assert!((1_400..=1_432).contains(&longest) && event.rest.len() == 4, "{longest} {:?}", event.rest);
}

#[test]
fn lines_are_written_as_datadogs_client_writes_them() {
    let golden: Value =
        serde_json::from_str(include_str!("../../../../monitor-test/tests/data/golden/dogstatsd.json"))
            .unwrap();
    let mut lines = 0;
    for line in golden["lines"].as_array().unwrap().iter().filter_map(Value::as_str) {
        let (rest, kinds) = (line.strip_prefix("_e"), ["c", "g", "h", "d", "ms"]);
        // What we never write: labels without a value, a negative difference of a counter, sets, service checks with
        // a message.
        if line.ends_with(",c") || line.contains("-1|c") || line.ends_with("|s") || line.starts_with("_sc") {
            continue;
        }
        match rest {
            Some(_) => {
                let event = strict::event(line).unwrap();
                assert_eq!(
                    (event.title.as_str(), event.rest.len()),
                    ("An exception occurred", 7),
                    "{event:?}"
                );
            }
            None => {
                let read = strict::line(line, &kinds).unwrap();
                let labels = read.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                let options = &datadog().options;
                let form = Form::new(options, &Resource::default());
                let subject = form.subject(&read.name, String::new, labels);
                let value = read.values[0].to_string();
                let time = read.time.map(|time| format!("|T{time}")).unwrap_or_default();
                assert_eq!(subject.line(&value, &read.kind, read.rate) + &time, line);
            }
        }
        lines += 1;
    }
    assert_eq!(lines, 9);
}

fn heard(peer: &UdpSocket) -> Vec<String> {
    let mut bytes = [0; 2_000];
    let count = peer.recv(&mut bytes).unwrap();
    let mut lines: Vec<_> =
        std::str::from_utf8(&bytes[..count]).unwrap().lines().map(str::to_owned).collect();
    lines.retain(|line| line.starts_with("sold") || line.starts_with("left"));
    lines
}

#[test]
fn counters_are_differences_and_gauges_are_what_they_are() {
    let peer = UdpSocket::bind(LOOPBACK).unwrap();
    let statsd = Statsd::default().address(peer.local_addr().unwrap().into());
    let monitor = Monitor::builder().interval(Duration::from_secs(3_600)).recorder(statsd).build();
    for (sold, left, expected) in
        [(2, 7.5, "sold:2|c left:7.5|g"), (3, 7.5, "sold:3|c left:7.5|g"), (0, 1.0, "left:1|g")]
    {
        monitor.scope(|| {
            SOLD.add(sold);
            LEFT.set(left);
        });
        monitor.flush(SOON).unwrap();
        assert_eq!(heard(&peer).join(" "), expected);
    }
}

#[test]
fn f49_what_was_refused_is_part_of_the_next_difference() {
    let peer = UdpSocket::bind(LOOPBACK).unwrap();
    let address = peer.local_addr().unwrap();
    let mut statsd = Statsd::default().address(address.into());
    let monitor = Monitor::builder().build();
    let count = |sold| monitor.scope(|| SOLD.add(sold));
    count(1);
    statsd.metrics(&monitor.snapshot()).unwrap();
    assert_eq!(heard(&peer), ["sold:1|c"]);
    drop(peer);
    count(2);
    assert!((0..1_000).any(|_| statsd.metrics(&monitor.snapshot()).is_err()), "nobody listens");
    count(3);
    let peer = UdpSocket::bind(address).unwrap();
    // More refusals may be on their way.
    while statsd.metrics(&monitor.snapshot()).is_err() {}
    assert_eq!(heard(&peer), ["sold:5|c"]);
}

#[test]
fn a_daemon_that_is_not_there_is_not_waited_for() {
    // Keeps its port, and takes nothing but from itself.
    let nobody = UdpSocket::bind(LOOPBACK).unwrap();
    let address = nobody.local_addr().unwrap();
    nobody.connect(address).unwrap();
    let monitor = Monitor::builder().recorder(Statsd::default().address(address.into())).build();
    monitor.scope(|| SOLD.add(1));
    heartbeats(&monitor, "db");
    let begun = Instant::now();
    monitor.shutdown(SOON).unwrap();
    assert!(begun.elapsed() < SOON / 4, "{:?}", begun.elapsed());
    for account in monitor.accounts() {
        assert_eq!((account.dropped(), account.queued), (account.recorded, 0), "{account:?}");
    }
}

#[test]
fn over_a_stream_each_line_has_its_end() {
    let listener = TcpListener::bind(LOOPBACK).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut statsd = Statsd::default().address(SocketAddress::tcp("127.0.0.1", port));
    let monitor = Monitor::builder().build();
    monitor.scope(|| SOLD.add(4));
    statsd.metrics(&monitor.snapshot()).unwrap();
    drop(statsd);
    let mut text = String::new();
    listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
    assert!(text.contains("sold:4|c\n") && text.ends_with('\n'), "{text}");
}

#[cfg(unix)]
#[test]
fn over_a_unix_stream_datadog_gets_lengths() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dsd.socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let mut statsd = datadog().address(SocketAddress::unix_stream(&path));
    let monitor = Monitor::builder().build();
    monitor.scope(|| SOLD.add(4));
    statsd.metrics(&monitor.snapshot()).unwrap();
    drop(statsd);
    let mut bytes = Vec::new();
    listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
    let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
    let text = std::str::from_utf8(&bytes[4..]).unwrap();
    assert!(text.len() == length && text.lines().any(|line| line.starts_with("sold:4|c")), "{length} {text}");
}

#[track_caller]
fn told(settings: Settings, expected: &str) {
    let mut settings = settings;
    let made = Statsd::open(&mut settings).map(|statsd| format!("{statsd:?}"));
    let text = made.unwrap_or_else(|error| (&error as &dyn fmt::Display).to_string());
    assert!(text.contains(expected), "{text}");
}

#[test]
fn configuration_says_what_code_says() {
    let settings = || Settings::new("statsd");
    told(settings().with("address", "tcp://stats"), r#"host: "stats", port: None"#);
    told(settings().with("dialect", "DogStatsD").with("labels", "env=prod"), r#"labels: [("env", "prod")]"#);
    told(settings().with("timers", "spans").with("sample_rate", "0.25"), "sample_rate: Share(0.25)");
    told(
        settings().with("events", "off").with("timestamps", "true"),
        "events: Threshold(None), timestamps: true",
    );
    told(settings().with("datagram", "8KiB"), "datagram: Some(8192)");
    told(
        settings().with("datagram", "1MB"),
        "statsd.datagram: `1000000` is not a number of bytes from 512 to 65507",
    );
    told(
        settings().with("address", "http://x"),
        "statsd.address: `http://x` is not `host:port`, `udp://host:port`",
    );
    told(settings().with("sample_rate", "0"), "statsd.sample_rate: `0` is not a share above 0");
    told(settings().with("dialect", "dogstats"), "`dogstats` is not `classic`, `dogstatsd` or `tagged`");
    told(settings().with("prefix", "a.{host"), "`a.{host` is not a prefix such as");
    told(settings().with("labels", "env=prod"), "statsd.labels: the dialect `classic` has no labels");
}
