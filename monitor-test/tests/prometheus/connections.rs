//! F72, F73, F74: connections that are slow, half open or many.

use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Barrier;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::SnapshotSource;
use monitor_core::instrument::Counter;
use monitor_core::recorders::Prometheus;
use monitor_test::loopback::PATIENCE;
use monitor_test::openmetrics::parse_text;

use crate::client::Reply;
use crate::client::Scraped;
use crate::client::connect;

/// The time that a connection has in these tests.
const SHORT: Duration = Duration::from_millis(400);

/// So many connections are open at once.
const MANY: usize = 250;

static BEATS: Counter = Counter::new("beats");
static WIDE: Counter = Counter::new("wide").labels(&["text"], 2_000);

/// Waits until the other side ends the connection, and tells how long that was.
fn ended(mut stream: TcpStream) -> Duration {
    let begin = Instant::now();
    let mut bytes = Vec::new();
    // A reset is an end as well; no end at all is a time-out, which takes longer than any test allows.
    let _ = stream.read_to_end(&mut bytes);
    begin.elapsed()
}

#[test]
fn f72_connections_that_say_nothing_or_half_of_it_are_ended() {
    let scraped = Scraped::with(|prometheus| prometheus.timeout(SHORT));
    for said in [
        "",
        "G",
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\n",
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nx",
    ] {
        let mut stream = connect(scraped.address);
        stream.write_all(said.as_bytes()).unwrap();
        assert!(ended(stream) < PATIENCE, "{said:?}");
    }
    // On a busy machine some answer takes longer than is allowed here.
    answers_again(&scraped);
}

#[test]
fn f72_a_head_that_comes_byte_by_byte_does_not_get_more_time() {
    let scraped = Scraped::with(|prometheus| prometheus.timeout(SHORT));
    let mut stream = connect(scraped.address);
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let (begin, mut bytes) = (Instant::now(), [0; 64]);
    stream.write_all(b"GET /metrics HTTP/1.1\r\n").unwrap();
    // Reading waits a little for the end, which is what comes between two bytes.
    while stream.write_all(b"x").is_ok() {
        match stream.read(&mut bytes) {
            Ok(0) => break,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            _ => assert!(begin.elapsed() < PATIENCE, "still open"),
        }
    }
}

#[test]
fn f72_who_comes_when_all_places_are_taken_is_told_so_and_places_come_free() {
    let scraped = Scraped::with(|prometheus| prometheus.connections(3).timeout(PATIENCE));
    let held: Vec<_> = (0..3).map(|_| connect(scraped.address)).collect();
    let refused = scraped.get("/metrics", "");
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.body, b"Too many connections are open.\n");
    drop(held);
    answers_again(&scraped);
}

#[test]
fn f72_a_thousand_connections_take_no_thread_and_leave_the_endpoint_alive() {
    let scraped = Scraped::with(|prometheus| prometheus.connections(8).timeout(SHORT));
    let before = threads();
    for _ in 0..1_000 / MANY {
        // Kept open together, none says anything. The tests that run beside this have fewer threads than that.
        let many: Vec<_> = (0..MANY).map(|_| TcpStream::connect(scraped.address)).collect();
        assert!(threads() <= before + MANY / 2, "{} threads", threads());
        drop(many);
    }
    answers_again(&scraped);
}

#[track_caller]
fn answers_again(scraped: &Scraped) {
    let begin = Instant::now();
    while scraped.get("/metrics", "").status != 200 {
        assert!(begin.elapsed() < PATIENCE, "no place comes free");
    }
}

/// How many threads this process has; other tests have some as well.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

#[test]
fn f73_a_scraper_that_does_not_read_is_cut_off_and_hinders_nobody() {
    // A busy machine needs some of it to write the answer down in the first place.
    let limit = Duration::from_secs(20);
    let scraped = Scraped::with(|prometheus| prometheus.timeout(limit));
    // More than the buffers of a connection hold.
    let text = "x".repeat(4_000);
    scraped.monitor.scope(|| (0..2_000).for_each(|number| WIDE.add_with(1, &[&format!("{number} {text}")])));
    let mut slow = connect(scraped.address);
    slow.write_all(format!("GET /metrics HTTP/1.1\r\nHost: {}\r\n\r\n", scraped.address).as_bytes()).unwrap();
    // Meanwhile the program goes on, and others scrape.
    for number in 1..=10 {
        scraped.monitor.scope(|| BEATS.add(1));
        assert_eq!(scraped.get("/", "").status, 200);
        assert_eq!(scraped.monitor.snapshot().metric("beats").unwrap().points.len(), 1, "{number}");
    }
    let mut peeked = [0];
    assert_eq!(slow.peek(&mut peeked).unwrap(), 1, "the answer began");
    // Its time runs since before that.
    let begin = Instant::now();
    // Long after the limit the rest is not there any more.
    while begin.elapsed() < limit + Duration::from_secs(1) {
        // Nothing is done meanwhile but to wait until somebody who says nothing is cut off.
        assert!(ended(connect(scraped.address)) < PATIENCE);
    }
    assert_eq!(scraped.get("/", "").status, 200);
    let reply = Reply::read(slow);
    let length: usize = reply.header("content-length").unwrap().parse().unwrap();
    assert!(reply.body.len() < length, "{} of {length} bytes", reply.body.len());
}

