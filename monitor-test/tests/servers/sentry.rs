//! What Sentry has to be told, whoever stands for it.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::expected::Expected;
use crate::log::Call;
use crate::program;

/// The calls that are told as errors.
pub(crate) fn failed(expected: &Expected) -> Vec<&Call> {
    expected.calls.iter().filter(|call| ["error", "panic"].contains(&&*call.outcome)).collect()
}

/// Each failed call is one event, with the kind of its error and its place in its trace.
#[track_caller]
pub(crate) fn check_events(events: &[&Value], expected: &Expected) {
    let mut told = BTreeSet::new();
    for event in events {
        let trace = &event["contexts"]["trace"];
        let call = expected.call(trace["span_id"].as_str().unwrap_or_else(|| panic!("{event}")));
        assert_eq!(trace["trace_id"], json!(call.trace));
        let exception = &event["exception"]["values"][0];
        assert_eq!(exception["type"].as_str(), call.error_type.as_deref(), "{event}");
        told.insert(&call.span);
    }
    assert_eq!(
        (events.len(), told),
        (failed(expected).len(), failed(expected).iter().map(|call| &call.span).collect())
    );
}

/// Each call without a parent is one transaction, and all that it called are its spans.
#[track_caller]
pub(crate) fn check_transactions(transactions: &[&Value], expected: &Expected) {
    let mut told = BTreeSet::new();
    for transaction in transactions {
        let trace = &transaction["contexts"]["trace"];
        let root = expected.call(trace["span_id"].as_str().unwrap_or_else(|| panic!("{transaction}")));
        assert_eq!((trace["trace_id"].as_str(), &root.parent), (Some(&*root.trace), &None));
        assert_eq!(transaction["transaction"], json!(root.function));
        root.check_duration(seconds(transaction), ROUNDING);
        told.insert(&root.span);
        for span in transaction["spans"].as_array().unwrap() {
            let call = expected.call(span["span_id"].as_str().unwrap());
            assert_eq!(span["parent_span_id"].as_str(), call.parent.as_deref(), "{span}");
            assert_eq!(span["trace_id"], json!(root.trace));
            call.check_duration(seconds(span), ROUNDING);
            told.insert(&call.span);
        }
        if root.function == "take_order" {
            let text = trace.to_string();
            assert!(text.contains(&json!(program::HOSTILE).to_string()), "{text}");
        }
    }
    assert_eq!(told.len(), expected.calls.len());
}

/// Times are told to the microsecond.
const ROUNDING: f64 = 3e-6;

fn seconds(of: &Value) -> f64 {
    let time = |name: &str| of_day(&of[name]).unwrap_or_else(|| panic!("{name} in {of}"));
    // Across midnight as well.
    (time("timestamp") - time("start_timestamp")).rem_euclid(86_400.0)
}

/// The time of the day in seconds, of seconds since 1970 or of a text such as `2026-11-21T13:48:06.123456Z`.
fn of_day(time: &Value) -> Option<f64> {
    let Some(text) = time.as_str() else { return time.as_f64().map(|seconds| seconds % 86_400.0) };
    let (_, time) = text.strip_suffix('Z')?.split_once('T')?;
    time.split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok()?))
}
