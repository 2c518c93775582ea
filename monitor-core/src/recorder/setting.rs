//! What the text of a setting can mean.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::Signals;
use crate::redaction::Sensitive;

/// A type that a setting can have.
///
/// ```
/// use monitor_core::{FromSetting, Settings};
///
/// #[derive(Debug, PartialEq)]
/// enum Format { Plain, Otlp }
///
/// impl FromSetting for Format {
///     const EXPECTED: &'static str = "`plain` or `otlp`";
///
///     fn from_setting(text: &str) -> Option<Self> {
///         match text {
///             "plain" => Some(Format::Plain),
///             "otlp" => Some(Format::Otlp),
///             _ => None,
///         }
///     }
/// }
///
/// let mut settings = Settings::new("json_lines").with("format", "xml");
/// let error = settings.take::<Format>("format").unwrap_err();
/// assert_eq!(error.to_string(), "json_lines.format: `xml` is not `plain` or `otlp`");
/// ```
pub trait FromSetting: Sized {
    /// What is expected, so that it can follow "is not".
    const EXPECTED: &'static str;
    /// Whether the text must not be told, not even where it is wrong.
    const SECRET: bool = false;

    /// What the text means, nothing where it means nothing.
    fn from_setting(text: &str) -> Option<Self>;
}

impl FromSetting for String {
    const EXPECTED: &'static str = "text";

    fn from_setting(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl FromSetting for bool {
    const EXPECTED: &'static str = "`true` or `false`";

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

macro_rules! whole {
    ($($number:ty)*) => {$(
        impl FromSetting for $number {
            const EXPECTED: &'static str = "a whole number";

            fn from_setting(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}

whole!(u8 u16 u32 u64 usize);

impl FromSetting for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl FromSetting for SocketAddr {
    const EXPECTED: &'static str = "an address such as `127.0.0.1:9464` or `[::1]:9464`";

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromSetting for PathBuf {
    const EXPECTED: &'static str = "a path";

    fn from_setting(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
}

impl FromSetting for Duration {
    const EXPECTED: &'static str = "a duration such as `500ms`, `5s`, `2m` or `1h`";

    fn from_setting(text: &str) -> Option<Self> {
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, unit) = text.split_at(end);
        let unit = match unit.trim() {
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        Duration::try_from_secs_f64(number.parse::<f64>().ok()? * unit).ok()
    }
}

/// Joined by commas.
impl FromSetting for Signals {
    const EXPECTED: &'static str = "some of `spans`, `events` and `metrics`, joined by commas";

    fn from_setting(text: &str) -> Option<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let signals = parts.map(|part| match part {
            "events" => Some(Signals::EVENTS),
            "metrics" => Some(Signals::METRICS),
            "spans" => Some(Signals::SPANS),
            _ => None,
        });
        let all = signals.collect::<Option<Vec<_>>>()?.into_iter().fold(Signals::NONE, Signals::union);
        (!all.is_empty()).then_some(all)
    }
}

/// A number of bytes, written as `1024`, `64KiB`, `10MB` or `1GiB`.
///
/// ```
/// use monitor_core::{ByteSize, FromSetting};
///
/// assert_eq!(ByteSize::from_setting("64KiB"), Some(ByteSize(65_536)));
/// assert_eq!(ByteSize::from_setting("10 MB"), Some(ByteSize(10_000_000)));
/// ```
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ByteSize(pub u64);

impl FromSetting for ByteSize {
    const EXPECTED: &'static str = "a number of bytes such as `4096`, `64KiB` or `10MB`";

    fn from_setting(text: &str) -> Option<Self> {
        let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let unit: u64 = match unit.trim() {
            "" | "B" => 1,
            "kB" | "KB" => 1_000,
            "KiB" => 1 << 10,
            "MB" => 1_000_000,
            "MiB" => 1 << 20,
            "GB" => 1_000_000_000,
            "GiB" => 1 << 30,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(unit).map(ByteSize)
    }
}

/// Joined by commas; spaces around each are no part of it.
impl<T: FromSetting> FromSetting for Vec<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const SECRET: bool = T::SECRET;

    fn from_setting(text: &str) -> Option<Self> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(T::from_setting).collect()
    }
}

/// Secret: never told, not even where it is wrong.
impl<T: FromSetting> FromSetting for Sensitive<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const SECRET: bool = true;

    fn from_setting(text: &str) -> Option<Self> {
        T::from_setting(text).map(Self::new)
    }
}

/// A name and a value, as in `env=prod`.
impl FromSetting for (String, String) {
    const EXPECTED: &'static str = "`name=value`, several joined by commas";

    fn from_setting(text: &str) -> Option<Self> {
        let (name, value) = text.split_once('=')?;
        let name = name.trim();
        (!name.is_empty()).then(|| (name.to_owned(), value.trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromSetting + PartialEq + std::fmt::Debug>(text: &str, expected: Option<T>) {
        assert_eq!(T::from_setting(text), expected, "{text}");
    }

    #[test]
    fn durations_have_a_unit() {
        check("500ms", Some(Duration::from_millis(500)));
        check("1.5s", Some(Duration::from_millis(1_500)));
        check("2m", Some(Duration::from_secs(120)));
        check("1d", Some(Duration::from_secs(86_400)));
        for wrong in ["", "5", "s", "-1s", "5 weeks", "1e3s", "99999999999999999999d"] {
            check::<Duration>(wrong, None);
        }
    }

    #[test]
    fn sizes_are_decimal_or_binary() {
        check("0", Some(ByteSize(0)));
        check("3MiB", Some(ByteSize(3 << 20)));
        for wrong in ["", "MB", "1.5MB", "1 XB", "99999999999GiB"] {
            check::<ByteSize>(wrong, None);
        }
    }

    #[test]
    fn signals_are_named_one_by_one() {
        check("spans", Some(Signals::SPANS));
        check("metrics, spans", Some(Signals::CALLS));
        for wrong in ["", ",", "span", "all", "spans events"] {
            check::<Signals>(wrong, None);
        }
    }

    #[test]
    fn lists_are_joined_by_commas() {
        check("a, b,,c", Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        check("1,x", None::<Vec<u64>>);
        let pairs = [("env", "prod"), ("team", "a=b")];
        check(
            "env=prod, team=a=b",
            Some(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()),
        );
        check("=x", None::<Vec<(String, String)>>);
    }
}
