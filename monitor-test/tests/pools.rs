//! Pools and heartbeats by hand: events in the right order, counts that go back to zero.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use monitor_core::event::{
    Address, CheckOutFailedReason, ClosedReason, Event as _, HeartbeatEvent, HeartbeatInfo, PoolEvent,
    PoolOptions,
};
use monitor_core::pool::{CheckOut, CheckedOut, Connecting, Connection, Pool};
use monitor_core::{Heartbeat, MetricData, Monitor, listener};
use proptest::prelude::*;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<PoolEvent>>>);

impl Log {
    fn monitor(&self) -> Monitor {
        let log = self.clone();
        let listener = listener::from_fn(move |event: &PoolEvent| log.0.lock().unwrap().push(event.clone()));
        Monitor::builder().listener(listener).build()
    }

    /// The names of the events without the family's, with the number of the connection.
    fn take(&self) -> Vec<String> {
        let events = std::mem::take(&mut *self.0.lock().unwrap());
        events.iter().map(word).collect()
    }
}

fn word(event: &PoolEvent) -> String {
    let mut word = event.name().trim_start_matches("pool.").trim_start_matches("connection_").to_owned();
    event.fields(&mut |name, value| {
        if matches!(name, "connection_id" | "reason") {
            word.push_str(&format!(" {value}"));
        }
    });
    word
}

fn pool() -> Pool {
    let options = PoolOptions { max_size: Some(10), min_size: Some(2), ..PoolOptions::default() };
    Pool::named("main", Address::tcp("db1", 5432), options)
}

/// The sum of a metric over all of its series, by state where it has one.
fn sum(monitor: &Monitor, name: &str) -> Vec<i64> {
    let snapshot = monitor.snapshot();
    let Some(metric) = snapshot.metric(name) else { return Vec::new() };
    let value = |data: &MetricData| match data {
        MetricData::UpDownCounter(sum) => *sum,
        MetricData::Counter(sum) => i64::try_from(*sum).unwrap(),
        MetricData::Histogram(histogram) => i64::try_from(histogram.count()).unwrap(),
        _ => panic!("no such metric is one of a pool"),
    };
    metric.points.iter().map(|point| value(&point.data)).collect()
}

#[test]
fn the_events_of_a_pool_come_in_their_order() {
    let log = Log::default();
    let monitor = log.monitor();
    monitor.scope(|| {
        let pool = pool();
        pool.ready();
        pool.ready();
        let wanted = pool.check_out();
        let connection = pool.connect().ready();
        let used = wanted.checked_out(connection);
        assert_eq!(used.id(), 1);
        let first = used.check_in();
        pool.connect().failed("refused");
        pool.check_out().failed(CheckOutFailedReason::Timeout);
        pool.clear();
        pool.clear();
        assert!(first.is_stale());
        assert_eq!(pool.generation(), 2);
        pool.ready();
        drop(first);
        pool.connect().ready().close(ClosedReason::Idle);
        pool.clear_service("svc");
        let left = pool.connect().ready();
        pool.close();
        pool.close();
        drop(left);
        drop(pool.check_out());
    });
    assert_eq!(
        log.take(),
        [
            "created",
            "ready",
            "check_out_started",
            "created 1",
            "ready 1",
            "checked_out 1",
            "checked_in 1",
            "created 2",
            "closed 2 error",
            "check_out_started",
            "check_out_failed timeout",
            "cleared",
            "ready",
            "closed 1 stale",
            "created 3",
            "ready 3",
            "closed 3 idle",
            "cleared",
            "created 4",
            "ready 4",
            "closed",
            "closed 4 poolClosed",
            "check_out_started",
            "check_out_failed poolClosed",
        ]
    );
}

