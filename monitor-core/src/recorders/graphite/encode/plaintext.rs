//! Points as lines: path, value and time.

use std::fmt;

use crate::export::socket::Packer;
use crate::recorders::graphite::encode::Number;
use crate::recorders::graphite::encode::Point;

/// One line a point, `seconds` after 1970.
pub(crate) fn plaintext(points: &[Point], seconds: u64, packer: &mut Packer) {
    for Point { path, value } in points {
        packer.push(format!("{path} {value} {seconds}"));
    }
}

impl fmt::Display for Number {
    /// Decimal, without an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Float(value) => value.fmt(f),
            Number::Signed(value) => value.fmt(f),
            Number::Unsigned(value) => value.fmt(f),
        }
    }
}
