//! Metrics of any name and value, for the tests of what writes names into lines.

use std::borrow::Cow;

use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_oneof;

use crate::metric::Histogram;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::MetricPoint;

/// A metric of one series.
pub(crate) fn metric(name: &str, unit: &'static str, labels: &[(&str, &str)], data: MetricData) -> Metric {
    let leaked = |text: &str| -> &'static str { String::leak(text.to_owned()) };
    let labels = labels.iter().map(|(name, value)| (leaked(name), Cow::Owned((*value).to_owned()))).collect();
    Metric {
        name: Cow::Owned(name.to_owned()),
        template: Cow::Borrowed(""),
        description: Cow::Borrowed(""),
        unit: Cow::Borrowed(unit),
        kind: MetricKind::Gauge,
        points: vec![MetricPoint { labels, data }],
    }
}

/// Any text, and above all what could be more than text: letters of this kind, and this that would forge a line.
pub(crate) fn any_text(letters: &'static str, forged: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), letters, Just(forged.to_owned())]
}

/// A value of any kind.
pub(crate) fn any_data() -> impl Strategy<Value = MetricData> {
    prop_oneof![
        any::<u64>().prop_map(MetricData::Counter),
        any::<f64>().prop_map(MetricData::Gauge),
        any::<i64>().prop_map(MetricData::UpDownCounter),
        proptest::collection::vec(0.0..1e12, 0..200).prop_map(|values| {
            let mut histogram = Histogram::exponential();
            values.into_iter().for_each(|value| assert!(histogram.record(value)));
            MetricData::Histogram(histogram)
        }),
    ]
}
