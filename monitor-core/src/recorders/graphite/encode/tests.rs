use std::collections::BTreeMap;
use std::time::Duration;
use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use serde_json::Value;

use crate::export::socket::Packer;
use crate::metric::Histogram;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::Snapshot;
use crate::model::Resource;
use crate::recorders::Graphite;
use crate::recorders::any_metric::any_data;
use crate::recorders::any_metric::any_text;
use crate::recorders::any_metric::metric;
use crate::recorders::graphite::Counters;
use crate::recorders::graphite::Naming;
use crate::recorders::graphite::encode::Number;
use crate::recorders::graphite::encode::Point;
use crate::recorders::graphite::encode::pickles;
use crate::recorders::graphite::encode::plaintext;
use crate::recorders::graphite::encode::points;

const SECONDS: u64 = 1_700_000_000;

fn snapshot(metrics: Vec<Metric>) -> Snapshot {
    Snapshot {
        resource: Resource::default().with("host.name", "web-1.example"),
        started: UNIX_EPOCH,
        taken: UNIX_EPOCH + Duration::from_secs(SECONDS),
        functions: Vec::new(),
        metrics,
    }
}

/// The lines of something, of which `new` is what was not told before.
fn lines(graphite: &Graphite, all: Metric, new: Metric) -> Vec<String> {
    let points = points(&graphite.options, &snapshot(vec![all]), &snapshot(vec![new]));
    let mut packer = Packer::new(16_384);
    plaintext(&points, SECONDS, &mut packer);
    assert_eq!(packer.refused(), 0);
    String::from_utf8(packer.bytes().to_vec()).unwrap().lines().map(str::to_owned).collect()
}

#[track_caller]
fn check(graphite: Graphite, metric: Metric, expected: &[&str]) {
    assert_eq!(lines(&graphite, metric.clone(), metric), expected);
}

fn calls() -> Metric {
    metric("calls", "{call}", &[("outcome", "ok"), ("function", "Pool::get")], MetricData::Counter(3))
}

#[test]
fn labels_are_parts_of_the_path_or_tags_or_nodes() {
    check(Graphite::default(), calls(), &["calls.ok.Pool__get 3 1700000000"]);
    check(
        Graphite::default().prefix("a.{host.name}"),
        calls(),
        &["a.web-1_example.calls.ok.Pool__get 3 1700000000"],
    );
    let tagged = Graphite::default().naming(Naming::Tagged).labels([("env", "prod"), ("outcome", "unknown")]);
    check(tagged, calls(), &["calls;env=prod;function=Pool::get;outcome=ok 3 1700000000"]);
    let expected =
        "a.what_is_calls.function_is_Pool__get.outcome_is_ok.mtype_is_counter.unit_is_call 3 1700000000";
    check(Graphite::default().naming(Naming::Metrics20).prefix("a"), calls(), &[expected]);
}

#[test]
fn what_carbon_and_metrics20_mean_by_a_label_has_another_name() {
    let odd = metric("m", "", &[("name", "x"), ("unit", "y")], MetricData::Gauge(1.5));
    check(Graphite::default().naming(Naming::Tagged), odd.clone(), &["m;name_=x;unit=y 1.5 1700000000"]);
    let expected = "what_is_m.name_is_x.unit__is_y.mtype_is_gauge.unit_is_unknown 1.5 1700000000";
    check(Graphite::default().naming(Naming::Metrics20), odd, &[expected]);
}

#[test]
fn counters_are_sums_or_what_came_since() {
    let (all, new) =
        (metric("a", "", &[], MetricData::Counter(7)), metric("a", "", &[], MetricData::Counter(2)));
    let told = |counters| lines(&Graphite::default().counters(counters), all.clone(), new.clone());
    assert_eq!(told(Counters::Cumulative), ["a 7 1700000000"]);
    assert_eq!(told(Counters::Delta), ["a 2 1700000000"]);
}

#[test]
fn f55_quantiles_are_those_of_what_is_new() {
    let histogram = |values: &[f64]| {
        let mut histogram = Histogram::explicit(&[1.0, 2.0, 3.0, 4.0]);
        values.iter().for_each(|value| assert!(histogram.record(*value)));
        metric("t", "s", &[], MetricData::Histogram(histogram))
    };
    let (all, new) = (histogram(&[0.5, 0.5, 3.5, 3.5]), histogram(&[3.5, 3.5]));
    let told = |graphite: Graphite, new: Metric| {
        let lines = lines(&graphite, all.clone(), new);
        lines.iter().map(|line| line.trim_end_matches(" 1700000000").to_owned()).collect::<Vec<_>>()
    };
    let expected = ["t.count 4", "t.sum 8", "t.min 3.5", "t.max 3.5", "t.p50 3.5", "t.p90 3.5", "t.p99 3.5"];
    assert_eq!(told(Graphite::default(), new.clone()), expected);
    assert_eq!(told(Graphite::default(), histogram(&[])), ["t.count 4", "t.sum 8"]);
    let delta = Graphite::default().counters(Counters::Delta).quantiles([0.999, 2.0]);
    assert_eq!(told(delta, new), ["t.count 2", "t.sum 7", "t.min 3.5", "t.max 3.5", "t.p999 3.5"]);
    let metrics20 = told(Graphite::default().naming(Naming::Metrics20).quantiles([0.5]), histogram(&[3.5]));
    assert_eq!(metrics20[0], "what_is_t.mtype_is_counter.unit_is_unknown.stat_is_count 4");
    assert_eq!(metrics20[4], "what_is_t.mtype_is_gauge.unit_is_s.stat_is_p50 3.5");
}

