//! Units: ours are written in UCUM, theirs are an enumeration.

use metrics::Unit;

/// The unit in UCUM, and what `metrics` calls it.
const UNITS: &[(&str, Unit)] = &[
    ("s", Unit::Seconds),
    ("ms", Unit::Milliseconds),
    ("us", Unit::Microseconds),
    ("ns", Unit::Nanoseconds),
    ("By", Unit::Bytes),
    ("KiBy", Unit::Kibibytes),
    ("MiBy", Unit::Mebibytes),
    ("GiBy", Unit::Gibibytes),
    ("TiBy", Unit::Tebibytes),
    ("bit/s", Unit::BitsPerSecond),
    ("kbit/s", Unit::KilobitsPerSecond),
    ("Mbit/s", Unit::MegabitsPerSecond),
    ("Gbit/s", Unit::GigabitsPerSecond),
    ("Tbit/s", Unit::TerabitsPerSecond),
    ("%", Unit::Percent),
    // Things that are counted, and not a ratio, which `1` is to Prometheus and OpenTelemetry.
    ("{count}", Unit::Count),
    ("1/s", Unit::CountPerSecond),
];

/// The unit in UCUM.
pub(crate) fn to_ucum(unit: Unit) -> &'static str {
    UNITS.iter().find(|(_, it)| *it == unit).map_or("", |(ucum, _)| ucum)
}

/// What `metrics` calls a unit in UCUM, if it has a word for it. What stands in braces is a count of things, and
/// so is what has no unit.
pub(crate) fn from_ucum(ucum: &str) -> Option<Unit> {
    if ucum == "1" || ucum.starts_with('{') && ucum.ends_with('}') {
        return Some(Unit::Count);
    }
    UNITS.iter().find(|(it, _)| *it == ucum).map(|(_, unit)| *unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_comes_back() {
        for (ucum, unit) in UNITS {
            assert_eq!((to_ucum(*unit), from_ucum(ucum)), (*ucum, Some(*unit)));
        }
        assert_eq!((from_ucum("{call}"), from_ucum("1")), (Some(Unit::Count), Some(Unit::Count)));
        assert_eq!(from_ucum("Cel"), None);
    }
}
