//! What the options put in a record. (On the stub: fields, labels, metadata.)

use monitor_core::__private::Label;
use monitor_core::Labels;
use monitor_core::Monitor;
use monitor_core::Record;
use monitor_core::SpanContext;

use monitor_core::field;
use monitor_core::monitored;

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

fn one(run: impl FnOnce()) -> Record {
    monitor_core::__stub_take();
    run();
    let mut all = monitor_core::__stub_take();
    assert_eq!(all.len(), 1);
    all.remove(0)
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
    signals(spans),
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
    #[monitored(monitor = self.monitor, parent = self.parent, links = [self.parent, SpanContext(8)])]
    fn take(&self) {}
}

#[test]
fn an_option_is_in_the_record() {
    let call = one(|| drop(everything(10, "a", Operation::ReadOnly)));
    let fields = [
        ("twice", "20"),
        ("debugged", "\"a\""),
        ("http.status", "200"),
        ("id", "10"),
        ("text", "a"),
        ("ret", "Ok(10)"),
        ("rows", "11"),
        ("db.name", "a"),
    ];
    assert_eq!(call.fields, fields.map(|(key, value)| (key, value.to_owned())));
    assert_eq!(call.labels, [("op", "read_only".to_owned()), ("large", "true".to_owned())]);
    let call = one(|| drop(everything(0, "a", Operation::Write)));
    assert!(call.fields.contains(&("err", "zero".to_owned())));
    assert_eq!(call.labels[0], ("op", "w".to_owned()));
}

#[test]
fn metadata_is_known_without_a_call() {
    let site = one(|| drop(everything(10, "a", Operation::ReadOnly))).site;
    assert_eq!((site.name, site.module), ("everything", module_path!()));
    assert_eq!(site.file, file!());
    assert_eq!(site.description, "Takes a connection, or waits for one.");
    assert_eq!((site.kind, site.signals), (monitor_core::SpanKind::Client, monitor_core::Signals::SPANS));
    assert_eq!(site.fields, ["twice", "debugged", "rows", "db.name", "http.status", "id", "text"]);
    assert_eq!((site.labels, site.max), (&["op", "large"][..], 0));
    assert_eq!((site.buckets, site.slow), (&[0.005, 1.0][..], 1_500_000_000));
    assert!(site.line > 60 && site.line < 80, "{}", site.line);
}

#[test]
fn labels_with_a_bound_are_any_text() {
    let call = one(|| bounded("abc"));
    assert_eq!(call.site.max, 16);
    assert_eq!(call.labels, [("tenant", "abc".to_owned()), ("size", "3".to_owned())]);
}

#[test]
fn an_instance_has_a_monitor_of_its_own() {
    let pool = Pool { monitor: Monitor("own"), parent: SpanContext(7) };
    let call = one(|| pool.take());
    assert_eq!((call.monitor, call.parent, call.links), (Some("own"), Some(7), vec![7, 8]));
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
