//! What Prometheus' own definition of its protocol buffers makes of our bytes.

use std::time::Duration;

use monitor_core::Span;
use monitor_core::instrument::Histogram;
use monitor_core::monitored;
use monitor_test::loopback::PATIENCE;
use monitor_test::openmetrics::Exposition;
use monitor_test::openmetrics::validate;
use serde_json::Value;

use crate::client::Scraped;
use crate::decoder::Labels;
use crate::decoder::families;
use crate::decoder::labels;
use crate::decoder::lines;
use crate::decoder::number;
use crate::decoder::samples;

/// Asks for protocol buffers.
pub(crate) const PROTOBUF: &str = "Accept: application/vnd.google.protobuf;\
    proto=io.prometheus.client.MetricFamily;encoding=delimited\r\n";

static SIZES: Histogram = Histogram::new("sizes").unit("By");
static BOUNDED: Histogram = Histogram::new("bounded").unit("s").buckets(&[0.5, 1.0]);

#[monitored]
fn divide(by: u32) -> Result<u32, &'static str> {
    1_u32.checked_div(by).ok_or("by zero")
}

/// Every sample of a text format, less when it began and what the library says of itself, which goes on between two
/// scrapes: in the order of the other form, with bounds as plain numbers.
pub(crate) fn shown(exposition: &Exposition) -> Vec<(String, Labels, f64)> {
    let left = |name: &str| name.ends_with("_created") || name.starts_with("otel_");
    let kept = exposition.samples().filter(|sample| !left(&sample.name));
    let plain = |(name, value): &(String, String)| match (name.as_str(), value.as_str()) {
        ("le", "+Inf") => (name.clone(), f64::INFINITY.to_string()),
        ("le", bound) => (name.clone(), bound.parse::<f64>().unwrap().to_string()),
        _ => (name.clone(), value.clone()),
    };
    kept.map(|sample| (sample.name.clone(), sample.labels.iter().map(plain).collect(), sample.value))
        .collect()
}

#[test]
fn protocol_buffers_say_what_openmetrics_says() {
    let scraped = Scraped::new();
    scraped.monitor.scope(|| {
        (0..5).for_each(|by| assert_eq!(divide(by).is_ok(), by > 0));
        [0.0, 1.0, 3.0, 4096.0, 1e12].into_iter().for_each(|size| SIZES.record(size));
        [0.4, 0.6, 7.0].into_iter().for_each(|value| BOUNDED.record(value));
    });
    let decoded = families(&scraped.get("/metrics", PROTOBUF).body);
    let text = scraped.get("/metrics", "Accept: application/openmetrics-text\r\n").text();
    assert_eq!(lines(samples(&decoded)), lines(shown(&validate(&text).unwrap())));
    assert!(samples(&decoded).len() > 60);
    for family in &decoded {
        assert!(
            family["metric"][0]["counter"]["createdTimestamp"].is_string() || family["type"] != "COUNTER"
        );
    }
}

/// The one histogram of the family of this name.
fn histogram(decoded: &[Value], name: &str) -> Value {
    decoded.iter().find(|family| family["name"] == name).unwrap()["metric"][0]["histogram"].clone()
}

#[test]
fn an_exponential_histogram_is_a_native_one_and_an_explicit_one_is_not() {
    let scraped = Scraped::new();
    scraped.monitor.scope(|| {
        [1.0, 1.0, 2.0, 4.0, 0.0].into_iter().for_each(|size| SIZES.record(size));
        BOUNDED.record(0.6);
    });
    let decoded = families(&scraped.get("/metrics", PROTOBUF).body);
    let native = histogram(&decoded, "sizes_bytes");
    // At schema 6 an upper bound of 1 is that of bucket 0, of 2 that of bucket 64, of 4 that of bucket 128.
    assert_eq!((&native["schema"], number(&native["zeroCount"])), (&Value::from(6), 1.0));
    let spans: Vec<_> = native["positiveSpan"].as_array().unwrap().iter().collect();
    let spans: Vec<_> = spans.iter().map(|span| (number(&span["offset"]), number(&span["length"]))).collect();
    assert_eq!(spans, [(0.0, 1.0), (63.0, 1.0), (63.0, 1.0)]);
    let deltas: Vec<_> = native["positiveDelta"].as_array().unwrap().iter().map(number).collect();
    assert_eq!(deltas, [2.0, -1.0, 0.0]);
    let classic = histogram(&decoded, "bounded_seconds");
    assert!(classic.get("schema").is_none() && classic.get("positiveSpan").is_none(), "{classic}");
}

#[test]
fn exemplars_lead_to_the_spans() {
    let memory = monitor_core::recorders::Memory::default();
    let prometheus = monitor_core::recorders::Prometheus::bind("127.0.0.1:0").unwrap();
    let address = prometheus.address();
    let monitor = monitor_core::Monitor::builder().recorder(prometheus).recorder(memory.clone()).build();
    let scraped = Scraped { monitor, address };
    scraped.monitor.scope(|| drop(Span::start("measured")));
    scraped.monitor.flush(PATIENCE).unwrap();
    let span = memory.spans().remove(0);
    let expected = [("span_id", span.span_id.to_string()), ("trace_id", span.trace_id.to_string())];
    let expected: Labels = expected.map(|(name, value)| (name.to_owned(), value)).into();
    let text = scraped.get("/metrics", "Accept: application/openmetrics-text\r\n").text();
    let exposition = validate(&text).unwrap();
    let mine = |sample: &&monitor_test::openmetrics::Sample| sample.label("function") == Some("measured");
    let found: Vec<_> =
        exposition.samples().filter(mine).filter_map(|sample| sample.exemplar.clone()).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].labels.iter().cloned().collect::<Labels>(), expected);
    assert!((found[0].value - span.duration.as_secs_f64()).abs() < 1e-9);
    let ended = (span.start + span.duration).duration_since(std::time::UNIX_EPOCH).unwrap();
    let told = Duration::from_secs_f64(found[0].timestamp.unwrap());
    assert!(told.abs_diff(ended) < Duration::from_millis(2), "{told:?} {ended:?}");
    let decoded = families(&scraped.get("/metrics", PROTOBUF).body);
    let durations =
        decoded.iter().find(|family| family["name"] == "function_calls_duration_seconds").unwrap();
    let metrics = durations["metric"].as_array().unwrap();
    let metric = metrics.iter().find(|metric| labels(metric).get("function").unwrap() == "measured").unwrap();
    let exemplars = metric["histogram"]["exemplars"].as_array().unwrap();
    assert_eq!((exemplars.len(), labels(&exemplars[0])), (1, expected));
    assert!(exemplars[0]["timestamp"].is_string());
    // The older text format has none.
    assert!(!scraped.text().contains(" # "));
}
