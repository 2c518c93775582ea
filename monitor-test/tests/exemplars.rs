//! Values in histograms know the spans that they came from.

use std::time::Duration;

use monitor_core::ManualClock;
use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::recorders::Memory;
use monitor_core::recorders::Null;

const PATIENCE: Duration = Duration::from_secs(60);

fn call(clock: &ManualClock, milliseconds: u64, outcome: Outcome) {
    let span = Span::start("measured");
    clock.advance(Duration::from_millis(milliseconds));
    span.end(outcome);
}

#[test]
fn each_magnitude_of_each_outcome_has_a_call_that_stands_for_it() {
    let (memory, clock) = (Memory::default(), ManualClock::default());
    let monitor = Monitor::builder().recorder(memory.clone()).clock(clock.clone()).build();
    monitor.scope(|| {
        for milliseconds in [1, 1, 1, 100, 10_000] {
            call(&clock, milliseconds, Outcome::Ok);
        }
        call(&clock, 100, Outcome::Error);
    });
    monitor.flush(PATIENCE).unwrap();
    let spans = memory.spans();
    let snapshot = monitor.snapshot();
    let durations = snapshot.metric("function.calls.duration").unwrap();
    for (outcome, expected) in [("ok", vec![0.001, 0.1, 10.0]), ("error", vec![0.1])] {
        let of = |label: &(&str, std::borrow::Cow<'_, str>)| label.0 == "outcome" && label.1 == outcome;
        let point = durations.points.iter().find(|point| point.labels.iter().any(of)).unwrap();
        let MetricData::Histogram(histogram) = &point.data else { panic!("{point:?} is no histogram") };
        let mut values: Vec<_> = histogram.exemplars().iter().map(|exemplar| exemplar.value).collect();
        values.sort_by(f64::total_cmp);
        assert_eq!(values.len(), expected.len(), "{values:?}");
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
        }
        for exemplar in histogram.exemplars() {
            let span = spans.iter().find(|span| span.span_id == exemplar.context.span_id()).unwrap();
            assert_eq!(span.trace_id, exemplar.context.trace_id());
            assert_eq!(span.outcome.as_str(), outcome);
            assert!((span.duration.as_secs_f64() - exemplar.value).abs() < 1e-9);
            assert_eq!(exemplar.time, span.start + span.duration);
        }
    }
}

#[test]
fn where_nobody_takes_spans_no_value_points_to_one() {
    let clock = ManualClock::default();
    let monitor = Monitor::builder().recorder(Null::default()).filter("metrics".parse().unwrap());
    let monitor = monitor.clock(clock.clone()).build();
    monitor.scope(|| call(&clock, 1, Outcome::Ok));
    monitor.flush(PATIENCE).unwrap();
    let snapshot = monitor.snapshot();
    assert!(snapshot.function("measured").unwrap().duration().exemplars().is_empty());
    let MetricData::Histogram(histogram) =
        &snapshot.metric("function.calls.duration").unwrap().points[0].data
    else {
        panic!("it is a histogram")
    };
    assert!(histogram.exemplars().is_empty());
}
