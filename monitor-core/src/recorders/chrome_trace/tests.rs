use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::proptest;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::Context;
use crate::ManualClock;
use crate::Monitor;
use crate::dispatch::emit;
use crate::event::Address;
use crate::event::CheckOutFailedReason;
use crate::event::ConnectionCheckOutFailed;
use crate::model::Outcome;
use crate::model::Resource;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::probe::Span;
use crate::probe::instrument::Gauge;
use crate::recorder::Settings;
use crate::recorders::Builtin;
use crate::recorders::ChromeTrace;
use crate::recorders::chrome_trace::layout::Bar;
use crate::recorders::chrome_trace::layout::LANES;
use crate::recorders::chrome_trace::layout::Lanes;

const PATIENCE: Duration = Duration::from_secs(60);

static HEAT: Gauge = Gauge::new("heat").labels(&["room"], 10);

struct Drawn {
    records: Vec<Json>,
}

impl Drawn {
    /// What `work` draws.
    fn of(clock: &ManualClock, work: impl FnOnce(&Monitor)) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("trace.json");
        let resource = Resource::default().with("service.name", "shop");
        let recorder = ChromeTrace::default().path(&path);
        let monitor = Monitor::builder().clock(clock.clone()).resource(resource).recorder(recorder).build();
        monitor.scope(|| work(&monitor));
        monitor.shutdown(PATIENCE).unwrap();
        for account in monitor.accounts() {
            assert_eq!(account.dropped(), 0, "{account:?}");
        }
        Self::read(&fs::read_to_string(&path).unwrap())
    }

    fn read(text: &str) -> Self {
        Self { records: serde_json::from_str(text).unwrap() }
    }

    fn with(&self, phase: &str) -> Vec<&Json> {
        self.records.iter().filter(|record| record["ph"] == phase).collect()
    }

    fn named(&self, name: &str) -> &Json {
        self.records.iter().find(|record| record["name"] == name).unwrap()
    }
}

#[test]
fn a_span_is_a_bar_below_its_parent_with_times_to_the_nanosecond() {
    let clock = ManualClock::default();
    let drawn = Drawn::of(&clock, |_| {
        clock.advance(Duration::from_nanos(1_500));
        let _outer = Span::start("outer");
        clock.advance(Duration::from_nanos(7));
        let mut inner = Span::start("inner");
        inner.set("rows", 3);
        clock.advance(Duration::from_nanos(2_000_001));
        inner.end(Outcome::Error);
    });
    let (outer, inner) = (drawn.named("outer"), drawn.named("inner"));
    let place = |bar: &Json| ["ts", "dur", "tid"].map(|key| bar[key].to_string());
    assert_eq!(place(outer), ["1.5", "2000.008", "1"]);
    assert_eq!(place(inner), ["1.507", "2000.001", "1"]);
    assert_eq!(inner["args"]["fields"]["rows"], 3);
    assert_eq!((&inner["args"]["outcome"], &inner["cname"]), (&Json::from("error"), &Json::from("terrible")));
    assert_eq!(inner["args"]["parent_id"], outer["args"]["span_id"]);
    assert_eq!(drawn.named("process_name")["args"]["name"], "shop");
    assert_eq!(drawn.named("thread_name")["args"]["name"], "lane 1");
    assert_eq!(drawn.named("process_labels")["args"]["labels"], "0 is 1970-01-01T00:00:00.000000000Z");
}

#[test]
fn what_overlaps_on_two_threads_lies_in_two_lanes() {
    let clock = ManualClock::default();
    let drawn = Drawn::of(&clock, |_| {
        let _outer = Span::start("outer");
        let context = Context::current();
        let _here = Span::start("here");
        clock.advance(Duration::from_millis(1));
        let moved = clock.clone();
        let there = move || {
            context.run(|| {
                let _there = Span::start("there");
                moved.advance(Duration::from_millis(1));
            });
        };
        thread::spawn(there).join().unwrap();
        clock.advance(Duration::from_millis(1));
    });
    let lanes = ["outer", "here", "there"].map(|name| drawn.named(name)["tid"].as_u64().unwrap());
    assert_eq!(lanes, [1, 1, 2]);
}

