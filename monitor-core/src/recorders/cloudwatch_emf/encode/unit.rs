//! Units: from UCUM to those of CloudWatch.

use crate::metric::MetricKind;

/// A unit of CloudWatch, and what a value is to be multiplied by.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>, "Unit".
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unit {
    pub(crate) name: &'static str,
    pub(crate) factor: f64,
}

/// UCUM on the left. What CloudWatch has no unit for is converted where another one will do, and has none otherwise.
const UNITS: [(&str, &str, f64); 36] = [
    ("%", "Percent", 1.0),
    ("By", "Bytes", 1.0),
    ("By/s", "Bytes/Second", 1.0),
    ("GBy", "Gigabytes", 1.0),
    ("GBy/s", "Gigabytes/Second", 1.0),
    ("Gbit", "Gigabits", 1.0),
    ("Gbit/s", "Gigabits/Second", 1.0),
    // CloudWatch does not say whether its kilobytes have 1,000 or 1,024 bytes.
    ("GiBy", "Bytes", 1_073_741_824.0),
    ("KiBy", "Bytes", 1_024.0),
    ("KiBy/s", "Bytes/Second", 1_024.0),
    ("MBy", "Megabytes", 1.0),
    ("MBy/s", "Megabytes/Second", 1.0),
    ("Mbit", "Megabits", 1.0),
    ("Mbit/s", "Megabits/Second", 1.0),
    ("MiBy", "Bytes", 1_048_576.0),
    ("MiBy/s", "Bytes/Second", 1_048_576.0),
    ("TBy", "Terabytes", 1.0),
    ("TBy/s", "Terabytes/Second", 1.0),
    ("Tbit", "Terabits", 1.0),
    ("Tbit/s", "Terabits/Second", 1.0),
    ("TiBy", "Bytes", 1_099_511_627_776.0),
    ("bit", "Bits", 1.0),
    ("bit/s", "Bits/Second", 1.0),
    ("d", "Seconds", 86_400.0),
    ("h", "Seconds", 3_600.0),
    ("kBy", "Kilobytes", 1.0),
    ("kBy/s", "Kilobytes/Second", 1.0),
    ("kbit", "Kilobits", 1.0),
    ("kbit/s", "Kilobits/Second", 1.0),
    ("min", "Seconds", 60.0),
    ("ms", "Milliseconds", 1.0),
    ("ns", "Microseconds", 0.001),
    ("s", "Seconds", 1.0),
    ("us", "Microseconds", 1.0),
    ("wk", "Seconds", 604_800.0),
    ("{}", "Count", 1.0),
];

/// The unit of a metric.
pub(crate) fn unit(ucum: &str, kind: MetricKind) -> Unit {
    let plain = |name| Unit { name, factor: 1.0 };
    if let Some((_, name, factor)) = UNITS.iter().find(|(known, ..)| *known == ucum) {
        return Unit { name, factor: *factor };
    }
    let counts = matches!(kind, MetricKind::Counter | MetricKind::UpDownCounter);
    match ucum.split_once('/') {
        // What is in braces says what is counted, such as `{call}`.
        Some((of, "s")) if is_annotation(of) || of == "1" => plain("Count/Second"),
        None if is_annotation(ucum) => plain("Count"),
        None if counts && matches!(ucum, "" | "1") => plain("Count"),
        _ => plain("None"),
    }
}

fn is_annotation(text: &str) -> bool {
    text.starts_with('{') && text.ends_with('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ucum: &str, kind: MetricKind, name: &'static str, factor: f64) {
        assert_eq!(unit(ucum, kind), Unit { name, factor }, "{ucum}");
    }

    #[test]
    fn a_unit_is_one_of_cloudwatchs_or_none() {
        check("s", MetricKind::Histogram, "Seconds", 1.0);
        check("ns", MetricKind::Gauge, "Microseconds", 0.001);
        check("{call}", MetricKind::Counter, "Count", 1.0);
        check("{call}/s", MetricKind::Gauge, "Count/Second", 1.0);
        check("By", MetricKind::UpDownCounter, "Bytes", 1.0);
        check("MiBy", MetricKind::Gauge, "Bytes", 1_048_576.0);
        check("1", MetricKind::Counter, "Count", 1.0);
        check("1", MetricKind::Gauge, "None", 1.0);
        check("", MetricKind::Gauge, "None", 1.0);
        check("Cel", MetricKind::Gauge, "None", 1.0);
        check("m/h", MetricKind::Counter, "None", 1.0);
    }
}
