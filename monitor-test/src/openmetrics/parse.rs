//! OpenMetrics 1.0, line by line.

use crate::openmetrics::error::ParseError;
use crate::openmetrics::exposition::Exemplar;
use crate::openmetrics::exposition::Exposition;
use crate::openmetrics::exposition::Family;
use crate::openmetrics::exposition::FamilyType;
use crate::openmetrics::exposition::Sample;
use crate::openmetrics::line::Dialect;
use crate::openmetrics::line::Line;
use crate::openmetrics::number::real;

/// Reads an OpenMetrics 1.0 exposition by its grammar: what each line says by itself, each kind of metadata once, before
/// the samples. [`validate`](super::validate) holds it to the other rules as well.
///
/// # Errors
///
/// The first fault found, with its line and what was expected there.
pub fn parse(text: &str) -> Result<Exposition, ParseError> {
    let mut families: Vec<Family> = Vec::new();
    let mut told = Told::default();
    let mut last = 0;
    let mut lines = text.split('\n').enumerate().map(|(index, line)| (index + 1, line));
    while let Some((number, text)) = lines.next() {
        last = number;
        let mut line = Line::new(number, text, Dialect::OpenMetrics);
        if text == "# EOF" {
            // One line feed may follow.
            let after = lines.next().filter(|(_, text)| !text.is_empty()).or_else(|| lines.next());
            return match after {
                None => Ok(Exposition { families, comments: Vec::new() }),
                Some((number, text)) => Err(ParseError::new(number, "the end, after `# EOF`", text)),
            };
        }
        if text.is_empty() {
            return Err(match lines.next() {
                None => ParseError::end(number, "`# EOF`"),
                Some(_) => ParseError::new(number, "metadata, a sample or `# EOF`", text),
            });
        }
        if line.take("#") {
            metadata(&mut line, &mut families, &mut told)?;
        } else {
            let sample = sample(&mut line)?;
            let family = families.last_mut().filter(|family| owns(family, &sample));
            match family {
                Some(family) => family.samples.push(sample),
                None => {
                    told = Told::default();
                    families.push(Family {
                        name: sample.name.clone(),
                        line: sample.line,
                        samples: vec![sample],
                        ..Family::default()
                    });
                }
            }
        }
    }
    Err(ParseError::end(last + 1, "`# EOF`"))
}

/// What metadata the family of this moment has had.
#[derive(Default)]
struct Told {
    help: bool,
    family_type: bool,
    unit: bool,
}

fn metadata(line: &mut Line<'_>, families: &mut Vec<Family>, told: &mut Told) -> Result<(), ParseError> {
    line.expect(" ")?;
    let before = line.clone();
    let word = line.word();
    if !matches!(word, "HELP" | "TYPE" | "UNIT") {
        return before.expected("`HELP`, `TYPE`, `UNIT` or `EOF`");
    }
    line.expect(" ")?;
    let name = line.metric_name()?;
    line.expect(" ")?;
    if families.last().is_none_or(|family| family.name != name) {
        families.push(Family { name: name.to_owned(), line: line.number, ..Family::default() });
        *told = Told::default();
    }
    let Some(family) = families.last_mut() else { return Ok(()) };
    if !family.samples.is_empty() {
        return before.expected(format!("all metadata of `{name}` before its samples"));
    }
    let again = match word {
        "HELP" => {
            family.help = line.help()?;
            std::mem::replace(&mut told.help, true)
        }
        "TYPE" => {
            family.family_type = family_type(line)?;
            std::mem::replace(&mut told.family_type, true)
        }
        _ => {
            family.unit = line.rest.to_owned();
            std::mem::replace(&mut told.unit, true)
        }
    };
    if again { before.expected(format!("one `{word}` of `{name}`")) } else { Ok(()) }
}

fn family_type(line: &Line<'_>) -> Result<FamilyType, ParseError> {
    let found = FamilyType::ALL.into_iter().find(|it| it.as_str() == line.rest);
    match found {
        Some(found) => Ok(found),
        None => line.expected(format!("a type: {}", FamilyType::ALL.map(FamilyType::as_str).join(", "))),
    }
}

fn sample(line: &mut Line<'_>) -> Result<Sample, ParseError> {
    let name = line.metric_name()?.to_owned();
    let labels = if line.rest.starts_with('{') { line.labels()? } else { Vec::new() };
    line.expect(" ")?;
    let mut sample = Sample { name, labels, value: line.number()?, line: line.number, ..Sample::default() };
    if !line.rest.is_empty() && !line.rest.starts_with(" #") {
        line.expect(" ")?;
        sample.timestamp = Some(line.parsed("a timestamp in seconds", real)?);
    }
    if !line.rest.is_empty() {
        line.expect(" # ")?;
        let labels = line.labels()?;
        line.expect(" ")?;
        let value = line.number()?;
        let mut exemplar = Exemplar { labels, value, timestamp: None };
        if !line.rest.is_empty() {
            line.expect(" ")?;
            exemplar.timestamp = Some(line.parsed("a timestamp in seconds", real)?);
        }
        sample.exemplar = Some(exemplar);
    }
    if line.rest.is_empty() { Ok(sample) } else { line.expected("the end of the line") }
}

fn owns(family: &Family, sample: &Sample) -> bool {
    let suffix = sample.name.strip_prefix(family.name.as_str());
    suffix.is_some_and(|suffix| family.family_type.suffixes().contains(&suffix))
}