#[test]
fn an_event_is_a_mark_in_the_lane_of_its_span_and_one_without_a_span_elsewhere() {
    let clock = ManualClock::default();
    let fail = || {
        let waited = Duration::from_secs(2);
        emit(|| {
            ConnectionCheckOutFailed::new(Address::tcp("db", 5432), CheckOutFailedReason::Timeout, waited)
        });
    };
    let drawn = Drawn::of(&clock, |monitor| {
        let _around = Span::start("around");
        fail();
        // While the span is under way.
        monitor.flush(PATIENCE).unwrap();
    });
    // It was drawn as it is, since nobody knew the lane yet.
    assert_eq!(drawn.with("i")[0]["tid"], LANES + 1);
    let drawn = Drawn::of(&clock, |_| {
        fail();
        let _around = Span::start("around");
        clock.advance(Duration::from_millis(3));
        fail();
        clock.advance(Duration::from_millis(3));
    });
    let marks = drawn.with("i");
    let within = marks.iter().find(|mark| mark["tid"] == 1).unwrap();
    assert_eq!((marks.len(), &within["ts"]), (2, &Json::from(3_000.0)));
    assert_eq!(within["args"]["span_id"], drawn.named("around")["args"]["span_id"]);
    assert_eq!(within["args"]["fields"]["server.port"], 5432);
    assert_eq!(drawn.named("thread_name")["args"]["name"], "lane 1");
}

#[test]
fn a_link_is_an_arrow_from_what_was_before() {
    let clock = ManualClock::default();
    let drawn = Drawn::of(&clock, |_| {
        let first = Span::start("first");
        let context = first.context();
        clock.advance(Duration::from_millis(1));
        drop(first);
        let mut second = Span::start("second");
        second.link(context.unwrap());
        clock.advance(Duration::from_millis(1));
    });
    let (from, to) = (drawn.with("s")[0], drawn.with("f")[0]);
    assert_eq!((&from["ts"], &to["ts"]), (&drawn.named("first")["ts"], &drawn.named("second")["ts"]));
    assert_eq!((&from["id"], &to["bp"]), (&to["id"], &Json::from("e")));
}

#[test]
fn a_gauge_is_a_curve_that_is_drawn_when_it_changes() {
    let clock = ManualClock::default();
    let drawn = Drawn::of(&clock, |monitor| {
        for heat in [20.5, 20.5, f64::NAN, 21.0] {
            HEAT.set_with(heat, &["kitchen"]);
            clock.advance(Duration::from_secs(1));
            monitor.flush(PATIENCE).unwrap();
        }
        let _called = Span::start("called");
        clock.advance(Duration::from_secs(1));
        monitor.flush(PATIENCE).unwrap();
    });
    let curve = |name: &str| {
        let points = drawn.with("C").into_iter().filter(|point| point["name"] == name);
        points.map(|point| format!("{} {}", point["ts"], point["args"])).collect::<Vec<_>>()
    };
    assert_eq!(curve("heat"), ["1000000.0 {\"room=kitchen\":20.5}", "4000000.0 {\"room=kitchen\":21.0}"]);
    let called = "{\"function=called module=\":";
    assert_eq!(
        curve("function.calls.concurrent"),
        [format!("5000000.0 {called}1.0}}"), format!("5000000.0 {called}0.0}}")]
    );
}

