//! Units: from UCUM to the words that end a metric's name.

use crate::recorders::prometheus::encode::names::cleaned;

/// Units by themselves, as OpenTelemetry's translation to Prometheus has them. Those with a prefix are words of their own.
const WORDS: [(&str, &str); 31] = [
    ("%", "percent"),
    ("1", ""),
    ("A", "amperes"),
    ("By", "bytes"),
    ("Cel", "celsius"),
    ("GBy", "gigabytes"),
    ("GiBy", "gibibytes"),
    ("Hz", "hertz"),
    ("J", "joules"),
    ("KBy", "kilobytes"),
    ("KiBy", "kibibytes"),
    ("MBy", "megabytes"),
    ("MiBy", "mebibytes"),
    ("TBy", "terabytes"),
    ("TiBy", "tebibytes"),
    ("V", "volts"),
    ("W", "watts"),
    ("bit", "bits"),
    ("d", "days"),
    ("g", "grams"),
    ("h", "hours"),
    ("kBy", "kilobytes"),
    ("kg", "kilograms"),
    ("m", "meters"),
    ("min", "minutes"),
    ("mo", "months"),
    ("ms", "milliseconds"),
    ("ns", "nanoseconds"),
    ("s", "seconds"),
    ("us", "microseconds"),
    ("wk", "weeks"),
];

/// Units below a fraction's line, in the singular.
const PER: [(&str, &str); 12] = [
    ("By", "byte"),
    ("a", "year"),
    ("d", "day"),
    ("g", "gram"),
    ("h", "hour"),
    ("m", "meter"),
    ("min", "minute"),
    ("mo", "month"),
    ("ms", "millisecond"),
    ("s", "second"),
    ("us", "microsecond"),
    ("wk", "week"),
];

/// The words for a unit, joined by underscores; empty where it has none, as `1` and `{thing}`.
pub(crate) fn words(unit: &str) -> String {
    let (above, below) = unit.split_once('/').map_or((unit, None), |(above, below)| (above, Some(below)));
    let above = word(&WORDS, above);
    match below.map(|below| word(&PER, below)).filter(|below| !below.is_empty()) {
        None => above,
        Some(below) if above.is_empty() => format!("per_{below}"),
        Some(below) => format!("{above}_per_{below}"),
    }
}

fn word(known: &[(&str, &str)], unit: &str) -> String {
    let unit = without_remarks(unit.trim());
    match known.iter().find(|(it, _)| *it == unit) {
        Some((_, word)) => (*word).to_owned(),
        // A unit that is not known is a word itself.
        None => cleaned(&unit).trim_matches('_').to_owned(),
    }
}

/// The unit less what stands in braces, which says what is counted.
fn without_remarks(unit: &str) -> String {
    let mut depth = 0_u32;
    let outside = |letter: &char| {
        depth += u32::from(*letter == '{');
        let outside = depth == 0;
        depth = depth.saturating_sub(u32::from(*letter == '}'));
        outside
    };
    unit.chars().filter(outside).collect()
}
