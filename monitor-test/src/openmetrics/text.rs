//! Prometheus' text format 0.0.4, line by line.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::openmetrics::error::ParseError;
use crate::openmetrics::exposition::Exposition;
use crate::openmetrics::exposition::Family;
use crate::openmetrics::exposition::FamilyType;
use crate::openmetrics::exposition::Sample;
use crate::openmetrics::histogram;
use crate::openmetrics::histogram::Count;
use crate::openmetrics::line::Dialect;
use crate::openmetrics::line::Line;
use crate::openmetrics::number::bound;
use crate::openmetrics::number::quantile;

/// The types of the format, by its own names.
const TYPES: [(&str, FamilyType); 5] = [
    ("counter", FamilyType::Counter),
    ("gauge", FamilyType::Gauge),
    ("histogram", FamilyType::Histogram),
    ("summary", FamilyType::Summary),
    ("untyped", FamilyType::Unknown),
];

/// Reads an exposition in Prometheus' text format 0.0.4 and holds it to every rule of the
/// [format](https://prometheus.io/docs/instrumenting/exposition_formats/): one `HELP` and one `TYPE` a family, before
/// its samples; families in one piece; each series once; only known escapes; histograms and summaries that agree with
/// themselves.
///
/// ```
/// use monitor_test::openmetrics::parse_text;
///
/// let exposition = parse_text("# TYPE jobs_total counter\njobs_total{queue=\"a\"} 3\n")?;
/// assert_eq!(exposition.value("jobs_total", &[("queue", "a")]), Some(3.0));
/// assert!(parse_text("jobs_total 3\njobs_total 4\n").is_err());
/// # Ok::<(), monitor_test::openmetrics::ParseError>(())
/// ```
///
/// # Errors
///
/// The first fault found, with its line and what was expected there.
pub fn parse_text(text: &str) -> Result<Exposition, ParseError> {
    let mut reader = Reader::default();
    if !text.is_empty() && !text.ends_with('\n') {
        let last = text.split('\n').count();
        return Err(ParseError::end(last, "a line feed after the last line"));
    }
    for (index, text) in text.split_terminator('\n').enumerate() {
        let mut line = Line::new(index + 1, text, Dialect::Text);
        line.skip_blanks();
        if line.take("#") {
            reader.comment(line)?;
        } else if !line.rest.is_empty() {
            reader.sample(line)?;
        }
    }
    for family in reader.families.iter().filter(|family| family.family_type == FamilyType::Histogram) {
        histogram::check(family, Count::Required)?;
    }
    Ok(Exposition { families: reader.families, comments: reader.comments })
}

#[derive(Default)]
struct Reader {
    families: Vec<Family>,
    comments: Vec<String>,
    /// Which family has the name, be it the family's own or that of a sample.
    names: HashMap<String, usize>,
    /// What metadata the last family has had.
    told: HashSet<&'static str>,
    /// Name and labels of what has been there.
    series: HashSet<(String, Vec<(String, String)>)>,
}

impl Reader {
    fn comment(&mut self, mut line: Line<'_>) -> Result<(), ParseError> {
        let all = line.rest;
        line.skip_blanks();
        let before = line.clone();
        let word = match line.word() {
            "HELP" => "HELP",
            "TYPE" => "TYPE",
            _ => {
                self.comments.push(all.trim().to_owned());
                return Ok(());
            }
        };
        line.separator()?;
        let name = line.metric_name()?;
        if word == "TYPE" || !line.rest.is_empty() {
            line.separator()?;
        }
        self.open(name, &line)?;
        let again = !self.told.insert(word);
        let Some(family) = self.families.last_mut() else { return Ok(()) };
        if again {
            return before.expected(format!("one `{word}` of `{name}`"));
        }
        if !family.samples.is_empty() {
            return before.expected(format!("all metadata of `{name}` before its samples"));
        }
        if word == "HELP" {
            family.help = line.help()?;
        } else {
            let found = TYPES.iter().find(|(known, _)| *known == line.rest.trim_end_matches([' ', '\t']));
            let Some((_, family_type)) = found else {
                return line.expected(format!("a type: {}", TYPES.map(|(known, _)| known).join(", ")));
            };
            family.family_type = *family_type;
        }
        Ok(())
    }

