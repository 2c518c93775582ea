//! How long a server asks to be left alone.

use std::time::Duration;
use std::time::SystemTime;

/// The longest that a server is believed.
pub(crate) const LONGEST: Duration = Duration::from_secs(5 * 60);

/// What the value of a `Retry-After` header asks for, at most five minutes: so many seconds, or until a date.
///
/// What is past or negative asks for no time at all; what is neither a number nor a date asks for nothing.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        if value.starts_with('-') {
            return Some(Duration::ZERO);
        }
        // A number too large for the type is too large for us anyway.
        let seconds = digits.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default().min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment of the example in RFC 9110, 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT.
    const NOW: Duration = Duration::from_secs(784_111_777);

    #[track_caller]
    fn check(value: &str, seconds: Option<u64>) {
        let asked = retry_after(value, SystemTime::UNIX_EPOCH + NOW);
        assert_eq!(asked, seconds.map(Duration::from_secs), "{value:?}");
    }

    #[test]
    fn f35_whatever_a_server_asks_for_is_bounded() {
        check("0", Some(0));
        check("7", Some(7));
        check(" 120 ", Some(120));
        check("-5", Some(0));
        check("301", Some(300));
        check("99999999999999999999999999", Some(300));
        check("Sun, 06 Nov 1994 08:49:57 GMT", Some(20));
        check("Sunday, 06-Nov-94 08:49:57 GMT", Some(20));
        check("Sun Nov  6 08:49:57 1994", Some(20));
        check("Sun, 06 Nov 1994 08:49:17 GMT", Some(0));
        check("Fri, 31 Dec 9999 23:59:59 GMT", Some(300));
        for garbage in ["", "-", "soon", "1.5", "1e9", "0x10", "٣", "Sun, 99 Nov 1994 08:49:37 GMT", "\u{0}"]
        {
            check(garbage, None);
        }
    }
}
