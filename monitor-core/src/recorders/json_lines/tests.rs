use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;
use std::time::SystemTime;

use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::proptest;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::Visitor;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::ManualClock;
use crate::Monitor;
use crate::dispatch::emit;
use crate::dispatch::record_event;
use crate::event::Address;
use crate::event::CheckOutFailedReason;
use crate::event::ConnectionCheckOutFailed;
use crate::event::HeartbeatEvent;
use crate::event::HeartbeatInfo;
use crate::event::HeartbeatStarted;
use crate::export::json::rfc_3339;
use crate::model::Outcome;
use crate::model::Resource;
use crate::model::Signals;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::probe::Span;
use crate::probe::instrument::Counter;
use crate::probe::instrument::Histogram;
use crate::recorder::Settings;
use crate::recorders::Builtin;
use crate::recorders::JsonLines;
use crate::recorders::json_lines::Format;

const PATIENCE: Duration = Duration::from_secs(60);

static SOLD: Counter = Counter::new("lines.sold").unit("{thing}").labels(&["name", "shop"], 10);
static WAITED: Histogram = Histogram::new("waited").unit("s");

/// An object with its keys in their order, each as often as it is there.
#[derive(Debug)]
struct Entries(Vec<(String, Json)>);

impl Entries {
    fn get(&self, key: &str) -> Option<&Json> {
        let found: Vec<_> = self.0.iter().filter(|(known, _)| known == key).collect();
        assert!(found.len() < 2, "{key} is there twice");
        found.first().map(|(_, value)| value)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(key, _)| key.as_str()).collect()
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// What `work` makes the recorder write.
fn written(
    recorder: impl FnOnce(JsonLines) -> JsonLines,
    clock: &ManualClock,
    work: impl FnOnce(&Monitor),
) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("lines");
    let recorder = recorder(JsonLines::default().path(&path));
    let resource = Resource::default().with("service.name", "shop");
    let monitor = Monitor::builder().clock(clock.clone()).resource(resource).recorder(recorder).build();
    monitor.scope(|| work(&monitor));
    monitor.shutdown(PATIENCE).unwrap();
    for account in monitor.accounts() {
        assert_eq!(account.dropped(), 0, "{account:?}");
    }
    fs::read_to_string(&path).unwrap_or_default()
}