#[test]
fn f56_only_numbers_are_told_and_without_exponents() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        check(Graphite::default(), metric("m", "", &[], MetricData::Gauge(odd)), &[]);
    }
    check(Graphite::default(), metric("m", "", &[], MetricData::Gauge(-0.0)), &["m 0 1700000000"]);
    check(Graphite::default(), metric("m", "", &[], MetricData::Gauge(1e-7)), &["m 0.0000001 1700000000"]);
    check(Graphite::default(), metric("m", "", &[], MetricData::UpDownCounter(-3)), &["m -3 1700000000"]);
}

fn unhexed(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|place| u8::from_str_radix(&text[place..place + 2], 16).unwrap()).collect()
}

#[test]
fn a_pickle_is_what_python_makes() {
    let text = include_str!("../../../../../monitor-test/tests/data/golden/carbon_pickle.json");
    let golden: Value = serde_json::from_str(text).unwrap();
    let expected = unhexed(golden["protocol_2"].as_str().unwrap());
    // Its two points are a second apart; ours always have one time.
    let first = Point { path: "a.b.c".to_owned(), value: Number::Float(1.5) };
    let second = Point { path: "d;tag=v".to_owned(), value: Number::Unsigned(2) };
    let (messages, left_out) = pickles(&[first, second], 1_700_000_000);
    let same_time = unhexed(&golden["protocol_2"].as_str().unwrap().replace("4a01f15365", "4a00f15365"));
    assert_eq!((messages.as_slice(), left_out), ([same_time].as_slice(), 0));
    assert_eq!(read(&expected).len(), 2);
}

/// Reads one message, with what Python's own machine does for each letter, and nothing else than those.
fn read(message: &[u8]) -> Vec<(String, (f64, f64))> {
    enum Item {
        List(Vec<(String, (f64, f64))>),
        Mark,
        Number(f64),
        Pair(f64, f64),
        Point(String, (f64, f64)),
        Text(String),
    }
    let (length, mut rest) = message.split_at(4);
    assert_eq!(u32::from_be_bytes(length.try_into().unwrap()) as usize, rest.len());
    assert!(rest.len() <= 1 << 20);
    let mut take = |count: usize| {
        let (taken, after) = rest.split_at(count);
        rest = after;
        taken
    };
    let (mut stack, mut memo) = (Vec::new(), 0_u32);
    assert_eq!(take(2), [0x80, 2]);
    loop {
        match take(1)[0] {
            b']' => stack.push(Item::List(Vec::new())),
            b'(' => stack.push(Item::Mark),
            b'X' => {
                let count = u32::from_le_bytes(take(4).try_into().unwrap()) as usize;
                stack.push(Item::Text(String::from_utf8(take(count).to_vec()).unwrap()));
            }
            b'K' => stack.push(Item::Number(f64::from(take(1)[0]))),
            b'M' => stack.push(Item::Number(f64::from(u16::from_le_bytes(take(2).try_into().unwrap())))),
            b'J' => stack.push(Item::Number(f64::from(i32::from_le_bytes(take(4).try_into().unwrap())))),
            b'G' => stack.push(Item::Number(f64::from_be_bytes(take(8).try_into().unwrap()))),
            b'q' => {
                assert_eq!(u32::from(take(1)[0]), memo);
                memo += 1;
            }
            b'r' => {
                assert_eq!(u32::from_le_bytes(take(4).try_into().unwrap()), memo);
                memo += 1;
            }
            0x86 => {
                let (second, first) = (stack.pop().unwrap(), stack.pop().unwrap());
                stack.push(match (first, second) {
                    (Item::Number(time), Item::Number(value)) => Item::Pair(time, value),
                    (Item::Text(path), Item::Pair(time, value)) => Item::Point(path, (time, value)),
                    _ => panic!("a pair of something else"),
                });
            }
            b'e' => {
                let mark = stack.iter().rposition(|item| matches!(item, Item::Mark)).unwrap();
                let items = stack.split_off(mark);
                let Some(Item::List(list)) = stack.last_mut() else { panic!("no list") };
                list.extend(items.into_iter().skip(1).map(|item| match item {
                    Item::Point(path, pair) => (path, pair),
                    _ => panic!("no point"),
                }));
            }
            b'.' => {
                let Some(Item::List(list)) = stack.pop() else { panic!("no list at the end") };
                assert!(rest.is_empty() && stack.is_empty());
                return list;
            }
            other => panic!("the letter {other:#x}"),
        }
    }
}