#[test]
fn the_metrics_of_a_pool_follow_from_what_happens() {
    let log = Log::default();
    let monitor = log.monitor();
    monitor.scope(|| {
        let pool = pool();
        pool.ready();
        let waiting = pool.check_out();
        let used = pool.check_out().checked_out(pool.connect().ready());
        assert_eq!(sum(&monitor, "db.client.connection.pending_requests"), [1]);
        assert_eq!(sum(&monitor, "db.client.connection.count"), [0, 1]);
        assert_eq!(sum(&monitor, "db.client.connection.max"), [10]);
        assert_eq!(sum(&monitor, "db.client.connection.idle.max"), [10]);
        assert_eq!(sum(&monitor, "db.client.connection.idle.min"), [2]);
        waiting.failed(CheckOutFailedReason::Timeout);
        assert_eq!(sum(&monitor, "db.client.connection.timeouts"), [1]);
        let connection = used.check_in();
        assert_eq!(sum(&monitor, "db.client.connection.count"), [1, 0]);
        for time in ["create_time", "use_time"] {
            assert_eq!(sum(&monitor, &format!("db.client.connection.{time}")), [1], "{time}");
        }
        assert_eq!(sum(&monitor, "db.client.connection.wait_time"), [2]);
        drop(connection);
    });
    let point = &monitor.snapshot().metric("db.client.connection.max").unwrap().points[0].clone();
    assert_eq!(point.labels, [("db.client.connection.pool.name", "main".into())]);
    assert_is_empty(&monitor);
}

#[track_caller]
fn assert_is_empty(monitor: &Monitor) {
    for name in ["count", "idle.max", "idle.min", "max", "pending_requests"] {
        let left = sum(monitor, &format!("db.client.connection.{name}"));
        assert!(left.iter().all(|left| *left == 0), "{name}: {left:?}");
    }
}

/// What a pool and those who use it hold at one moment.
#[derive(Default)]
struct Held {
    wanted: Vec<CheckOut>,
    connecting: Vec<Connecting>,
    idle: Vec<Connection>,
    used: Vec<CheckedOut>,
}

impl Held {
    fn step(&mut self, pool: &Pool, step: u8) {
        match step {
            0 => self.wanted.push(pool.check_out()),
            1 => self.connecting.push(pool.connect()),
            2 => self.idle.extend(self.connecting.pop().map(Connecting::ready)),
            3 => drop(self.connecting.pop().map(|connecting| connecting.failed("refused"))),
            4 if !self.wanted.is_empty() => {
                let Some(connection) = self.idle.pop() else { return };
                self.used.extend(self.wanted.pop().map(|wanted| wanted.checked_out(connection)));
            }
            5 => self.idle.extend(self.used.pop().map(CheckedOut::check_in)),
            6 => drop(self.used.pop()),
            7 => drop(self.wanted.pop()),
            8 => drop(self.wanted.pop().map(|wanted| wanted.failed(CheckOutFailedReason::ConnectionError))),
            9 => drop(self.idle.pop().map(|idle| idle.close(ClosedReason::Idle))),
            10 => pool.clear(),
            11 => pool.ready(),
            12 => pool.close(),
            _ => {}
        }
    }
}

