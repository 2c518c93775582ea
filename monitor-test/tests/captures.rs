//! What the options put in a span, and in the labels of its metrics.

use std::time::Duration;

use monitor_core::Label;
use monitor_core::Labels;
use monitor_core::ManualClock;
use monitor_core::Metadata;
use monitor_core::Monitor;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::field;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::memory::FinishedSpan;

#[derive(Clone, Copy, Labels)]
enum Operation {
    ReadOnly,
    #[label(rename = "w")]
    Write,
}

#[derive(Clone, Copy, Labels)]
enum Step {
    Start,
    Run(Operation),
    HTTPCall,
}

#[derive(Clone, Copy, Labels)]
struct Where {
    step: Step,
    #[label(rename = "main")]
    primary: bool,
}

/// What is recorded of the one call that this makes.
struct Recorded {
    span: FinishedSpan,
    labels: Vec<(String, String)>,
}

fn one(run: impl FnOnce()) -> Recorded {
    one_in(Monitor::builder(), run)
}

fn one_in(builder: monitor_core::MonitorBuilder, run: impl FnOnce()) -> Recorded {
    let memory = Memory::default();
    let monitor = builder.recorder(memory.clone()).build();
    monitor.scope(run);
    monitor.flush(Duration::from_secs(60)).unwrap();
    let mut spans = memory.take_spans();
    assert_eq!(spans.len(), 1);
    let snapshot = monitor.snapshot();
    let series = snapshot.functions().first().map(|function| &function.series()[0]);
    let labels = series.map_or(&[][..], |series| series.labels());
    Recorded {
        span: spans.remove(0),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), value.to_string())).collect(),
    }
}

fn metadata(run: impl FnOnce()) -> &'static Metadata {
    one(run).span.metadata
}

fn fields(recorded: &Recorded) -> Vec<(&str, String)> {
    recorded.span.fields.iter().map(|(key, value)| (key.as_str(), value.to_string())).collect()
}

fn pairs<const N: usize>(labels: [(&str, &str); N]) -> Vec<(String, String)> {
    labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

struct Pool {
    monitor: Monitor,
    parent: SpanContext,
}

/// Takes a connection,
/// or waits for one.
///
/// More that nobody needs.
#[monitored(
    kind = client,
    args(id, %text),
    fields(twice = id * 2, debugged = ?text, rows, db.name, "http.status" = 200),
    labels(op = op, large = id > 9),
    buckets(0.005, 1),
    slow = "1.5s",
    ret,
    err
)]
fn everything(id: u32, text: &str, op: Operation) -> Result<u32, String> {
    let _ = op;
    field!(rows = id + 1);
    field!(db.name = %text);
    if id == 0 { Err("zero".to_owned()) } else { Ok(id) }
}

#[monitored(labels(tenant = tenant, size = tenant.len(), max = 16), args(tenant))]
fn bounded(tenant: &str) {
    let _ = tenant;
}

impl Pool {
    #[monitored(monitor = self.monitor, parent = self.parent, links = [self.parent, SpanContext::new(TraceId::new(8), SpanId::new(80))])]
    fn take(&self) {}
}

/// A call that fails keeps its fields however quick it was; one that goes well keeps them only if it was slow.
#[test]
fn an_option_is_in_the_record() {
    let call = one(|| drop(everything(0, "a", Operation::Write)));
    let expected = [
        ("twice", "0"),
        ("debugged", "\"a\""),
        ("http.status", "200"),
        ("id", "0"),
        ("text", "a"),
        ("return", "Err(\"zero\")"),
        ("error.message", "zero"),
        ("rows", "1"),
        ("db.name", "a"),
    ];
    let (mut told, mut expected) =
        (fields(&call), expected.map(|(key, value)| (key, value.to_owned())).to_vec());
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(call.labels, pairs([("op", "w"), ("large", "false")]));
}

#[test]
fn a_quick_call_that_goes_well_keeps_no_fields_where_only_slow_ones_are_asked_for() {
    assert_eq!(fields(&one(|| drop(everything(10, "a", Operation::ReadOnly)))), []);
}

#[test]
fn a_slow_call_keeps_its_fields() {
    #[monitored(slow = "1.5s", fields(patience = 7))]
    fn wait(clock: &ManualClock, time: Duration) {
        clock.advance(time);
    }
    for (time, expected) in [(1_499, vec![]), (1_500, vec![("patience", "7".to_owned())])] {
        let clock = ManualClock::default();
        let builder = Monitor::builder().clock(clock.clone());
        let call = one_in(builder, || wait(&clock, Duration::from_millis(time)));
        assert_eq!(fields(&call), expected);
        assert_eq!(call.span.duration, Duration::from_millis(time));
    }
}

#[test]
fn metadata_is_known_without_a_call() {
    let site = metadata(|| drop(everything(10, "a", Operation::ReadOnly)));
    assert_eq!((site.name, site.module), ("everything", module_path!()));
    assert_eq!(site.file, file!());
    assert_eq!(site.description, "Takes a connection, or waits for one.");
    assert_eq!((site.kind, site.signals), (monitor_core::SpanKind::Client, monitor_core::Signals::CALLS));
    assert_eq!(site.fields, ["twice", "debugged", "rows", "db.name", "http.status", "id", "text"]);
    assert_eq!((site.labels, site.max), (&["op", "large"][..], 0));
    assert_eq!((site.buckets, site.slow), (&[0.005, 1.0][..], 1_500_000_000));
    assert!(site.line > 90 && site.line < 130, "{}", site.line);
}

#[test]
fn labels_with_a_bound_are_any_text() {
    let call = one(|| bounded("abc"));
    assert_eq!(call.span.metadata.max, 16);
    assert_eq!(call.labels, pairs([("tenant", "abc"), ("size", "3")]));
}

#[test]
fn an_instance_has_a_monitor_of_its_own() {
    let (own, others) = (Memory::default(), Memory::default());
    let parent = SpanContext::new(TraceId::new(7), SpanId::new(70));
    let pool = Pool { monitor: Monitor::builder().recorder(own.clone()).build(), parent };
    let other = Monitor::builder().recorder(others.clone()).build();
    other.scope(|| pool.take());
    for monitor in [&pool.monitor, &other] {
        monitor.flush(Duration::from_secs(60)).unwrap();
    }
    assert_eq!(others.spans().len(), 0);
    let [span] = <[FinishedSpan; 1]>::try_from(own.spans()).unwrap();
    assert_eq!((span.trace_id, span.parent), (parent.trace_id(), Some(parent.span_id())));
    assert_eq!(span.links, [parent, SpanContext::new(TraceId::new(8), SpanId::new(80))]);
}

#[test]
fn derived_labels_have_a_known_number_of_values() {
    assert_eq!((Operation::COUNT, Step::COUNT, Where::COUNT), (2, 4, 8));
    let texts: Vec<&str> = (0..Where::COUNT).map(Where::value).collect();
    assert_eq!(
        texts,
        [
            "start,false",
            "start,true",
            "run.read_only,false",
            "run.read_only,true",
            "run.w,false",
            "run.w,true",
            "http_call,false",
            "http_call,true",
        ]
    );
    assert_eq!(Where::KEYS, ["step", "main"]);
    let all = [Step::Start, Step::Run(Operation::ReadOnly), Step::Run(Operation::Write), Step::HTTPCall];
    for (index, step) in all.into_iter().enumerate() {
        assert_eq!(step.index(), index);
        assert_eq!(Where { step, primary: true }.index(), 2 * index + 1);
    }
    assert_eq!(Where::value(99), "");
}