#[test]
fn f41_many_points_are_several_pickles_and_none_is_too_long() {
    let point = |length: usize| Point { path: "x".repeat(length), value: Number::Signed(-1) };
    let (messages, left_out) = pickles(&vec![point(10); 1_201], SECONDS);
    assert_eq!(messages.iter().map(|message| read(message).len()).collect::<Vec<_>>(), [500, 500, 201]);
    assert_eq!(left_out, 0);
    let (messages, left_out) =
        pickles(&[vec![point(9_000); 300], vec![point(2 << 20), point(1)]].concat(), SECONDS);
    assert_eq!((messages.iter().map(|message| read(message).len()).sum::<usize>(), left_out), (301, 1));
    assert!(messages.len() >= 3);
}

/// A line as Carbon reads it: split at every white space of Unicode, then at `;` and `=`.
fn carbon(line: &str) -> Option<(String, BTreeMap<String, String>, f64)> {
    let parts: Vec<_> = line
        .split(|letter: char| letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter))
        .collect();
    let [path, value, time] = parts.as_slice() else { return None };
    let mut segments = path.split(';');
    let name = segments.next()?;
    let plain = name.split('.').all(|part| {
        !part.is_empty()
            && part.len() <= 255
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    });
    let mut tags = BTreeMap::new();
    for segment in segments {
        let (tag, value) = segment.split_once('=')?;
        let fine = !tag.is_empty()
            && !value.is_empty()
            && !tag.contains([';', '!', '^', '='])
            && !value.starts_with('~');
        if !fine || tag == "name" || tags.insert(tag.to_owned(), value.to_owned()).is_some() {
            return None;
        }
    }
    (plain && *time == "1700000000").then_some((name.to_owned(), tags, value.parse().ok()?))
}

fn text() -> impl Strategy<Value = String> {
    any_text("[a-z;=~^!. \\n\\r\\t{}\"\u{85}\u{a0}\u{1c}\u{2003}]{0,12}", "x 1 2\nforged 1 1700000000")
}

proptest! {
    #[test]
    fn f65_whatever_names_and_values_are_a_point_is_one_line_and_one_entry_of_a_pickle(
        naming in prop_oneof![Just(Naming::Path), Just(Naming::Tagged), Just(Naming::Metrics20)],
        prefix in text(),
        name in text(),
        labels in proptest::collection::vec((text(), text()), 0..4),
        constant in text(),
        data in any_data(),
    ) {
        let graphite = Graphite::default().naming(naming).prefix(&prefix).labels([(&constant, &constant)]);
        let pairs: Vec<_> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let all = snapshot(vec![metric(&name, "s", &pairs, data.clone())]);
        let points = points(&graphite.options, &all, &all);
        let expected = match &data {
            MetricData::Gauge(value) => usize::from(value.is_finite()),
            MetricData::Histogram(histogram) if histogram.count() > 0 => 7,
            MetricData::Histogram(_) => 2,
            _ => 1,
        };
        prop_assert_eq!(points.len(), expected);
        let mut packer = Packer::new(usize::MAX);
        plaintext(&points, SECONDS, &mut packer);
        let text = std::str::from_utf8(packer.bytes()).unwrap();
        let read_back: Option<Vec<_>> = text.split_terminator('\n').map(carbon).collect();
        let read_back = read_back.ok_or_else(|| TestCaseError::fail(text.to_owned()))?;
        let paths: std::collections::HashSet<_> = read_back.iter().map(|(name, tags, _)| (name, tags)).collect();
        prop_assert_eq!(paths.len(), expected, "{}", text);
        if let (MetricData::Gauge(value), [(.., told)]) = (&data, read_back.as_slice()) {
            prop_assert_eq!(value, told);
        }
        let (messages, left_out) = pickles(&points, SECONDS);
        let entries: Vec<_> = messages.iter().flat_map(|message| read(message)).collect();
        prop_assert_eq!((entries.len(), left_out), (expected, 0));
        for (entry, (line, point)) in entries.iter().zip(text.split_terminator('\n').zip(&points)) {
            prop_assert_eq!(&entry.0, &point.path);
            prop_assert_eq!(entry.1.1, carbon(line).unwrap().2);
        }
    }
}
