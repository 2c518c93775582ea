//! The validator judges as OpenMetrics' own cases say, and says where a fault is.

use monitor_test::openmetrics::FamilyType;
use monitor_test::openmetrics::parse;
use monitor_test::openmetrics::parse_text;
use monitor_test::openmetrics::validate;
use proptest::prelude::any;
use proptest::prelude::proptest;
use serde_json::Value;

/// The 211 cases of the OpenMetrics repository.
const CASES: &str = include_str!("data/openmetrics/cases.jsonl");
/// One registry of Python's `prometheus_client`, in both formats.
const CLIENT: &str = include_str!("data/openmetrics/prometheus_client.json");

#[test]
fn every_case_of_openmetrics_is_judged_as_its_authors_judge_it() {
    let (mut good, mut bad, mut wrong) = (0, 0, Vec::new());
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let expected = case["good"].as_bool().unwrap();
        *(if expected { &mut good } else { &mut bad }) += 1;
        let judged = validate(case["text"].as_str().unwrap());
        if judged.is_ok() != expected {
            wrong.push(format!("{}: {judged:?}", case["name"]));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!((good, bad), (44, 167));
}

#[test]
fn what_another_library_exposes_is_read_in_both_formats() {
    let exposed: Value = serde_json::from_str(CLIENT).unwrap();
    let new = validate(exposed["openmetrics_text"].as_str().unwrap()).unwrap();
    let old = parse_text(exposed["prometheus_text"].as_str().unwrap()).unwrap();
    for exposition in [&new, &old] {
        assert_eq!(exposition.value("acme_requests_total", &[("path", "/a\"b\\c\nd")]), Some(3.0));
        assert_eq!(exposition.value("lat_seconds_bucket", &[("le", "0.1")]), Some(3.0));
        assert_eq!(exposition.value("lat_seconds_sum", &[]), Some(55.621));
    }
    let types: Vec<_> = new.families().iter().map(|family| family.family_type.as_str()).collect();
    assert_eq!(types, ["counter", "gauge", "histogram", "summary", "info", "stateset"]);
    assert_eq!(new.family("acme_requests").unwrap().help, "Total \"requests\"\nserved \\ here");
    let exemplar = new.sample("lat_seconds_bucket", &[("le", "0.1")]).unwrap().exemplar.clone().unwrap();
    assert_eq!(exemplar.labels, [("trace_id".to_owned(), "xyz".to_owned())]);
    assert_eq!((exemplar.value, exemplar.timestamp), (0.07, Some(1_700_000_000.0)));
    assert_eq!(old.family("lat_seconds").unwrap().family_type, FamilyType::Histogram);
}

/// The fault of `text`, in one format and in the other.
#[track_caller]
fn check(text: &str, openmetrics: &str, older: &str) {
    let said = |judged: Result<_, monitor_test::openmetrics::ParseError>| match judged {
        Ok(_) => "good".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(said(validate(&format!("{text}# EOF\n"))), openmetrics);
    assert_eq!(said(parse_text(text)), older);
}

#[test]
fn a_fault_is_told_with_its_line_and_what_was_expected() {
    check(
        "a{b=\"c\"d} 1\n",
        "line 1: expected `,` or `}`, found \"d} 1\"",
        "line 1: expected `,` or `}`, found \"d} 1\"",
    );
    check(
        "a{b=\"1\",b=\"2\"} 1\n",
        "line 1: expected another label than `b`, which is there already, found \"b=\\\"2\\\"} 1\"",
        "line 1: expected another label than `b`, which is there already, found \"b=\\\"2\\\"} 1\"",
    );
    check(
        "a 1\na 2\n",
        "line 2: expected each series once, found \"a\"",
        "line 2: expected each series once, found \"a 2\"",
    );
    check(
        "a 1\nb 1\na{c=\"d\"} 1\n",
        "line 3: expected all lines of `a` next to each other, found \"a\"",
        "line 3: expected all lines of `a` next to each other, found \"a{c=\\\"d\\\"} 1\"",
    );
    check(
        "# TYPE a gauge\n# TYPE a gauge\n",
        "line 2: expected one `TYPE` of `a`, found \"TYPE a gauge\"",
        "line 2: expected one `TYPE` of `a`, found \"TYPE a gauge\"",
    );
    check(
        "a{__b=\"c\"} 1\n",
        "line 1: expected a name of a label that does not begin with `__`, which is reserved, found \"__b=\\\"c\\\"} 1\"",
        "line 1: expected a name of a label that does not begin with `__`, which is reserved, found \"__b=\\\"c\\\"} 1\"",
    );
    check("a one\n", "line 1: expected a number, found \"one\"", "line 1: expected a number, found \"one\"");
}

#[test]
fn the_formats_differ_where_their_specifications_do() {
    let blanks = "line 1: expected a number, found \" 1\"";
    check("a  1\n", blanks, "good");
    check(
        "a{b=\"c\",} 1\n",
        "line 1: expected the name of a label: letters, digits and `_`, and no digit first, found \"} 1\"",
        "good",
    );
    check("a{b=\"\\d\"} 1\n", "good", "line 1: expected `\\\\` or `\\n` or `\\\"`, found \"\\\\d\"");
    check("# HELP a \\\"\n", "good", "line 1: expected `\\\\` or `\\n`, found \"\\\\\\\"\"");
    check("# a comment\n", "line 1: expected `HELP`, `TYPE`, `UNIT` or `EOF`, found \"a comment\"", "good");
    check(
        "# TYPE a untyped\n",
        "line 1: expected a type: counter, gauge, gaugehistogram, histogram, info, stateset, summary, unknown, \
         found \"untyped\"",
        "good",
    );
    check("a 1 1.5\n", "good", "line 1: expected a timestamp in whole milliseconds, found \"1.5\"");
    let histogram = "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\n";
    check(histogram, "good", "line 2: expected a histogram with a count, found \"a_bucket\"");
    check(
        "# TYPE a_total counter\na_total 1\n",
        "line 2: expected the samples of the counter `a_total` to be `a_total_total` or `a_total_created`, found \
         \"a_total\"",
        "good",
    );
}

#[test]
fn what_the_cases_leave_out_is_judged_by_the_text_of_the_specification() {
    let bad = [
        // A label that is empty is the same as none.
        "# TYPE a gauge\na{b=\"\"} 1\na 1\n",
        // An exemplar lies within its bucket.
        "# TYPE a histogram\na_bucket{le=\"1.0\"} 1 # {} 2\na_bucket{le=\"+Inf\"} 1\n",
        "# TYPE a counter\na_total 1\na_created NaN\n",
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1.5\n",
        "# TYPE a gauge\na 1\r\n",
    ];
    for text in bad {
        let exposed = format!("{text}# EOF\n");
        assert!(validate(&exposed).is_err(), "{text}");
    }
    // The grammar alone says nothing of what lines say of each other.
    assert!(parse("a_total NaN\nb 1\na_total 2\n# EOF\n").is_ok());
}

#[test]
fn histograms_of_the_older_format_may_be_interleaved() {
    let text = "# TYPE a histogram\n\
                a_bucket{b=\"1\",le=\"+Inf\"} 1\na_bucket{b=\"2\",le=\"+Inf\"} 2\n\
                a_count{b=\"1\"} 1\na_count{b=\"2\"} 2\na_sum{b=\"1\"} 1\na_sum{b=\"2\"} 2\n";
    assert_eq!(parse_text(text).unwrap().value("a_count", &[("b", "2")]), Some(2.0));
    let wrong = text.replace("a_count{b=\"2\"} 2", "a_count{b=\"2\"} 3");
    let error = parse_text(&wrong).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 5: expected the same number as in the bucket `+Inf`, found \"a_count\""
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_validator_panic(text in "[#a_ {}=\"\\\\,0-9.+e\nHELPTYUNIOF]{0,80}", bytes in any::<String>()) {
        for text in [text, bytes] {
            let _ = (validate(&text), parse_text(&text), validate(&format!("{text}# EOF\n")));
        }
    }
}