/// The bars of one trace in whatever order, with parents anywhere.
fn bars() -> impl Strategy<Value = Vec<Bar>> {
    let bar = (any::<u8>(), 0_u64..60, 0_u64..30);
    proptest::collection::vec(bar, 0..40).prop_map(|bars| {
        let number = bars.len() as u8;
        let id = |number: u8| SpanId::new(u64::from(number) + 1);
        let bar = |(own, (parent, start, length)): (usize, (u8, u64, u64))| Bar {
            id: id(own as u8),
            parent: (parent % 3 != 0).then(|| id(parent % (number + 1))),
            start,
            end: start + length,
        };
        bars.into_iter().enumerate().map(bar).collect()
    })
}

proptest! {
    #[test]
    fn in_a_lane_bars_follow_each_other_or_lie_within_their_own_parent(traces in proptest::collection::vec(bars(), 1..6)) {
        let mut lanes = Lanes::default();
        let mut drawn: HashMap<usize, Vec<(usize, Bar)>> = HashMap::new();
        for (trace, bars) in traces.iter().enumerate() {
            let placed = lanes.place(bars);
            let mut positions: Vec<_> = placed.iter().map(|(position, _)| *position).collect();
            assert!(placed.is_sorted_by_key(|(position, _)| bars[*position].start));
            positions.sort_unstable();
            assert!(positions.into_iter().eq(0..bars.len()), "each is placed once");
            for (position, lane) in placed {
                drawn.entry(lane.unwrap()).or_default().push((trace, bars[position]));
            }
        }
        assert!(drawn.keys().all(|lane| *lane < lanes.len()));
        for bars in drawn.values() {
            for (place, (trace, bar)) in bars.iter().enumerate() {
                for (other_trace, other) in &bars[..place] {
                    let apart = other.end <= bar.start || bar.end <= other.start;
                    let within = trace == other_trace && other.start <= bar.start && bar.end <= other.end;
                    assert!(apart || within, "{other:?} and {bar:?} overlap");
                }
                // The innermost of those around it is its parent.
                let around = |(_, other): &&(usize, Bar)| other.start <= bar.start && bar.start < other.end;
                let innermost = bars[..place].iter().rfind(around).map(|(_, other)| other.id);
                assert!(innermost.is_none() || innermost == bar.parent, "{bar:?} within {innermost:?}");
            }
        }
    }
}

#[test]
fn lanes_are_used_again_and_their_number_is_bounded() {
    let bar = |number: u64, start, end| Bar { id: SpanId::new(number + 1), parent: None, start, end };
    let mut lanes = Lanes::default();
    for number in 0..10_000 {
        lanes.place(&[bar(number, number * 10, number * 10 + 10)]);
    }
    assert_eq!(lanes.len(), 1);
    let all_at_once: Vec<_> = (0..1_500).map(|number| bar(number, 1_000_000, 2_000_000)).collect();
    let placed = lanes.place(&all_at_once);
    assert_eq!(placed.iter().filter(|(_, lane)| lane.is_some()).count(), LANES);
    assert_eq!(lanes.len(), LANES);
}

#[test]
fn spans_for_which_there_is_no_lane_are_counted_also_where_they_are_drawn_by_a_flush() {
    let (_folder, path, monitor) = drawing(|trace| trace);
    let elsewhere = SpanContext::new(TraceId::new(1), SpanId::new(1));
    // They overlap, and wait for a root that never comes.
    monitor
        .scope(|| drop((0..LANES + 100).map(|_| Span::start_in("at once", elsewhere)).collect::<Vec<_>>()));
    monitor.flush(PATIENCE).unwrap();
    monitor.scope(|| (0..200).for_each(|_| drop(Span::start("after"))));
    monitor.shutdown(PATIENCE).unwrap();
    let drawn = Drawn::read(&fs::read_to_string(path).unwrap());
    let account = monitor.accounts().into_iter().find(|account| account.signal == "spans").unwrap();
    let missing = (LANES + 300 - drawn.with("X").len()) as u64;
    assert_eq!((account.dropped(), account.queued), (missing, 0), "{account:?}");
    assert!(missing >= 100, "{missing}");
}