#[test]
fn a_scraper_that_ends_its_side_early_gets_its_answer() {
    let scraped = Scraped::new();
    let mut stream = connect(scraped.address);
    stream
        .write_all(format!("GET /metrics HTTP/1.1\r\nHost: {}\r\n\r\n", scraped.address).as_bytes())
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(Reply::read(stream).status, 200);
}

/// An endpoint whose snapshots are taken by `take`.
fn of_source(
    prometheus: Prometheus,
    take: impl Fn() -> Option<monitor_core::Snapshot> + Send + Sync + 'static,
) -> Prometheus {
    let mut prometheus = prometheus;
    prometheus.start(&SnapshotSource::from_fn(take)).unwrap();
    prometheus
}

fn request(address: std::net::SocketAddr) -> Reply {
    let mut stream = connect(address);
    stream.write_all(format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
    Reply::read(stream)
}

#[test]
fn f74_scrapes_that_come_together_share_a_snapshot_and_none_is_stale() {
    let monitor = Monitor::builder().build();
    let taken = Arc::new(AtomicUsize::new(0));
    let (inside, go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let source = {
        let (monitor, taken) = (monitor.clone(), Arc::clone(&taken));
        let (inside, go) = (Arc::clone(&inside), Arc::clone(&go));
        move || {
            let snapshot = monitor.snapshot();
            if taken.fetch_add(1, Ordering::SeqCst) == 0 {
                inside.wait();
                go.wait();
            }
            Some(snapshot)
        }
    };
    let prometheus = of_source(Prometheus::bind("127.0.0.1:0").unwrap(), source);
    let address = prometheus.address();
    let first = thread::spawn(move || request(address));
    inside.wait();
    // The first snapshot is taken, without this.
    monitor.scope(|| BEATS.add(1));
    let sent: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = connect(address);
            stream.write_all(format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
            stream
        })
        .collect();
    // Served by the same thread, after the head of each of them was read or at least before long.
    (0..20).for_each(|_| assert_eq!(root(address), 200));
    go.wait();
    assert!(!first.join().unwrap().text().contains("beats_total"));
    for stream in sent {
        let shown = parse_text(&Reply::read(stream).text()).unwrap();
        assert_eq!(shown.value("beats_total", &[]), Some(1.0));
    }
    assert_eq!(taken.load(Ordering::SeqCst), 2);
}

fn root(address: std::net::SocketAddr) -> u16 {
    let mut stream = connect(address);
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
    Reply::read(stream).status
}

#[test]
fn metrics_that_cannot_be_read_are_no_reason_to_hang_or_to_die() {
    let panics = of_source(Prometheus::bind("127.0.0.1:0").unwrap(), || panic!("no metrics"));
    for _ in 0..3 {
        assert_eq!(request(panics.address()).status, 503);
    }
    let gone = of_source(Prometheus::bind("127.0.0.1:0").unwrap(), || None);
    assert_eq!(request(gone.address()).status, 503);
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let prometheus = Prometheus::bind("127.0.0.1:0").unwrap().timeout(SHORT);
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    let hangs = of_source(prometheus, move || {
        counted.fetch_add(1, Ordering::SeqCst);
        // As often as the test says.
        let _ = held.lock().unwrap().recv();
        None
    });
    (0..3).for_each(|_| assert_eq!(request(hangs.address()).status, 503));
    // For those who have given up meanwhile, no other snapshot is taken.
    (0..2).for_each(|_| hold.send(()).unwrap());
    assert_eq!(request(hangs.address()).status, 503);
    assert_eq!(taken.load(Ordering::SeqCst), 2);
    let begin = Instant::now();
    while root(hangs.address()) != 200 {
        assert!(begin.elapsed() < PATIENCE, "whoever asks for something else waits as well");
    }
    let begin = Instant::now();
    drop(hangs);
    assert!(begin.elapsed() < PATIENCE, "the end does not wait for what hangs");
    drop(hold);
}
