//! Layers: what lies between the runtime and a recorder.

use std::time::Duration;

use monitor_core::Delivery;
use monitor_core::EventBatch;
use monitor_core::FieldValue;
use monitor_core::ManualClock;
use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Settings;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::SpanKind;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::HeartbeatInfo;
use monitor_core::event::HeartbeatStarted;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::layers::FanOut;
use monitor_core::layers::Keep;
use monitor_core::layers::Labels;
use monitor_core::layers::Only;
use monitor_core::layers::RateLimit;
use monitor_core::layers::RecorderExt;
use monitor_core::layers::Redact;
use monitor_core::layers::Rename;
use monitor_core::layers::Sampling;
use monitor_core::layers::TailSampling;
use monitor_core::layers::View;
use monitor_core::monitored;
use monitor_core::recorders::Builtin;
use monitor_core::recorders::Memory;
use monitor_core::recorders::Null;

const PATIENCE: Duration = Duration::from_secs(60);

static SOLD: Counter = Counter::new("shop.sold").labels(&["user", "tier"], 100);
static LEVEL: Gauge = Gauge::new("shop.level");
static SIZE: Histogram = Histogram::new("shop.size").unit("By");

mod database {
    use super::monitored;

    #[monitored(kind = client, fields(password = "hunter2", query.token = 7, rows = 3))]
    pub(super) fn query() {}
}

#[monitored]
fn render() {
    database::query();
}

fn work() {
    render();
    SOLD.add_with(2, &["alice", "gold"]);
    SOLD.add_with(3, &["bob", "gold"]);
    SOLD.add_with(5, &["carol", "iron"]);
    LEVEL.set(7.0);
    [10.0, 200.0, 3_000.0].into_iter().for_each(|size| SIZE.record(size));
    let info = HeartbeatInfo::new(Address::tcp("db", 5432));
    emit(|| HeartbeatStarted::new(&info));
}

/// What arrives in a memory below a recorder made of it.
fn shipped<R: Recorder + 'static>(layered: impl FnOnce(Memory) -> R) -> Memory {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(layered(memory.clone())).build();
    monitor.scope(work);
    monitor.flush(PATIENCE).unwrap();
    memory
}

fn names(memory: &Memory) -> Vec<String> {
    memory.spans().iter().map(|span| span.display_name.to_string()).collect()
}

/// The sums of a counter, with the labels as text.
fn sold(memory: &Memory) -> Vec<(String, u64)> {
    let snapshot = memory.metrics().unwrap();
    let points = snapshot.metric("shop.sold").unwrap().points.iter().map(|point| {
        let labels: Vec<_> = point.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let MetricData::Counter(sum) = point.data else { panic!("{point:?} is no counter") };
        (labels.join(","), sum)
    });
    points.collect()
}

#[test]
fn names_modules_and_kinds_decide_what_is_kept() {
    let check = |keep: Keep, expected: &[&str]| {
        assert_eq!(names(&shipped(|memory| memory.layer(keep.clone()))), expected, "{keep:?}");
    };
    check(Keep::all(), &["query", "render"]);
    check(Keep::only("qu*"), &["query"]);
    check(Keep::only("qu*").inverted(), &["render"]);
    check(Keep::all().without("qu*"), &["render"]);
    check(Keep::all().module("layers::database"), &["query"]);
    check(Keep::all().module("layers"), &["query", "render"]);
    check(Keep::all().module("layer"), &[]);
    check(Keep::all().kind(SpanKind::Client), &["query"]);
}

#[test]
fn names_of_metrics_and_events_decide_as_well() {
    let memory = shipped(|memory| memory.layer(Keep::all().without("shop.s*").without("*heartbeat*")));
    let snapshot = memory.metrics().unwrap();
    assert!(snapshot.metric("shop.sold").is_none() && snapshot.metric("shop.level").is_some());
    assert_eq!(memory.events().len(), 0);
    assert_eq!(shipped(|memory| memory.layer(Keep::all())).events().len(), 1);
}

