//! The cases of the W3C's own test suite, in our words and with the grammar of Level 2.

use monitor_core::Context;
use monitor_core::Monitor;
use monitor_core::Trust;
use monitor_core::propagation::TraceParent;
use monitor_core::recorders::Memory;

use crate::service::Headers;
use crate::service::SPAN;
use crate::service::TRACE;
use crate::service::parent;
use crate::service::sent;
use crate::service::serve;

/// Whether the trace goes on in what is sent, always by a span of the service.
#[track_caller]
fn goes_on(received: Headers<'_>) -> bool {
    let sent = sent(received);
    let parent: TraceParent = sent["traceparent"].parse().unwrap();
    assert_ne!(parent.context().span_id().to_string(), SPAN);
    assert_eq!(sent["traceparent"].len(), 55);
    parent.context().trace_id().to_string() == TRACE
}

#[test]
fn f66_a_trace_goes_on_if_its_parent_is_as_specified_and_begins_anew_otherwise() {
    let known = format!("{TRACE}-{SPAN}-01");
    for (value, expected) in [
        (format!("00-{known}"), true),
        // Version 00 has nothing behind the flags, a later one perhaps, after a `-`.
        (format!("00-{known}."), false),
        (format!("00-{known}-what-the-future-will-be-like"), false),
        (format!("cc-{known}"), true),
        (format!("cc-{known}-what-the-future-will-be-like"), true),
        (format!("cc-{known}.what-the-future-will-be-like"), false),
        // A version is two digits of hexadecimal and not the last number.
        (format!("ff-{known}"), false),
        (format!(".0-{known}"), false),
        (format!("0.-{known}"), false),
        (format!("000-{known}"), false),
        (format!("0000-{known}"), false),
        (format!("0-{known}"), false),
        (format!("CC-{known}"), false),
        // So are identifiers, of their length and not all zero.
        (format!("00-{}-{SPAN}-01", "0".repeat(32)), false),
        (format!("00-.{}-{SPAN}-01", &TRACE[1..]), false),
        (format!("00-{}.-{SPAN}-01", &TRACE[1..]), false),
        (format!("00-{TRACE}3-{SPAN}-01"), false),
        (format!("00-{}-{SPAN}-01", &TRACE[1..]), false),
        (format!("00-{}A-{SPAN}-01", &TRACE[1..]), false),
        (format!("00-{TRACE}-{}-01", "0".repeat(16)), false),
        (format!("00-{TRACE}-.{}-01", &SPAN[1..]), false),
        (format!("00-{TRACE}-{}.-01", &SPAN[1..]), false),
        (format!("00-{TRACE}-{SPAN}7-01"), false),
        (format!("00-{TRACE}-{}-01", &SPAN[1..]), false),
        (format!("00-{TRACE}-{}B-01", &SPAN[1..]), false),
        // Flags are two digits; those without a meaning do not matter.
        (parent(".0"), false),
        (parent("0."), false),
        (parent("001"), false),
        (parent("1"), false),
        (parent("0A"), false),
        (parent("ff"), true),
        // Spaces and tabs around do not matter.
        (format!(" 00-{known}"), true),
        (format!("\t00-{known}"), true),
        (format!("00-{known} "), true),
        (format!("00-{known}\t"), true),
        (format!("\t 00-{known} \t"), true),
        (String::new(), false),
        ("-".repeat(55), false),
        ("é".repeat(28), false),
    ] {
        assert_eq!(goes_on(&[("traceparent", &value)]), expected, "{value}");
    }
}

#[test]
fn the_case_of_a_headers_name_does_not_matter_but_its_spelling_does() {
    let parent = parent("00");
    for (name, expected) in [
        ("traceparent", true),
        ("TraceParent", true),
        ("TrAcEpArEnT", true),
        ("TRACEPARENT", true),
        ("trace-parent", false),
        ("trace.parent", false),
    ] {
        assert_eq!(goes_on(&[(name, &parent)]), expected, "{name}");
    }
    for (name, expected) in [
        ("TraceState", true),
        ("TrAcEsTaTe", true),
        ("TRACESTATE", true),
        ("trace-state", false),
        ("trace.state", false),
    ] {
        let sent = sent(&[("traceparent", &parent), (name, "foo=1")]);
        assert_eq!(sent.get("tracestate").is_some_and(|state| state == "foo=1"), expected, "{name}");
    }
}

#[test]
fn f66_without_a_parent_or_with_two_a_trace_begins() {
    assert!(!goes_on(&[]));
    let (one, other) = (parent("01"), parent("01").replace("9012-", "9011-"));
    assert!(!goes_on(&[("traceparent", &one), ("traceparent", &other)]));
    assert!(!goes_on(&[("traceparent", &one), ("traceparent", &one)]));
}

#[test]
fn flags_are_passed_on_as_they_came_but_for_those_without_a_meaning() {
    for (flags, expected) in
        [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("ff", "03"), ("fc", "00")]
    {
        let sent = sent(&[("traceparent", &parent(flags))]);
        assert!(sent["traceparent"].ends_with(&format!("-{expected}")), "{flags}: {sent:?}");
    }
    assert!(sent(&[])["traceparent"].ends_with("-01"));
}

