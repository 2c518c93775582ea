use std::borrow::Cow;
use std::time::Duration;
use std::time::SystemTime;

use crate::model::FieldValue;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::xray::sampling::Sampler;
use crate::recorders::xray::sampling::SamplingRules;
use crate::recorders::xray::sampling::rules::fits;
use crate::recorders::xray::waiting::Held;
use crate::recorders::xray::waiting::Piece;
use crate::recorders::xray::waiting::Role;

/// A segment of trace `trace` that begins in second `second` and has these fields.
fn piece(trace: u128, second: u64, parent: Option<u64>, fields: &[(&str, &str)]) -> Piece {
    let field = |(name, value): &(&str, &str)| {
        ((*name).to_owned(), FieldValue::Text(Cow::Owned((*value).to_owned())))
    };
    let span = FinishedSpan {
        name: "answer",
        display_name: Cow::Borrowed("answer"),
        metadata: &Metadata::DEFAULT,
        trace_id: TraceId::new(trace),
        span_id: SpanId::new(1),
        parent: parent.map(SpanId::new),
        has_remote_parent: false,
        start: SystemTime::UNIX_EPOCH + Duration::from_secs(second),
        duration: Duration::ZERO,
        self_duration: Duration::ZERO,
        outcome: Outcome::Ok,
        error_type: None,
        fields: fields.iter().map(field).collect(),
        links: Vec::new(),
    };
    Piece { role: Role::Segment, spans: vec![(Held { span, events: Vec::new() }, None)] }
}

/// An identifier whose random part lies at this share of all numbers.
fn at(share: f64, number: u128) -> u128 {
    number << 64 | (share * u64::MAX as f64) as u128
}

#[test]
fn by_default_one_trace_a_second_is_told_and_five_of_a_hundred() {
    let mut sampler = Sampler::new(SamplingRules::default());
    let mut told =
        |share, number, second| sampler.is_told(&piece(at(share, number), second, None, &[]), None);
    assert_eq!([told(0.9, 1, 7), told(0.9, 2, 7), told(0.9, 3, 8)], [true, false, true]);
    assert_eq!([told(0.04, 4, 8), told(0.06, 5, 8)], [true, false]);
    // As it was decided, whatever came meanwhile.
    assert_eq!([told(0.9, 1, 8), told(0.9, 2, 99)], [true, false]);
}

#[test]
fn f52_a_clock_that_was_ahead_for_a_moment_does_not_end_what_is_told_each_second() {
    let mut sampler = Sampler::new(SamplingRules::default());
    let mut told = |number, second| sampler.is_told(&piece(at(0.9, number), second, None, &[]), None);
    assert_eq!(
        [told(1, 1_000), told(2, 9_000_000), told(3, 1_001), told(4, 1_001)],
        [true, true, true, false]
    );
    // What comes a little late takes no second's room twice.
    assert_eq!([told(5, 1_000), told(6, 1_001), told(7, 1_002)], [false, false, true]);
}

#[test]
fn the_first_rule_that_fits_counts() {
    let rules: SamplingRules = r#"{"version": 2, "default": {"fixed_target": 0, "rate": 0}, "rules": [
        {"host": "shop.*", "http_method": "GET", "url_path": "/health*", "fixed_target": 0, "rate": 0},
        {"description": "the rest of the shop", "host": "shop.*", "fixed_target": 0, "rate": 1}]}"#
        .parse()
        .unwrap();
    let mut sampler = Sampler::new(rules);
    let mut number = 0;
    let mut told = |host: &str, path: &str| {
        number += 1;
        let fields = [("server.address", host), ("http.request.method", "get"), ("url.path", path)];
        sampler.is_told(&piece(at(0.5, number), 1, None, &fields), None)
    };
    assert_eq!([told("SHOP.example", "/orders"), told("shop.example", "/health/live")], [true, false]);
    assert!(!told("bank.example", "/orders"));
}

#[test]
fn whoever_called_has_decided() {
    let rules = r#"{"version": 2, "default": {"fixed_target": 0, "rate": 0}}"#.parse().unwrap();
    let mut sampler = Sampler::new(rules);
    assert!(sampler.is_told(&piece(1, 1, Some(7), &[]), None));
    assert!(!sampler.is_told(&piece(2, 1, None, &[]), None));
    assert!(sampler.is_told(&piece(3, 1, None, &[]), Some(true)));
    assert!(!sampler.is_told(&piece(4, 1, Some(7), &[]), Some(false)));
    // What is late follows what went before.
    let late = Piece { role: Role::Subsegment, ..piece(2, 1, Some(7), &[]) };
    assert!(!sampler.is_told(&late, None));
}

#[test]
fn a_pattern_fits_as_in_the_sdks() {
    // The tests of the X-Ray SDK for Python, `test_wildcard_match.py`, in short.
    for (pattern, text) in
        [("", ""), ("*", ""), ("*", "a"), ("foo", "FOO"), ("?at", "bat"), ("*/foo", "/bar/foo")]
    {
        assert!(fits(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in [("a*c", "abbbc"), ("*a*?b*", "xxaxxbyy"), ("a?c*e", "abcdde"), ("**", "ab")] {
        assert!(fits(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in
        [("", "whatever"), ("?at", "at"), ("foo", "foobar"), ("a*c", "abcd"), ("f?o*ba*", "foo")]
    {
        assert!(!fits(pattern, text), "{pattern} {text}");
    }
    assert!(!fits(&format!("{}b", "*a".repeat(50)), &"a".repeat(2_000)));
}

#[test]
fn rules_that_mean_nothing_are_refused_with_what_is_wrong() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = text.parse::<SamplingRules>().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check("{", "EOF while parsing");
    check(r#"{"version": 3, "default": {"fixed_target": 1, "rate": 0.1}}"#, "the version is 3, not 1 or 2");
    check(
        r#"{"version": 2, "default": {"fixed_target": 1, "rate": 1.5}}"#,
        "the rate 1.5 is not between 0 and 1",
    );
    check(r#"{"version": 2, "default": {"fixed_target": 1, "rte": 1.5}}"#, "unknown field `rte`");
    check(r#"{"version": 2}"#, "missing field `default`");
    let error = SamplingRules::read("/nowhere/rules.json").unwrap_err().to_string();
    assert!(error.starts_with("`/nowhere/rules.json` cannot be read: "), "{error}");
}