#[test]
fn series_that_become_the_same_are_added_up() {
    let memory = shipped(|memory| memory.layer(Labels::new().without("user")));
    assert_eq!(sold(&memory), [("tier=gold".to_owned(), 5), ("tier=iron".to_owned(), 5)]);
    let memory = shipped(|memory| memory.layer(Labels::new().only("none")));
    assert_eq!(sold(&memory), [(String::new(), 10)]);
}

#[test]
fn labels_are_added_and_renamed_without_a_second_one_of_a_name() {
    let labels = Labels::new().without("user").renamed("tier", "plan").with("env", "prod").with("plan", "x");
    let memory = shipped(|memory| memory.layer(labels));
    assert_eq!(sold(&memory), [("plan=gold,env=prod".to_owned(), 5), ("plan=iron,env=prod".to_owned(), 5)]);
}

#[test]
fn spans_and_metrics_get_other_names() {
    let rename = Rename::new().from("query", "SELECT").from("shop.level", "level").prefix("x.");
    let memory = shipped(|memory| memory.layer(rename));
    assert_eq!(names(&memory), ["SELECT", "render"]);
    let snapshot = memory.metrics().unwrap();
    assert!(snapshot.metric("x.level").is_some() && snapshot.metric("x.shop.sold").is_some());
    assert!(snapshot.metric("shop.sold").is_none());
}

#[test]
fn f67_redacted_fields_and_labels_say_that_they_are() {
    let redact = Redact::new("password").and("*.token").and("user");
    let memory = shipped(|memory| memory.layer(redact));
    let spans = memory.spans();
    let hidden = FieldValue::Text("[redacted]".into());
    assert_eq!(spans[0].field("password"), Some(&hidden));
    assert_eq!(spans[0].field("query.token"), Some(&hidden));
    assert_eq!(spans[0].field("rows"), Some(&FieldValue::Signed(3)));
    assert_eq!(sold(&memory)[0], ("user=[redacted],tier=gold".to_owned(), 5));
}

#[test]
fn whole_traces_are_sampled_and_say_for_how_many_they_stand() {
    let (all, half) = (Memory::default(), Memory::default());
    struct States(Memory, Vec<String>);
    impl Recorder for States {
        fn name(&self) -> &str {
            "states"
        }

        fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
            self.1.extend(batch.iter().map(|span| span.trace_state().unwrap_or_default().into_owned()));
            assert!(self.1.iter().all(|state| state == "ot=th:8"), "{:?}", self.1);
            Recorder::spans(&mut self.0, batch)
        }
    }
    let sampled = States(half.clone(), Vec::new()).layer(Sampling::of(0.5));
    let monitor = Monitor::builder().recorder(all.clone()).recorder(sampled).build();
    monitor.scope(|| (0..2_000).for_each(|_| render()));
    monitor.flush(PATIENCE).unwrap();
    let (all, half) = (all.spans(), half.spans());
    // The chance to be further off is less than one in a million million.
    assert!((840..1_160).contains(&(half.len() / 2)), "{} of {}", half.len(), all.len());
    let kept = |trace| half.iter().filter(|span| span.trace_id == trace).count();
    assert!(all.iter().all(|span| [0, 2].contains(&kept(span.trace_id))));
    assert!(
        monitor
            .accounts()
            .iter()
            .filter(|account| account.signal == "spans")
            .all(|account| account.exported == 4_000)
    );
}

/// What a tail keeps of traces with one child each: an ordinary one, one whose child failed, a slow one.
fn tail(tail: TailSampling) -> Vec<String> {
    let (memory, clock) = (Memory::default(), ManualClock::default());
    let monitor = Monitor::builder().recorder(memory.clone().layer(tail)).clock(clock.clone()).build();
    monitor.scope(|| {
        for (name, outcome, took) in
            [("ordinary", Outcome::Ok, 1), ("broken", Outcome::Error, 1), ("slow", Outcome::Ok, 1_000)]
        {
            let root = Span::start(name);
            let child = Span::start("child");
            clock.advance(Duration::from_millis(took));
            child.end(outcome);
            drop(root);
        }
    });
    monitor.flush(PATIENCE).unwrap();
    names(&memory).into_iter().filter(|name| name != "child").collect()
}