/// Each beginning has its one end, and no event comes twice that must not.
fn check_order(events: &[String]) -> Result<(), TestCaseError> {
    let count = |name: &str| events.iter().filter(|event| event.split(' ').next() == Some(name)).count();
    prop_assert_eq!(events.first().map(String::as_str), Some("created"));
    prop_assert_eq!(events.iter().filter(|event| *event == "closed").count(), 1);
    prop_assert_eq!(count("check_out_started"), count("checked_out") + count("check_out_failed"));
    prop_assert_eq!(count("checked_out"), count("checked_in"));
    let life: Vec<&str> = events
        .iter()
        .map(String::as_str)
        .filter(|event| matches!(*event, "created" | "ready" | "cleared" | "closed"))
        .collect();
    prop_assert!(life.windows(2).all(|two| two[0] != two[1]), "{:?}", life);
    let created: Vec<&str> = events.iter().filter_map(|event| event.strip_prefix("created ")).collect();
    let expected: Vec<String> = (1..=created.len()).map(|id| id.to_string()).collect();
    prop_assert_eq!(created, expected);
    for id in 1..=count("created") - 1 {
        let closed = format!("closed {id} ");
        prop_assert_eq!(events.iter().filter(|event| event.starts_with(&closed)).count(), 1);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// At some step everything is dropped, by a panic, or on another thread.
    #[test]
    fn f20_whatever_happens_each_event_has_its_end_and_the_counts_go_back_to_zero(
        steps in prop::collection::vec(0_u8..13, 0..60), end in 0_u8..3,
    ) {
        let log = Log::default();
        let monitor = log.monitor();
        monitor.scope(|| {
            let pool = pool();
            let mut held = Held::default();
            steps.iter().for_each(|step| held.step(&pool, *step));
            match end {
                0 => drop(held),
                1 => thread::spawn(move || drop((held, pool))).join().unwrap(),
                _ => {
                    let _ = catch_unwind(AssertUnwindSafe(|| {
                        let _held = held;
                        std::panic::resume_unwind(Box::new("in the middle"));
                    }));
                }
            }
        });
        assert_is_empty(&monitor);
        check_order(&log.take())?;
    }
}

fn steps_of(log: &Arc<Mutex<Vec<String>>>) -> Vec<String> {
    log.lock().unwrap().clone()
}

/// The server closes the connection once it has read the hello: what MongoDB's drivers are tested with.
#[test]
fn a_heartbeat_begins_before_its_connection_and_ends_after_it() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&log);
    let listener =
        listener::from_fn(move |event: &HeartbeatEvent| heard.lock().unwrap().push(event.name().to_owned()));
    let monitor = Monitor::builder().listener(listener).build();

    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let seen = Arc::clone(&log);
    let serving = thread::spawn(move || {
        let (mut client, _) = server.accept().unwrap();
        seen.lock().unwrap().push("client connected".to_owned());
        let mut hello = [0; 5];
        client.read_exact(&mut hello).unwrap();
        seen.lock().unwrap().push("client hello received".to_owned());
    });
    monitor.scope(|| {
        let heartbeat = Heartbeat::start(HeartbeatInfo::new(Address::from(address)));
        let mut socket = TcpStream::connect(address).unwrap();
        socket.write_all(b"hello").unwrap();
        let mut reply = [0; 1];
        match socket.read(&mut reply) {
            Ok(0) => heartbeat.fail("connection closed"),
            Ok(_) => heartbeat.succeed(|| "{}"),
            Err(error) => heartbeat.fail(error.to_string()),
        }
    });
    serving.join().unwrap();
    assert_eq!(
        steps_of(&log),
        ["heartbeat.started", "client connected", "client hello received", "heartbeat.failed"]
    );
}

#[test]
fn f20_a_heartbeat_is_answered_once_however_it_ends() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&log);
    let listener = listener::from_fn(move |event: &HeartbeatEvent| {
        let line = match event {
            HeartbeatEvent::Started(event) => format!("started awaited={}", event.is_awaited()),
            HeartbeatEvent::Succeeded(event) => format!("succeeded {}", event.reply),
            HeartbeatEvent::Failed(event) => format!("failed {}", event.failure),
            other => format!("{other:?}"),
        };
        heard.lock().unwrap().push(line);
    });
    let monitor = Monitor::builder().listener(listener).build();
    let info = || HeartbeatInfo::new(Address::tcp("db1", 27017)).awaited();
    monitor.scope(|| {
        Heartbeat::start(info()).succeed(|| "ok");
        drop(Heartbeat::start(info()));
        let _ = catch_unwind(|| {
            let _heartbeat = Heartbeat::start(info());
            std::panic::resume_unwind(Box::new("in the middle"));
        });
    });
    let log = steps_of(&log);
    let ends: Vec<&str> = log.iter().skip(1).step_by(2).map(String::as_str).collect();
    assert!(log.iter().step_by(2).all(|line| line == "started awaited=true"), "{log:?}");
    assert_eq!(ends, ["succeeded ok", "failed cancelled", "failed panic"]);
    monitor.flush(Duration::from_secs(60)).unwrap();
}