#[test]
fn f65_no_name_or_value_breaks_the_file() {
    let clock = ManualClock::default();
    let odd = "\"],}\u{0}\n\u{1b}[31m</script>\u{2028}\\";
    let drawn = Drawn::of(&clock, |_| {
        let mut span = Span::start(odd);
        span.set(odd, odd);
        span.set(odd, 1);
        span.set("none", f64::NAN);
    });
    let span = drawn.named(odd);
    assert_eq!(span["args"]["fields"].as_object().unwrap().len(), 2);
    assert_eq!(
        (&span["args"]["fields"][odd], &span["args"]["fields"]["none"]),
        (&Json::from(1), &Json::Null)
    );
}

/// A monitor that draws to a file in a folder.
fn drawing(recorder: impl FnOnce(ChromeTrace) -> ChromeTrace) -> (TempDir, PathBuf, Monitor) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trace.json");
    let monitor = Monitor::builder().recorder(recorder(ChromeTrace::default().path(&path))).build();
    (folder, path, monitor)
}

#[test]
fn f50_the_file_is_whole_after_each_flush_and_each_file_names_its_lanes() {
    let (_folder, path, monitor) = drawing(|trace| trace.max_size(3_000).max_files(100));
    for number in 0..40_u64 {
        monitor.scope(|| Span::start("called").set("number", number));
        monitor.flush(PATIENCE).unwrap();
        Drawn::read(&fs::read_to_string(&path).unwrap());
    }
    let files = (0..).map(|number| match number {
        0 => path.clone(),
        _ => PathBuf::from(format!("{}.{number}", path.display())),
    });
    let files: Vec<_> = files.take_while(|path| path.exists()).collect();
    assert!(files.len() > 3, "{files:?}");
    let mut numbers = Vec::new();
    for file in files {
        let drawn = Drawn::read(&fs::read_to_string(file).unwrap());
        assert_eq!(drawn.named("thread_name")["args"]["name"], "lane 1");
        numbers.extend(drawn.with("X").iter().map(|bar| bar["args"]["fields"]["number"].as_u64().unwrap()));
    }
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..40), "a span is missing, or there twice");
}

#[test]
fn each_run_begins_a_file_and_two_at_once_do_not_share_one() {
    let (folder, path, monitor) = drawing(|trace| trace);
    fs::write(&path, "[\n{\"left\":\"by a run that died\"},\n").unwrap();
    monitor.scope(|| drop(Span::start("first")));
    monitor.flush(PATIENCE).unwrap();
    let second = Monitor::builder().recorder(ChromeTrace::default().path(&path)).build();
    let begun = Instant::now();
    // Until it has been told that somebody else has the file.
    while second.accounts().iter().all(|account| account.last_error.is_none()) {
        assert!(begun.elapsed() < PATIENCE, "{:?}", second.accounts());
        let _ = second.flush(Duration::from_millis(10));
    }
    assert!(fs::read_to_string(&path).unwrap().contains("first"));
    monitor.shutdown(PATIENCE).unwrap();
    assert!(fs::read_to_string(folder.path().join("trace.json.1")).unwrap().contains("by a run that died"));
}

#[test]
fn each_setting_of_configuration_is_heeded() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trace.json");
    let builtin = Builtin::named("chrome_trace").unwrap();
    let settings = Settings::new("chrome_trace")
        .with("path", path.display().to_string())
        .with("max_size", "1")
        .with("max_files", "1")
        .with("signals", "spans");
    let monitor = Monitor::builder().boxed_recorder(builtin.open(settings).unwrap()).build();
    for _ in 0..3 {
        monitor.scope(|| drop(Span::start("called")));
        monitor.flush(PATIENCE).unwrap();
    }
    monitor.shutdown(PATIENCE).unwrap();
    let drawn = Drawn::read(&fs::read_to_string(&path).unwrap());
    assert!(drawn.with("C").is_empty() && drawn.with("X").len() == 1);
    assert!(folder.path().join("trace.json.1").exists() && !folder.path().join("trace.json.2").exists());
}