#[test]
fn slow_and_failed_traces_are_kept_whole_and_others_by_chance() {
    assert_eq!(tail(TailSampling::new()), [] as [&str; 0]);
    assert_eq!(tail(TailSampling::new().failed()), ["broken"]);
    assert_eq!(tail(TailSampling::new().slower_than(Duration::from_millis(500))), ["slow"]);
    let both = TailSampling::new().failed().slower_than(Duration::from_millis(500));
    assert_eq!(tail(both), ["broken", "slow"]);
    assert_eq!(tail(TailSampling::new().one_in(1)), ["ordinary", "broken", "slow"]);
}

#[test]
fn a_trace_without_its_root_is_decided_about_when_it_is_flushed_or_too_much_waits() {
    for (most, flushed) in [(65_536, true), (10, false)] {
        let memory = Memory::default();
        let tail = TailSampling::new().failed().at_most(most);
        let monitor = Monitor::builder().recorder(memory.clone().layer(tail)).build();
        monitor.scope(|| {
            let _root = Span::start("root");
            for _ in 0..50 {
                Span::start("child").end(Outcome::Error);
            }
            monitor.flush(PATIENCE).unwrap();
            assert_eq!(memory.spans().len(), 50, "{flushed}");
        });
        // The decision holds for what comes late.
        monitor.flush(PATIENCE).unwrap();
        assert_eq!(memory.spans().len(), 51);
    }
}

#[test]
fn no_more_than_so_many_a_second_get_through() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone().layer(RateLimit::per_second(10))).build();
    monitor.scope(|| (0..10_000).for_each(|_| drop(Span::start("many"))));
    monitor.flush(PATIENCE).unwrap();
    // As many as were saved, and those of the time that this takes.
    assert!((10..1_000).contains(&memory.spans().len()), "{}", memory.spans().len());
}

#[test]
fn a_view_has_other_buckets_fewer_labels_or_counts() {
    let memory = shipped(|memory| memory.layer(View::of("shop.size").buckets([100.0, 1_000.0])));
    let snapshot = memory.metrics().unwrap();
    let MetricData::Histogram(sizes) = &snapshot.metric("shop.size").unwrap().points[0].data else {
        panic!()
    };
    assert_eq!(sizes.as_explicit(), Some((&[100.0, 1_000.0][..], &[1, 1, 1][..])));
    assert_eq!((sizes.sum(), sizes.max()), (3_210.0, Some(3_000.0)));

    let memory = shipped(|memory| memory.layer(View::of("shop.*").count().labels(["tier"])));
    let snapshot = memory.metrics().unwrap();
    assert_eq!(snapshot.metric("shop.size").unwrap().points[0].data, MetricData::Counter(3));
    assert_eq!(sold(&memory).len(), 2);

    let memory = shipped(|memory| memory.layer(View::of("shop.*").dropped()));
    assert!(memory.metrics().unwrap().metrics().iter().all(|metric| !metric.name.starts_with("shop.")));
}

#[test]
fn what_is_not_let_through_is_not_taken() {
    assert_eq!(Null::default().layer(Only::new(Signals::EVENTS)).signals(), Signals::EVENTS);
    let fed = Null::default().fed(Delivery::default()).layer(Keep::all());
    assert_eq!(fed.delivery(), Delivery::default());
}

/// Fails the first time, so that it is tried again.
struct Flaky {
    inner: Memory,
    failed: bool,
}

impl Recorder for Flaky {
    fn name(&self) -> &str {
        "flaky"
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        if !std::mem::replace(&mut self.failed, true) {
            return Err(RecorderError::retryable("not yet"));
        }
        Recorder::spans(&mut self.inner, batch)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        Recorder::events(&mut self.inner, batch)
    }
}

