//! Plugins: what the segments of a chain tell of their place in it and of what they called.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;
use std::thread;
use std::time::Duration;

use monitor_core::FieldValue;
use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::monitored;
use monitor_core::plugin;
use monitor_core::plugin_metric;
use monitor_core::recorders::Memory;
use monitor_test::Capture;
use monitor_test::Captured;
use monitor_test::ManualClock;

/// Position, calls of what comes next, and whether there were none, of each span of this name.
fn segments(captured: &Captured, name: &str) -> Vec<(u64, Option<u64>, bool)> {
    let number = |value: Option<&FieldValue<'_>>| match value {
        Some(FieldValue::Unsigned(number)) => Some(*number),
        None => None,
        Some(other) => panic!("{other:?}"),
    };
    let spans = captured.spans_named(name);
    spans
        .iter()
        .map(|span| {
            let position = number(span.field("plugin.position")).expect("a segment has a position");
            let short = span.field("plugin.short_circuited") == Some(&FieldValue::Bool(true));
            (position, number(span.field("plugin.next.calls")), short)
        })
        .collect()
}

struct Failover {
    next: Timed,
}

struct Timed {
    clock: ManualClock,
    next: Driver,
}

struct Driver {
    clock: ManualClock,
}

#[plugin(name = "failover")]
impl Failover {
    fn new(clock: &ManualClock) -> Failover {
        let driver = Driver { clock: clock.clone() };
        Failover { next: Timed { clock: clock.clone(), next: driver } }
    }

    fn execute(&self, times: u32) -> u32 {
        (0..times).map(|_| self.attempt()).sum()
    }

    fn attempt(&self) -> u32 {
        self.next.clock.advance(Duration::from_secs(1));
        self.next.execute()
    }

    #[monitored(skip)]
    fn is_on(&self) -> bool {
        true
    }
}

#[plugin(name = "timed", kind = client)]
impl Timed {
    fn execute(&self) -> u32 {
        self.clock.advance(Duration::from_secs(10));
        helper(|| self.next.execute())
    }
}

#[monitored]
fn helper(run: impl FnOnce() -> u32) -> u32 {
    run()
}

#[plugin(name = "default", terminal)]
impl Driver {
    fn execute(&self) -> u32 {
        self.clock.advance(Duration::from_secs(100));
        1
    }
}

#[test]
fn a_segment_tells_its_place_and_how_often_it_called_the_next_one() {
    let clock = ManualClock::default();
    let captured = Capture::with_clock(&clock).run(|| {
        let failover = Failover::new(&clock);
        assert!(failover.is_on());
        failover.execute(2)
    });
    // A plugin that calls its own method is one plugin.
    assert_eq!(segments(&captured, "failover::execute"), [(1, Some(2), false)]);
    assert_eq!(segments(&captured, "failover::attempt"), [(1, Some(1), false); 2]);
    assert_eq!(segments(&captured, "timed::execute"), [(2, Some(1), false); 2]);
    assert_eq!(segments(&captured, "default::execute"), [(3, None, false); 2]);
    let name = captured.span("failover::execute").field("plugin.name");
    assert_eq!(name, Some(&FieldValue::Text("failover".into())));
    // What has no `self` is no segment.
    assert_eq!(captured.span("failover::new").field("plugin.name"), None);
    assert!(!captured.tree().contains("is_on"));
}

#[test]
fn a_plugins_own_time_is_apart_from_the_time_of_the_next() {
    let clock = ManualClock::default();
    let captured = Capture::with_clock(&clock).run(|| Failover::new(&clock).execute(2));
    let own = |name: &str| {
        let function = captured.snapshot().function(name).unwrap();
        (function.duration().sum(), function.self_duration().map(|own| own.sum()))
    };
    assert_eq!(own("failover::attempt"), (222.0, Some(2.0)));
    assert_eq!(own("timed::execute"), (220.0, Some(20.0)));
    assert_eq!(own("default::execute"), (200.0, None));
}

struct Cache;

