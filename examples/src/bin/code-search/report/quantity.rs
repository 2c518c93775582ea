//! Numbers as a person reads them.

use std::time::Duration;

/// A count, its thousands set apart.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A span of time in three digits and its unit.
pub(crate) fn span(duration: Duration) -> String {
    nanoseconds(duration.as_nanos() as f64)
}

/// Nanoseconds in three digits and the unit that fits.
pub(crate) fn nanoseconds(mut value: f64) -> String {
    if value <= 0.0 {
        return "0".to_owned();
    }
    for unit in ["ns", "µs", "ms", "s"] {
        // 999.5 would be printed as 1000.
        if value < 999.5 || unit == "s" {
            let places = if value < 9.995 {
                2
            } else if value < 99.95 {
                1
            } else {
                0
            };
            // A whole number of nanoseconds has no places.
            let places = if unit == "ns" && value.fract() == 0.0 { 0 } else { places };
            return format!("{value:.places$} {unit}");
        }
        value /= 1000.0;
    }
    unreachable!("the last unit takes any value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(nanoseconds: u64, expected: &str) {
        assert_eq!(span(Duration::from_nanos(nanoseconds)), expected);
    }

    #[test]
    fn a_span_has_three_digits() {
        check(0, "0");
        check(1, "1 ns");
        check(999, "999 ns");
        check(1000, "1.00 µs");
        check(12_345, "12.3 µs");
        check(999_499, "999 µs");
        check(999_500, "1.00 ms");
        check(9_999_000, "10.0 ms");
        check(4_321_000_000, "4.32 s");
        check(3_600_000_000_000, "3600 s");
    }

    #[test]
    fn a_count_has_its_thousands_apart() {
        let counts = [0, 12, 999, 1000, 12_345, 1_234_567].map(count);
        assert_eq!(counts, ["0", "12", "999", "1,000", "12,345", "1,234,567"]);
    }
}
