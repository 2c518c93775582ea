//! What the lines of an OpenMetrics exposition say of each other.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::openmetrics::error::ParseError;
use crate::openmetrics::exposition::Exposition;
use crate::openmetrics::exposition::Family;
use crate::openmetrics::exposition::FamilyType;
use crate::openmetrics::exposition::Sample;
use crate::openmetrics::histogram;
use crate::openmetrics::histogram::Count;
use crate::openmetrics::number::bound;
use crate::openmetrics::number::quantile;

/// The most characters that the labels of an exemplar have, names and values together.
const EXEMPLAR_LIMIT: usize = 128;

/// The labels that the samples of one metric share, and when the last one was measured.
type Group<'a> = (Vec<(&'a str, &'a str)>, Option<f64>);

/// Holds an exposition to the rules between its lines.
pub(crate) fn check(exposition: &Exposition) -> Result<(), ParseError> {
    let mut names: HashMap<String, &Family> = HashMap::new();
    for family in &exposition.families {
        let suffixes = family.family_type.suffixes().iter();
        let own: HashSet<String> =
            suffixes.map(|suffix| format!("{}{suffix}", family.name)).chain([family.name.clone()]).collect();
        for name in own {
            if let Some(other) = names.insert(name.clone(), family) {
                return Err(ParseError::new(family.line, clash(&name, other, family), &family.name));
            }
        }
        check_unit(family)?;
        family.samples.iter().try_for_each(|sample| check_sample(family, sample))?;
        check_groups(family)?;
        if matches!(family.family_type, FamilyType::Histogram | FamilyType::GaugeHistogram) {
            histogram::check(family, Count::Optional)?;
        }
    }
    Ok(())
}

/// What should have been instead of `later`, which has a name of `earlier`.
fn clash(name: &str, earlier: &Family, later: &Family) -> String {
    let suffixes = earlier.family_type.suffixes();
    if earlier.name != later.name {
        format!("a family without `{name}`, which belongs to `{}`", earlier.name)
    } else if suffixes.contains(&"") {
        format!("all lines of `{name}` next to each other")
    } else {
        let names: Vec<_> = suffixes.iter().map(|suffix| format!("`{name}{suffix}`")).collect();
        format!("the samples of the {} `{name}` to be {}", earlier.family_type, names.join(" or "))
    }
}

fn check_unit(family: &Family) -> Result<(), ParseError> {
    if family.unit.is_empty() {
        return Ok(());
    }
    if matches!(family.family_type, FamilyType::Info | FamilyType::StateSet) {
        let expected = format!("no unit, as the family is an {}", family.family_type);
        return Err(ParseError::new(family.line, expected, &family.unit));
    }
    let ends = family.name.strip_suffix(family.unit.as_str()).is_some_and(|rest| rest.ends_with('_'));
    if ends {
        return Ok(());
    }
    let expected = format!("a name that ends with its unit, `_{}`", family.unit);
    Err(ParseError::new(family.line, expected, &family.name))
}

/// What a sample must be because of the type of its family.
fn check_sample(family: &Family, sample: &Sample) -> Result<(), ParseError> {
    let wrong = |expected: &str| Err(ParseError::new(sample.line, expected, &sample.value.to_string()));
    let wrong_label = |expected: String, name| {
        Err(ParseError::new(sample.line, expected, sample.label(name).unwrap_or("no such label")))
    };
    let suffix = family.suffix(sample);
    match suffix {
        "_bucket" if sample.label("le").and_then(bound).is_none() => {
            return wrong_label("a label `le` with a number, or with `+Inf` spelt so".to_owned(), "le");
        }
        "_bucket" | "_count" | "_gcount" if sample.value.fract() != 0.0 => return wrong("a whole number"),
        "_total" | "_bucket" | "_count" | "_gcount" | "_sum"
            if sample.value.is_nan() || sample.value < 0.0 =>
        {
            return wrong("a number that is not negative");
        }
        "_gsum" if sample.value.is_nan() => return wrong("a number"),
        "_created" if !sample.value.is_finite() => return wrong("a moment in seconds"),
        _ => {}
    }
    match family.family_type {
        FamilyType::Info if sample.value != 1.0 => return wrong("1, as the family is an info"),
        FamilyType::StateSet if sample.label(&family.name).is_none() => {
            return wrong_label(format!("a label `{}` with the state", family.name), &family.name);
        }
        FamilyType::StateSet if sample.value != 0.0 && sample.value != 1.0 => return wrong("0 or 1"),
        FamilyType::Summary if suffix.is_empty() => {
            if sample.label("quantile").and_then(quantile).is_none() {
                return wrong_label("a label `quantile` from 0 to 1".to_owned(), "quantile");
            }
            if sample.value < 0.0 {
                return wrong("a number that is not negative");
            }
        }
        _ => {}
    }
    check_exemplar(family, sample)
}

fn check_exemplar(family: &Family, sample: &Sample) -> Result<(), ParseError> {
    let Some(exemplar) = &sample.exemplar else { return Ok(()) };
    let allowed = match family.family_type {
        FamilyType::Counter => family.suffix(sample) == "_total",
        FamilyType::GaugeHistogram | FamilyType::Histogram => family.suffix(sample) == "_bucket",
        _ => false,
    };
    if !allowed {
        let expected = "exemplars on the total of a counter and on buckets alone";
        return Err(ParseError::new(sample.line, expected, &sample.name));
    }
    let parts = exemplar.labels.iter().flat_map(|(name, value)| [name, value]);
    let length: usize = parts.map(|part| part.chars().count()).sum();
    if length > EXEMPLAR_LIMIT {
        let expected = format!("at most {EXEMPLAR_LIMIT} characters in an exemplar's labels");
        return Err(ParseError::new(sample.line, expected, &length.to_string()));
    }
    let highest = sample.label("le").filter(|_| family.suffix(sample) == "_bucket").and_then(bound);
    if highest.is_some_and(|highest| exemplar.value > highest) {
        let expected = "an exemplar within its bucket";
        return Err(ParseError::new(sample.line, expected, &exemplar.value.to_string()));
    }
    Ok(())
}

/// The samples of one metric stand together, in order of time, and each series is there once.
fn check_groups(family: &Family) -> Result<(), ParseError> {
    let inner = match family.family_type {
        FamilyType::GaugeHistogram | FamilyType::Histogram => "le",
        FamilyType::StateSet => family.name.as_str(),
        FamilyType::Summary => "quantile",
        _ => "",
    };
    let mut groups = HashSet::new();
    let mut series = HashSet::new();
    let mut last: Option<Group<'_>> = None;
    for sample in &family.samples {
        let group = sample.identity(inner);
        if sample.timestamp.is_none() && !series.insert((&sample.name, sample.identity(""))) {
            return Err(ParseError::new(sample.line, "each series once", &sample.name));
        }
        match &last {
            Some((before, time)) if *before == group => {
                if time.is_some() != sample.timestamp.is_some() {
                    let expected = "timestamps on all samples of a metric or on none";
                    return Err(ParseError::new(sample.line, expected, &sample.name));
                }
                if *time > sample.timestamp {
                    let expected = "a timestamp that is not before the last one";
                    return Err(ParseError::new(sample.line, expected, &sample.name));
                }
            }
            _ if !groups.insert(group.clone()) => {
                let expected = "all samples with the same labels next to each other";
                return Err(ParseError::new(sample.line, expected, &sample.name));
            }
            _ => {}
        }
        last = Some((group, sample.timestamp));
    }
    Ok(())
}
