//! F62, F64: whatever names, labels, texts and values there are, what is exposed is good in every format and the same.

use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::instrument::UpDownCounter;
use monitor_test::openmetrics::parse_text;
use monitor_test::openmetrics::validate;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::proptest;
use proptest::sample::select;

use crate::client::Scraped;
use crate::decoder::families;
use crate::decoder::lines;
use crate::decoder::samples;
use crate::protobuf::PROTOBUF;
use crate::protobuf::shown;

/// Names that mean something to Prometheus, become one, or break lines.
const NAMES: [&str; 22] = [
    "",
    "a",
    "a.b",
    "a_b",
    "a-b",
    "a_total",
    "a.total",
    "a_created",
    "a_bucket",
    "a_count",
    "a_sum",
    "a_info",
    "a_seconds",
    "target",
    "target_info",
    "le",
    "quantile",
    "__name__",
    "9",
    "monitor.prometheus.left_out",
    "a\n# EOF\n",
    "a{b=\"c\"} 1\n",
];
const UNITS: [&str; 9] = ["", "s", "By", "1", "{thing}", "m/s", "}{", "a\nb", "%"];

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![select(&NAMES[..]).prop_map(str::to_owned), any::<String>(), "[\\\\\"\n\r#{}=, a\u{1b}]{0,9}"]
}

#[derive(Clone, Debug)]
struct Recorded {
    kind: usize,
    name: String,
    unit: &'static str,
    description: String,
    labels: Vec<(String, String)>,
    value: f64,
}

fn recorded() -> impl Strategy<Value = Recorded> {
    let labels = vec((texts(), texts()), 0..4);
    (0..5_usize, texts(), select(&UNITS[..]), texts(), labels, any::<f64>()).prop_map(
        |(kind, name, unit, description, labels, value)| Recorded {
            kind,
            name,
            unit,
            description,
            labels,
            value,
        },
    )
}

/// Instruments live as long as the program.
fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn record(one: &Recorded) {
    let (name, unit, description) = (leaked(&one.name), one.unit, leaked(&one.description));
    let labels: Vec<_> = one.labels.iter().map(|(name, _)| leaked(name)).collect();
    let labels: &'static [&'static str] = Box::leak(labels.into_boxed_slice());
    let values: Vec<_> = one.labels.iter().map(|(_, value)| value.as_str()).collect();
    macro_rules! instrument {
        ($new:expr) => {{
            let instrument = Box::leak(Box::new($new.unit(unit).description(description).labels(labels, 9)));
            &*instrument
        }};
    }
    match one.kind {
        0 => instrument!(Counter::new(name)).add_with(one.value.to_bits() >> 1, &values),
        1 => instrument!(Gauge::new(name)).set_with(one.value, &values),
        2 => instrument!(UpDownCounter::new(name)).add_with(one.value.to_bits() as i64 >> 1, &values),
        3 => instrument!(Histogram::new(name)).record_with(one.value.abs(), &values),
        _ => instrument!(Histogram::new(name).buckets(&[0.5, 7.0])).record_with(one.value.abs(), &values),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn f64_whatever_is_recorded_is_exposed_well_and_the_same_in_all_formats(all in vec(recorded(), 1..12)) {
        let scraped = Scraped::new();
        scraped.monitor.scope(|| all.iter().for_each(record));
        let new = scraped.get("/metrics", "Accept: application/openmetrics-text\r\n").text();
        let new = validate(&new).unwrap_or_else(|error| panic!("{error}\n{new}"));
        let old = scraped.text();
        let old = parse_text(&old).unwrap_or_else(|error| panic!("{error}\n{old}"));
        assert_eq!(lines(shown(&old)), lines(shown(&new)));
        let binary = families(&scraped.get("/metrics", PROTOBUF).body);
        assert_eq!(lines(samples(&binary)), lines(shown(&new)));
        for sample in new.samples() {
            assert!(sample.labels.iter().all(|(_, value)| !value.contains(['\r', '\u{1b}'])), "{sample:?}");
        }
    }
}