    fn sample(&mut self, mut line: Line<'_>) -> Result<(), ParseError> {
        let before = line.clone();
        let name = line.metric_name()?;
        line.skip_blanks();
        let labels = if line.rest.starts_with('{') { line.labels()? } else { Vec::new() };
        if labels.is_empty() && before.rest.len() == name.len() {
            return line.expected("a number");
        }
        line.skip_blanks();
        let value = line.number()?;
        line.skip_blanks();
        let timestamp = match line.rest {
            "" => None,
            _ => Some(line.parsed("a timestamp in whole milliseconds", |word| word.parse::<i64>().ok())?),
        };
        line.skip_blanks();
        if !line.rest.is_empty() {
            return line.expected("the end of the line");
        }
        let owned = self.families.last().is_some_and(|family| owns(family, name));
        if !owned {
            self.open(name, &before)?;
        }
        let here = self.families.len();
        if *self.names.entry(name.to_owned()).or_insert(here) != here {
            return before.expected(format!("all lines of `{name}` next to each other"));
        }
        let timestamp = timestamp.map(|milliseconds| milliseconds as f64 / 1_000.0);
        let sample =
            Sample { name: name.to_owned(), labels, value, timestamp, exemplar: None, line: line.number };
        let identity = sample.identity("").into_iter().map(|(name, value)| (name.into(), value.into()));
        if !self.series.insert((sample.name.clone(), identity.collect())) {
            return before.expected("each series once");
        }
        let Some(family) = self.families.last_mut() else { return Ok(()) };
        check(family, &sample)?;
        family.samples.push(sample);
        Ok(())
    }

    /// Makes the family of this name the last one.
    fn open(&mut self, name: &str, line: &Line<'_>) -> Result<(), ParseError> {
        if self.families.last().is_some_and(|family| family.name == name) {
            return Ok(());
        }
        if self.names.contains_key(name) {
            return line.expected(format!("all lines of `{name}` next to each other"));
        }
        self.families.push(Family { name: name.to_owned(), line: line.number, ..Family::default() });
        self.names.insert(name.to_owned(), self.families.len());
        self.told.clear();
        Ok(())
    }
}

fn owns(family: &Family, name: &str) -> bool {
    let suffixes: &[&str] = match family.family_type {
        FamilyType::Histogram => &["_bucket", "_count", "_sum"],
        FamilyType::Summary => &["", "_count", "_sum"],
        _ => &[""],
    };
    name.strip_prefix(family.name.as_str()).is_some_and(|suffix| suffixes.contains(&suffix))
}

/// What a sample must be because of the type of its family.
fn check(family: &Family, sample: &Sample) -> Result<(), ParseError> {
    let wrong = |expected: &str, found: &str| Err(ParseError::new(sample.line, expected, found));
    let value = sample.value.to_string();
    match (family.family_type, family.suffix(sample)) {
        (FamilyType::Counter, _) if sample.value.is_nan() || sample.value < 0.0 => {
            wrong("a number that is not negative", &value)
        }
        (FamilyType::Histogram, "_bucket") => match sample.label("le").and_then(bound) {
            Some(_) if sample.value.fract() == 0.0 && sample.value >= 0.0 => Ok(()),
            Some(_) => wrong("a whole number that is not negative", &value),
            None => wrong("a label `le` with a number", &sample.name),
        },
        (FamilyType::Summary, "") if sample.label("quantile").and_then(quantile).is_none() => {
            wrong("a label `quantile` from 0 to 1", &sample.name)
        }
        _ => Ok(()),
    }
}
