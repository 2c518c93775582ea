//! Numbers as Go prints them, since bounds of buckets are compared as text.

use std::fmt;
use std::fmt::Write as _;

/// A number in the canonical form of OpenMetrics: Go's `%g`, and `.0` behind what would look whole. `1.0`, `0.25`,
/// `1e-05`, `1e+06`, `+Inf`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Canonical(pub(crate) f64);

impl fmt::Display for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            number if number.is_nan() => f.write_str("NaN"),
            f64::INFINITY => f.write_str("+Inf"),
            f64::NEG_INFINITY => f.write_str("-Inf"),
            number => finite(f, number),
        }
    }
}

/// The shortest digits that mean the number, with an exponent where its power of ten is below -4 or above 5.
fn finite(f: &mut fmt::Formatter<'_>, number: f64) -> fmt::Result {
    let shortest = format!("{number:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let power: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&power) {
        let plain = number.to_string();
        f.write_str(&plain)?;
        return if plain.contains('.') { Ok(()) } else { f.write_str(".0") };
    }
    f.write_str(digits)?;
    let sign = if power < 0 { '-' } else { '+' };
    f.write_char('e')?;
    f.write_char(sign)?;
    write!(f, "{:02}", power.unsigned_abs())
}