fn parsed(text: &str) -> Vec<Entries> {
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_span_is_one_line_with_its_keys_in_their_order_and_its_fields_behind_them() {
    let clock = ManualClock::default();
    clock.advance(Duration::from_nanos(1_700_000_000_123_456_789));
    let other = SpanContext::new(TraceId::new(7), SpanId::new(9));
    let text = written(
        |lines| lines.signals(Signals::SPANS),
        &clock,
        |_| {
            let mut span = Span::start_in("charge", other);
            span.set("order", 4_711_u64);
            span.link(other);
            clock.advance(Duration::from_millis(2));
            span.end(Outcome::Error);
        },
    );
    let ids = text.split("\"span_id\":\"").nth(1).unwrap().split('"').next().unwrap();
    let expected = format!(
        "{{\"time\":\"2023-11-14T22:13:20.123456789Z\",\"type\":\"span\",\"service\":\"shop\",\"name\":\"charge\",\
         \"outcome\":\"error\",\"duration\":0.002,\"self_duration\":0.002,\
         \"trace_id\":\"00000000000000000000000000000007\",\"span_id\":\"{ids}\",\"parent_id\":\"0000000000000009\",\
         \"kind\":\"internal\",\"module\":\"\",\"file\":\"\",\"line\":0,\
         \"links\":[\"00000000000000000000000000000007-0000000000000009\"],\"order\":4711}}\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn an_event_is_one_line_with_the_span_in_which_it_happened() {
    let clock = ManualClock::default();
    let text = written(
        |lines| lines.signals(Signals::SPANS | Signals::EVENTS),
        &clock,
        |_| {
            let _span = Span::start("around");
            let waited = Duration::from_secs(2);
            emit(|| {
                ConnectionCheckOutFailed::new(Address::tcp("db", 5432), CheckOutFailedReason::Timeout, waited)
            });
        },
    );
    let (events, spans): (Vec<_>, Vec<_>) =
        parsed(&text).into_iter().partition(|line| line.get("type").unwrap() == "event");
    let (line, span) = (&events[0], &spans[0]);
    let ours = ["time", "type", "service", "name", "severity", "family", "trace_id", "span_id"];
    assert_eq!(line.keys()[..8], ours);
    assert_eq!(line.get("name").unwrap(), "pool.connection_check_out_failed");
    assert_eq!(line.get("time").unwrap(), "1970-01-01T00:00:00.000000000Z");
    assert_eq!((line.get("trace_id"), line.get("span_id")), (span.get("trace_id"), span.get("span_id")));
    assert_eq!(line.keys()[8..], ["server.address", "server.port", "reason", "duration"]);
}

#[test]
fn a_series_is_one_line_and_a_label_that_is_called_like_a_key_gives_way() {
    let clock = ManualClock::default();
    let text = written(
        |lines| lines.signals(Signals::METRICS),
        &clock,
        |_| {
            SOLD.add_with(3, &["shoe", "north"]);
            [0.25, 0.5].into_iter().for_each(|seconds| WAITED.record(seconds));
            drop(Span::start("called"));
        },
    );
    let lines = parsed(&text);
    let of = |name: &str| lines.iter().find(|line| line.get("name").unwrap() == name).unwrap();
    let sold = of("lines.sold");
    assert_eq!(sold.keys(), ["time", "type", "service", "name", "kind", "unit", "value", "own.name", "shop"]);
    assert_eq!(
        (sold.get("value").unwrap(), sold.get("own.name").unwrap()),
        (&Json::from(3), &Json::from("shoe"))
    );
    let waited = of("waited");
    assert_eq!(
        (waited.get("count").unwrap(), waited.get("sum").unwrap()),
        (&Json::from(2), &Json::from(0.75))
    );
    assert_eq!(
        (waited.get("min").unwrap(), waited.get("p99").unwrap()),
        (&Json::from(0.25), &Json::from(0.5))
    );
    assert_eq!(waited.get("kind").unwrap(), "histogram");
    assert_eq!(of("function.calls").get("outcome").unwrap(), "ok");
    assert_eq!(of("function.calls.concurrent").get("kind").unwrap(), "up_down_counter");
}

#[test]
fn only_the_signals_asked_for_are_written() {
    let clock = ManualClock::default();
    let types = |signals: Signals| {
        let text = written(
            |lines| lines.signals(signals),
            &clock,
            |monitor| {
                drop(Span::start("called"));
                let info = HeartbeatInfo::new(Address::tcp("db", 5432));
                record_event(monitor.core(), &HeartbeatEvent::Started(HeartbeatStarted::new(&info)));
            },
        );
        let mut types: Vec<_> =
            parsed(&text).iter().map(|line| line.get("type").unwrap().as_str().unwrap().to_owned()).collect();
        types.sort();
        types.dedup();
        types
    };
    assert_eq!(types(Signals::SPANS), ["span"]);
    assert_eq!(types(Signals::METRICS | Signals::EVENTS), ["event", "metric"]);
    assert_eq!(types(Signals::ALL), ["event", "metric", "span"]);
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// Texts as nobody should write them, and names that are ours.
fn texts() -> impl Strategy<Value = String> {
    let ours = prop_oneof![
        Just("name"),
        Just("time"),
        Just("own.name"),
        Just("own.own.name"),
        Just("links"),
        Just("")
    ];
    let signs = "[\"\\\\{}\\[\\],:\\n\\r\\t\\x00\\x1b\\u{7f}\\u{9b}\\u{202e}\\u{2028}</!a🦀]{0,12}";
    prop_oneof![ours.prop_map(str::to_owned), any::<String>(), signs]
}

proptest! {
    #[test]
    fn f65_each_span_is_one_object_on_one_line_whatever_its_names_and_values(
        name in texts(),
        fields in proptest::collection::vec((texts(), texts(), any::<i32>().prop_map(f64::from)), 0..6),
    ) {
        let clock = ManualClock::default();
        let text = written(|lines| lines.signals(Signals::SPANS), &clock, |_| {
            let mut span = Span::start(leak(name.clone()));
            for (key, value, number) in &fields {
                span.set(key, value.as_str());
                span.set(&format!("n{key}"), *number);
            }
        });
        assert_eq!(text.lines().count(), 1);
        assert!(!text.trim_end_matches('\n').contains(crate::model::is_dangerous), "{text}");
        let line = parsed(&text).remove(0);
        assert_eq!(line.get("name").unwrap(), name.as_str());
        let mut expected: Vec<(String, Json)> = Vec::new();
        for (key, value, number) in &fields {
            for (key, value) in [(key.clone(), Json::from(value.as_str())), (format!("n{key}"), Json::from(*number))] {
                expected.retain(|(known, _)| *known != key);
                expected.push((key, value));
            }
        }
        for (key, value) in &expected {
            let ours = super::encode::SPAN.contains(&key.as_str()) || key.starts_with("own.");
            let shown = if ours { format!("own.{key}") } else { key.clone() };
            assert_eq!(line.get(&shown), Some(value), "{key:?} in {text}");
        }
        assert_eq!(line.0.len(), 13 + expected.len(), "{text}");
    }
}

#[test]
fn f65_numbers_that_are_none_are_null_and_large_ones_are_exact() {
    let clock = ManualClock::default();
    let text = written(
        |lines| lines.signals(Signals::SPANS),
        &clock,
        |_| {
            let mut span = Span::start("numbers");
            span.set("none", f64::NAN);
            span.set("endless", f64::NEG_INFINITY);
            span.set("large", u64::MAX);
            span.set("small", i64::MIN);
        },
    );
    let end =
        "\"none\":null,\"endless\":null,\"large\":18446744073709551615,\"small\":-9223372036854775808}\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn times_are_those_of_rfc_3339_however_far_away() {
    let at = |seconds: i64| {
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let epoch = SystemTime::UNIX_EPOCH;
        rfc_3339(if seconds < 0 { epoch - distance } else { epoch + distance })
    };
    // A leap day, and both ends.
    assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000000Z");
    assert_eq!(at(-1), "1970-01-01T00:00:00.000000000Z");
    assert_eq!(at(1_000_000_000_000), "9999-12-31T23:59:59.000000000Z");
}

#[test]
fn with_the_format_of_opentelemetry_a_line_is_a_batch_in_which_everything_is_there() {
    let clock = ManualClock::default();
    let odd = "</script>\u{9b}\u{202e}\n\"";
    let text = written(
        |lines| lines.format(Format::Otlp),
        &clock,
        |_| {
            let mut span = Span::start("charge");
            span.set("odd", odd);
            let waited = Duration::from_secs(2);
            emit(|| {
                ConnectionCheckOutFailed::new(Address::tcp("db", 5432), CheckOutFailedReason::Timeout, waited)
            });
            drop(span);
            drop(Span::start("charge"));
        },
    );
    assert!(
        !text.trim_end_matches('\n').contains(|letter| letter != '\n' && crate::model::is_dangerous(letter))
    );
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let all = |batch: &str, scope: &str, what: &str| {
        let batches = lines.iter().filter_map(|line| line[batch].as_array()).flatten();
        let scopes = batches.flat_map(|batch| batch[scope].as_array().unwrap());
        scopes.flat_map(|scope| scope[what].as_array().unwrap()).collect::<Vec<_>>()
    };
    let spans = all("resourceSpans", "scopeSpans", "spans");
    let events = all("resourceLogs", "scopeLogs", "logRecords");
    let metrics = all("resourceMetrics", "scopeMetrics", "metrics");
    assert_eq!((spans.len(), events.len()), (2, 1));
    let values = spans.iter().filter_map(|span| span["attributes"].as_array()).flatten();
    assert!(values.into_iter().any(|field| field["key"] == "odd" && field["value"]["stringValue"] == odd));
    assert!(spans.iter().any(|span| span["spanId"] == events[0]["spanId"]));
    assert!(metrics.iter().any(|metric| metric["name"] == "function.calls"), "{metrics:?}");
    assert_eq!(lines.iter().filter(|line| line.as_object().unwrap().len() != 1).count(), 0);
}

#[test]
fn each_setting_of_configuration_is_heeded() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("lines");
    let builtin = Builtin::named("json_lines").unwrap();
    let settings = Settings::new("json_lines")
        .with("path", path.display().to_string())
        .with("max_size", "1")
        .with("max_age", "1h")
        .with("max_files", "2")
        .with("format", "plain")
        .with("signals", "spans");
    let monitor = Monitor::builder().boxed_recorder(builtin.open(settings).unwrap()).build();
    for _ in 0..5 {
        monitor.scope(|| drop(Span::start("called")));
        monitor.flush(PATIENCE).unwrap();
    }
    monitor.shutdown(PATIENCE).unwrap();
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["lines", "lines.1", "lines.2"]);
    assert_eq!(parsed(&fs::read_to_string(&path).unwrap()).len(), 1);
    for (key, value, expected) in [
        ("max_size", "big", "a number of bytes such as `4096`, `64KiB` or `10MB`"),
        ("max_age", "old", "a duration such as `500ms`, `5s`, `2m` or `1h`"),
        ("format", "xml", "`plain` or `otlp`"),
        ("signals", "span", "some of `spans`, `events` and `metrics`, joined by commas"),
    ] {
        let error = builtin.open(Settings::new("json_lines").with(key, value)).err().unwrap();
        assert_eq!(error.to_string(), format!("json_lines.{key}: `{value}` is not {expected}"));
    }
}

#[test]
fn f50_a_path_that_is_no_file_is_told_in_the_account() {
    let folder = TempDir::new().unwrap();
    let check = |path: &Path, expected: &str| {
        let monitor = Monitor::builder().recorder(JsonLines::default().path(path)).build();
        monitor.scope(|| drop(Span::start("lost")));
        let _ = monitor.shutdown(PATIENCE);
        let account = monitor.accounts().into_iter().find(|account| account.signal == "spans").unwrap();
        assert_eq!((account.recorded, account.exported, account.dropped()), (1, 0, 1));
        assert!(account.last_error.as_ref().unwrap().contains(expected), "{account:?}");
    };
    check(folder.path(), "is a folder; name a file, or one to be made");
}
