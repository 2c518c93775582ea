//! Names and values as CloudWatch accepts them.

use std::fmt;
use std::str::FromStr;

/// The longest name of a metric. The format itself would take 1,024 characters, the service no more than these.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>, "MetricName".
const METRIC: usize = 255;
/// The longest name of a dimension.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
const DIMENSION: usize = 250;
/// The longest value of a dimension.
const VALUE: usize = 1_024;
/// The longest namespace; the same holds of it as of the name of a metric.
const NAMESPACE: usize = 255;

/// The name of a metric: anything but control characters, and not nothing.
pub(crate) fn metric(name: &str, suffix: &str) -> String {
    let plain = |letter: char| if letter.is_control() { '_' } else { letter };
    let room = METRIC - suffix.len() - 1;
    let mut text: String = name.chars().map(plain).take(room).collect();
    if text.trim().is_empty() {
        "unnamed".clone_into(&mut text);
    }
    if !suffix.is_empty() {
        text.push('.');
        text.push_str(suffix);
    }
    text
}

/// The name of a dimension: ASCII without control characters, and no colon at its beginning.
pub(crate) fn dimension(name: &str) -> String {
    let name: String = ascii(name.trim_start_matches(':'), DIMENSION);
    if name.trim().is_empty() { "unnamed".to_owned() } else { name }
}

/// Another name for a dimension, where the name itself is taken.
pub(crate) fn numbered(dimension: &str, number: usize) -> String {
    let number = format!("_{number}");
    // It is ASCII.
    let kept = dimension.len().min(DIMENSION - number.len());
    format!("{}{number}", &dimension[..kept])
}

/// The value of a dimension: ASCII without control characters, and not nothing.
pub(crate) fn value(value: &str) -> String {
    let value = ascii(value, VALUE);
    if value.trim().is_empty() { "(empty)".to_owned() } else { value }
}

/// The namespace that a service's metrics are in where nobody said another one.
pub(crate) fn of_service(name: &str) -> Namespace {
    let kept: String =
        name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).take(NAMESPACE).collect();
    kept.parse().unwrap_or_else(|_| Namespace("monitor".to_owned()))
}

fn ascii(text: &str, most: usize) -> String {
    let plain = |letter: char| if letter.is_ascii() && !letter.is_ascii_control() { letter } else { '_' };
    text.chars().map(plain).take(most).collect()
}

/// Where metrics belong: letters, digits and `.-_/#:`, spaces within, at most 255 of them, and not AWS's own.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>, "Namespace".
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Namespace(String);

impl Namespace {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) const EXPECTED: &'static str = "a namespace: at most 255 letters, digits, spaces and `.-_/#:`, not \
                                               beginning with `AWS/` or a colon";
}

impl FromStr for Namespace {
    type Err = NotANamespace;

    fn from_str(text: &str) -> Result<Self, NotANamespace> {
        let right = text.len() <= NAMESPACE
            && !text.trim().is_empty()
            && text.chars().all(is_plain)
            && !text.starts_with(':')
            && !text.starts_with("AWS/");
        if right { Ok(Self(text.to_owned())) } else { Err(NotANamespace) }
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ".-_/#: ".contains(letter)
}

/// Text that is no namespace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NotANamespace;

impl fmt::Display for NotANamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is not {}", Namespace::EXPECTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f65_names_and_values_are_what_cloudwatch_accepts() {
        assert_eq!(metric("a\nb", ""), "a_b");
        assert_eq!(metric(" ", "p99"), "unnamed.p99");
        assert_eq!(metric(&"x".repeat(2_000), "count").len(), 255);
        assert_eq!(dimension("::grün"), "gr_n");
        assert_eq!(dimension(""), "unnamed");
        assert_eq!(value("a\u{0}b\u{7f}"), "a_b_");
        assert_eq!(value(" "), "(empty)");
        assert_eq!(value(&"y".repeat(2_000)).len(), 1_024);
    }

    #[test]
    fn a_namespace_is_the_users_own() {
        for text in ["Shop/Checkout", "my service", "a"] {
            assert_eq!(text.parse::<Namespace>().map(|it| it.as_str().to_owned()), Ok(text.to_owned()));
        }
        for text in ["", " ", "AWS/Lambda", ":x", "grün", "a\nb", &"x".repeat(256)] {
            assert_eq!(text.parse::<Namespace>(), Err(NotANamespace), "{text}");
        }
        assert_eq!(of_service("grüner laden").as_str(), "gr_ner laden");
        assert_eq!(of_service("AWS/x").as_str(), "monitor");
    }
}