#[test]
fn a_batch_that_is_tried_again_goes_through_its_layers_once() {
    let memory = Memory::default();
    let tail = TailSampling::new().one_in(1);
    let recorder = Flaky { inner: memory.clone(), failed: false }.layer(tail).layer(RateLimit::per_second(2));
    let builder = Monitor::builder().recorder(recorder).rest(Duration::from_millis(1)).notices(|_| ());
    let monitor = builder.build();
    monitor.scope(render);
    monitor.flush(PATIENCE).unwrap();
    assert_eq!(names(&memory), ["query", "render"]);
}

#[test]
fn who_has_taken_a_batch_does_not_get_it_again_for_the_sake_of_another() {
    let (one, other) = (Memory::default(), Memory::default());
    let both = FanOut::new("both").and(one.clone()).and(Flaky { inner: other.clone(), failed: false });
    let builder = Monitor::builder().recorder(both).rest(Duration::from_millis(1)).notices(|_| ());
    let monitor = builder.build();
    for _ in 0..2 {
        monitor.scope(render);
        monitor.flush(PATIENCE).unwrap();
    }
    for memory in [one, other] {
        assert_eq!(names(&memory), ["query", "render", "query", "render"]);
    }
}

#[test]
fn configuration_puts_layers_on_any_recorder() {
    let open = |settings: Settings| Builtin::named("null").unwrap().open(settings);
    let settings = || Settings::new("null");
    for (key, value) in [
        ("signals", "spans,events"),
        ("keep", "db.*,http.*"),
        ("drop", "debug.*"),
        ("modules", "shop::db"),
        ("kinds", "client,server"),
        ("sample", "0.1"),
        ("tail_slow", "500ms"),
        ("tail_failed", "true"),
        ("tail_one_in", "100"),
        ("rate_limit", "1000"),
        ("redact", "password,*.token"),
        ("rename", "a=b"),
        ("name_prefix", "shop."),
        ("labels_keep", "tier"),
        ("labels_drop", "user"),
        ("labels_add", "env=prod"),
        ("labels_rename", "a=b"),
        ("buckets", "http.*=0.1 0.5 1, shop.*=1"),
        ("queue", "10"),
        ("batch", "10"),
        ("delay", "1s"),
        ("retry_for", "1m"),
        ("when_full", "drop_oldest"),
        ("events_queue", "10"),
        ("events_batch", "10"),
        ("events_delay", "1s"),
        ("events_retry_for", "1m"),
        ("events_when_full", "drop_oldest"),
    ] {
        assert!(open(settings().with(key, value)).is_ok(), "{key}");
    }
    for (key, value, expected) in [
        ("sample", "1.5", "null.sample: `1.5` is not a share from 0 to 1, such as `0.1`"),
        (
            "kinds",
            "clint",
            "null.kinds: `clint` is not `client`, `consumer`, `internal`, `producer` or `server`",
        ),
        (
            "buckets",
            "a=2 1",
            "null.buckets: `a=2 1` is not `name=bounds` with growing bounds joined by spaces, such as `http.*=0.1 0.5 1`",
        ),
        (
            "tail_quiet",
            "5s",
            "null.tail_quiet: means nothing without one of `tail_slow`, `tail_failed` and `tail_one_in`",
        ),
        ("when_full", "explode", "null.when_full: `explode` is not `drop_newest` or `drop_oldest`"),
    ] {
        assert_eq!(
            open(settings().with(key, value)).err().map(|error| error.to_string()).as_deref(),
            Some(expected)
        );
    }
    let tail = settings().with("tail_failed", "true").with("tail_quiet", "5s").with("tail_at_most", "100");
    assert!(open(tail).is_ok());
    let said = settings().with("queue", "10").with("events_batch", "7").with("signals", "metrics");
    let (recorder, fed) = (open(said).unwrap(), Null::default().delivery().queue(10));
    assert_eq!((recorder.delivery(), recorder.signals()), (fed.clone(), Signals::METRICS));
    assert_eq!(recorder.event_delivery(), fed.batch(7));
}