/// What the service sends of the state of a trace that goes on.
#[track_caller]
fn check_state(lines: &[&str], expected: Option<&str>) {
    let parent = parent("00");
    let mut received = vec![("traceparent", parent.as_str())];
    received.extend(lines.iter().map(|line| ("tracestate", *line)));
    assert_eq!(sent(&received).get("tracestate").map(String::as_str), expected, "{lines:?}");
    assert!(goes_on(&received), "a state that is wrong does not end the trace");
}

#[test]
fn f66_a_state_is_passed_on_if_all_of_it_is_as_specified() {
    check_state(&["foo=1,bar=2"], Some("foo=1,bar=2"));
    // Empty ones, and several.
    check_state(&[""], None);
    check_state(&["foo=1", ""], Some("foo=1"));
    check_state(&["", "foo=1"], Some("foo=1"));
    check_state(&["foo=1,,,bar=2,"], Some("foo=1,bar=2"));
    check_state(&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"], Some("foo=1,bar=2,rojo=1,congo=2,baz=3"));
    // Of the same key, the first counts.
    check_state(&["foo=1,foo=1"], Some("foo=1"));
    check_state(&["foo=1,foo=2"], Some("foo=1"));
    check_state(&["foo=1", "foo=2,bar=3"], Some("foo=1,bar=3"));
    // Spaces and tabs around members.
    check_state(&["foo=1 \t , \t bar=2, \t baz=3"], Some("foo=1,bar=2,baz=3"));
    check_state(&["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], Some("foo=1,bar=2,baz=3"));
    for line in [" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t"] {
        check_state(&[line], Some("foo=1"));
    }
    // Keys.
    for key in ["foo ", "FOO", "foo.bar", "@foo", "_foo", "", "é"] {
        check_state(&[&format!("{key}=1,bar=2")], None);
    }
    for key in
        ["foo@", "foo@@bar", "foo@bar@baz", "0foo", "abcdefghijklmnopqrstuvwxyz0123456789_-*/@a-z0-9_-*/"]
    {
        check_state(&[&format!("{key}=1,bar=2")], Some(&format!("{key}=1,bar=2")));
    }
    for (key, passed) in [
        ("z".repeat(256), true),
        ("z".repeat(257), false),
        (format!("{}@{}", "t".repeat(241), "v".repeat(14)), true),
        (format!("{}@v", "t".repeat(242)), true),
        (format!("t@{}", "v".repeat(15)), true),
    ] {
        let all = format!("foo=1,{key}=1");
        check_state(&["foo=1", &format!("{key}=1")], passed.then_some(&*all));
    }
    // Values.
    let all: String = (' '..='~').filter(|it| ![',', '='].contains(it)).collect();
    check_state(&[&format!("foo={all}")], Some(&format!("foo={all}")));
    for value in ["bar=baz", "", "a\u{7f}", "a\tb", "é", "a\rb", "a\nb", "a\0"] {
        check_state(&[&format!("foo={value},bar=3")], None);
    }
    check_state(&["foo"], None);
    check_state(&[&format!("foo={}", "x".repeat(256))], Some(&format!("foo={}", "x".repeat(256))));
    check_state(&[&format!("foo={}", "x".repeat(257))], None);
}

#[test]
fn f66_a_state_has_at_most_32_members() {
    let members = |count: usize| (1..=count).map(|it| format!("bar{it:02}={it:02}")).collect::<Vec<_>>();
    let lines = |count| members(count).chunks(10).map(|some| some.join(",")).collect::<Vec<_>>();
    let (right, wrong) = (lines(32), lines(33));
    let right: Vec<_> = right.iter().map(String::as_str).collect();
    check_state(&right, Some(&right.join(",")));
    check_state(&wrong.iter().map(String::as_str).collect::<Vec<_>>(), None);
}

#[test]
fn f66_a_state_is_cut_at_whole_members_and_at_the_long_ones_first() {
    let short: Vec<_> = (0..20).map(|number| format!("k{number:02}={}", "v".repeat(16))).collect();
    let long = format!("long={}", "x".repeat(200));
    // 21 characters each with their comma: together with the long one they are too many.
    let received = format!("{long},{}", short.join(","));
    check_state(&[&received], Some(&short.join(",")));
    let more: Vec<_> = (0..30).map(|number| format!("k{number:02}={}", "v".repeat(16))).collect();
    check_state(&[&more.join(",")], Some(&more[..24].join(",")));
    let exactly = format!("{long},{}", "y=".to_owned() + &"z".repeat(128));
    check_state(&[&exactly], Some(&exactly));
}

#[test]
fn a_state_without_a_parent_is_not_read() {
    let sent = sent(&[("tracestate", "foo=1")]);
    assert!(!sent.contains_key("tracestate"));
}

#[test]
fn each_request_is_sent_by_a_span_of_its_own() {
    let monitor = Monitor::builder().recorder(Memory::default()).build();
    let parent = parent("01");
    for received in [vec![("traceparent", parent.as_str())], Vec::new(), vec![("traceparent", "00-0-0-0")]] {
        let spans: Vec<_> = monitor.scope(|| {
            let context = Context::extract(&received, Trust::Continue);
            (0..3).map(|_| context.run(serve)["traceparent"][36..52].to_owned()).collect()
        });
        assert!(spans[0] != spans[1] && spans[1] != spans[2] && spans[0] != spans[2]);
    }
}
