//! Moments, as Sentry writes them.

use std::time::Duration;
use std::time::SystemTime;

use crate::export::json::LAST_SECOND;
use crate::model::since_1970;

/// Seconds since 1970, to the microsecond; what is before that is 1970.
pub(crate) fn timestamp(time: SystemTime) -> f64 {
    let since = since(time);
    since.as_secs() as f64 + f64::from(since.subsec_micros()) / 1e6
}

/// The moment in UTC as RFC 3339 has it, to the microsecond: the form that Sentry's own library for Rust reads
/// in transactions.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_micros(SystemTime::UNIX_EPOCH + since(time)).to_string()
}

/// The time since 1970, at most until the year 9999.
fn since(time: SystemTime) -> Duration {
    since_1970(time).min(LAST_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f52_moments_are_those_of_the_calendar_whatever_the_clock_says() {
        let (epoch, far) = (SystemTime::UNIX_EPOCH, Duration::from_secs(999_999_999_999));
        assert_eq!(rfc3339(epoch + Duration::from_millis(951_782_400_007)), "2000-02-29T00:00:00.007000Z");
        assert_eq!(rfc3339(epoch - Duration::from_secs(5)), "1970-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339(epoch + far), "9999-12-31T23:59:59.000000Z");
    }

    #[test]
    fn seconds_have_microseconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789);
        assert_eq!(timestamp(time).to_string(), "1700000000.123456");
        assert_eq!(timestamp(SystemTime::UNIX_EPOCH - Duration::from_secs(9)), 0.0);
    }
}