#[plugin(name = "cache")]
impl Cache {
    fn get(&self, key: u32, next: &Driver) -> Result<u32, &'static str> {
        match key {
            0 => Err("no key"),
            1 => Ok(7),
            2 => panic!("a key that cannot be"),
            _ => Ok(next.execute()),
        }
    }

    fn by_hand(&self) {
        plugin::reach_end();
        plugin::reach_end();
    }
}

#[test]
fn one_that_ends_without_the_next_has_cut_the_chain_short_however_it_ended() {
    let captured = Capture::run(|| {
        let driver = Driver { clock: ManualClock::default() };
        for key in 0..4 {
            let _ = catch_unwind(AssertUnwindSafe(|| Cache.get(key, &driver)));
        }
        // After a panic the chain is as it was before.
        Cache.by_hand();
        plugin::reach_end();
    });
    let short = (1, Some(0), true);
    assert_eq!(segments(&captured, "cache::get"), [short, short, short, (1, Some(1), false)]);
    assert_eq!(segments(&captured, "cache::by_hand"), [(1, Some(2), false)]);
    assert_eq!(segments(&captured, "default::execute"), [(2, None, false)]);
}

/// Pending as many times.
async fn pause(times: u32) {
    let mut left = times;
    std::future::poll_fn(|_| {
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

struct Retry;
struct Iam;
struct Connection;

#[plugin(name = "retry")]
impl Retry {
    async fn connect(&self, times: u32, ends: bool) -> u32 {
        let mut sum = 0;
        for _ in 0..times {
            pause(2).await;
            sum += Iam.connect(ends).await;
        }
        sum
    }
}

#[plugin(name = "iam")]
impl Iam {
    fn connect(&self, ends: bool) -> impl Future<Output = u32> + Send {
        async move {
            pause(3).await;
            Connection.connect(ends).await
        }
    }
}

#[plugin(name = "connection", terminal)]
impl Connection {
    fn connect(&self, ends: bool) -> Pin<Box<dyn Future<Output = u32> + Send>> {
        Box::pin(async move {
            pause(2).await;
            assert!(ends || thread::current().name() != Some("panics"));
            if !ends {
                std::future::pending::<()>().await;
            }
            1
        })
    }
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn chains_that_take_turns_on_a_thread_do_not_see_each_other() {
    let captured = Capture::run(|| {
        let mut chains = [3, 1].map(|times| Some(Box::pin(Retry.connect(times, true))));
        while chains.iter().any(Option::is_some) {
            for chain in &mut chains {
                if chain.as_mut().is_some_and(|chain| poll(chain).is_ready()) {
                    *chain = None;
                }
            }
        }
    });
    let mut retries = segments(&captured, "retry::connect");
    retries.sort();
    assert_eq!(retries, [(1, Some(1), false), (1, Some(3), false)]);
    assert_eq!(segments(&captured, "iam::connect"), [(2, Some(1), false); 4]);
    assert_eq!(segments(&captured, "connection::connect"), [(3, None, false); 4]);
    captured.assert_in_flight_zero();
}

#[test]
fn a_chain_that_hops_threads_stays_one_chain() {
    let monitor = Monitor::builder().recorder(Memory::default()).build();
    let captured = Capture::run(|| {
        let mut chain = Box::pin(Retry.connect(2, true));
        // Each poll on a thread of its own, while another chain waits there half-way.
        let mut pending = poll(&mut chain).is_pending();
        while pending {
            (chain, pending) = thread::scope(|scope| {
                let poll_elsewhere = || {
                    let mut other = Box::pin(Retry.connect(1, true));
                    monitor.scope(|| assert!(poll(&mut other).is_pending()));
                    let pending = poll(&mut chain).is_pending();
                    (chain, pending)
                };
                scope.spawn(poll_elsewhere).join().unwrap()
            });
        }
    });
    assert_eq!(segments(&captured, "retry::connect"), [(1, Some(2), false)]);
    assert_eq!(segments(&captured, "iam::connect"), [(2, Some(1), false); 2]);
    assert_eq!(captured.tree().matches("connection::connect ok").count(), 2);
}

#[test]
fn a_chain_that_is_cancelled_or_panics_in_the_middle_tells_what_it_called_until_then() {
    for panics in [false, true] {
        let run = move || {
            Capture::run(|| {
                let mut chain = Box::pin(Retry.connect(1, false));
                let ended = catch_unwind(AssertUnwindSafe(|| {
                    for _ in 0..10 {
                        let _ = poll(&mut chain);
                    }
                }));
                assert_eq!(ended.is_err(), panics);
                drop(chain);
                // The thread's chain is as it was before.
                let mut early = Box::pin(Retry.connect(1, true));
                assert!(poll(&mut early).is_pending());
            })
        };
        let name = if panics { "panics" } else { "waits" };
        let captured = thread::Builder::new().name(name.to_owned()).spawn(run).unwrap().join().unwrap();
        let outcome = if panics { Outcome::Panic } else { Outcome::Cancelled };
        assert_eq!(captured.span("iam::connect").outcome, outcome);
        assert_eq!(segments(&captured, "iam::connect"), [(2, Some(1), false)]);
        assert_eq!(segments(&captured, "connection::connect"), [(3, None, false)]);
        assert_eq!(segments(&captured, "retry::connect"), [(1, Some(1), false), (1, Some(0), true)]);
    }
}

struct Owned {
    monitor: Monitor,
}

#[plugin(name = "owned", monitor = self.monitor, fields(size = size))]
impl Owned {
    fn run(&self, size: u32) {
        Cache.by_hand();
        let _ = size;
    }
}

#[test]
fn the_options_of_a_block_are_a_plugins_too() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    let nobody = Capture::run(|| Owned { monitor: monitor.clone() }.run(5));
    assert!(nobody.spans().is_empty());
    monitor.flush(Duration::from_secs(60)).unwrap();
    let span = memory.spans().into_iter().find(|span| span.name == "owned::run").unwrap();
    assert_eq!(span.field("size"), Some(&FieldValue::Unsigned(5)));
    assert_eq!(span.field("plugin.next.calls"), Some(&FieldValue::Unsigned(1)));
}

struct Outer;
struct End;

#[plugin(name = "outer")]
impl Outer {
    fn execute(&self) {
        End.execute();
    }

    fn connect(&self) {
        plugin::reach_end();
    }
}

#[plugin(name = "end", terminal)]
impl End {
    fn execute(&self) {
        Outer.connect();
    }
}

#[test]
fn what_the_end_of_a_chain_calls_is_a_chain_of_its_own() {
    let captured = Capture::run(|| Outer.execute());
    assert_eq!(segments(&captured, "outer::execute"), [(1, Some(1), false)]);
    assert_eq!(segments(&captured, "end::execute"), [(2, None, false)]);
    assert_eq!(segments(&captured, "outer::connect"), [(1, Some(1), false)]);
}

struct Statement;

impl Statement {
    #[plugin_metric(counter = "plugins.statements.{name}", labels(max = 8), on = ok)]
    #[monitored(command(system = "postgresql", name = name))]
    fn run(&self, name: &str) -> Result<u32, &'static str> {
        if name.is_empty() { Err("nothing to run") } else { Ok(1) }
    }
}

struct Retried;

#[plugin(name = "retried")]
impl Retried {
    fn execute(&self, name: &str) -> Result<u32, &'static str> {
        Statement.run("").or_else(|_| Statement.run(name))
    }
}

#[test]
fn a_command_is_the_end_of_a_chain() {
    let captured = Capture::run(|| assert_eq!(Retried.execute("find"), Ok(1)));
    assert_eq!(segments(&captured, "retried::execute"), [(1, Some(2), false)]);
    assert_eq!(captured.point("plugins.statements", &[("name", "find")]), &MetricData::Counter(1));
}

#[test]
fn f67_the_labels_of_a_sensitive_commands_metrics_are_taken_away_too() {
    let captured = Capture::run(|| assert_eq!(Statement.run("saslStart"), Ok(1)));
    assert_eq!(captured.point("plugins.statements", &[]), &MetricData::Counter(1));
}
