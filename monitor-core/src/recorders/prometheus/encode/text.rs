//! The two text formats: Prometheus' 0.0.4 and OpenMetrics 1.0.

use std::fmt;
use std::fmt::Write as _;

use crate::metric::Exemplar;
use crate::metric::Histogram;
use crate::model::since_1970;
use crate::recorders::prometheus::encode::buckets::buckets;
use crate::recorders::prometheus::encode::exemplar;
use crate::recorders::prometheus::encode::names::Kind;
use crate::recorders::prometheus::encode::number::Canonical;
use crate::recorders::prometheus::encode::page::Family;
use crate::recorders::prometheus::encode::page::Page;
use crate::recorders::prometheus::encode::page::Value;

/// The page in Prometheus' text format 0.0.4: no units, exemplars or times of creation, and an info is a gauge.
pub(crate) fn text(page: &Page<'_>) -> String {
    let mut writer = Writer { page, format: Format::Text, out: String::new() };
    for remark in &page.remarks {
        writer.line(format_args!("# {remark}"));
    }
    page.families.iter().for_each(|family| writer.family(family));
    writer.out
}

/// The page in OpenMetrics 1.0.
pub(crate) fn openmetrics(page: &Page<'_>) -> String {
    let mut writer = Writer { page, format: Format::OpenMetrics, out: String::new() };
    page.families.iter().for_each(|family| writer.family(family));
    writer.line(format_args!("# EOF"));
    writer.out
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Format {
    OpenMetrics,
    Text,
}

struct Writer<'a> {
    page: &'a Page<'a>,
    format: Format,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing to memory does not fail.
        let _ = writeln!(self.out, "{line}");
    }

    fn family(&mut self, family: &Family<'_>) {
        let name = &family.name;
        let new = self.format == Format::OpenMetrics;
        // What the family is called, what its samples are, and of what type it is.
        let (told, sample, word) = match (family.kind, new) {
            (Kind::Counter, true) => (name.clone(), format!("{name}_total"), "counter"),
            (Kind::Counter, false) => (format!("{name}_total"), format!("{name}_total"), "counter"),
            (Kind::Info, true) => (name.clone(), format!("{name}_info"), "info"),
            (Kind::Info, false) => (format!("{name}_info"), format!("{name}_info"), "gauge"),
            (Kind::Gauge | Kind::Histogram, _) => (name.clone(), name.clone(), family.kind.word()),
        };
        self.line(format_args!("# TYPE {told} {word}"));
        if let Some(unit) = family.unit.as_ref().filter(|_| new) {
            self.line(format_args!("# UNIT {told} {unit}"));
        }
        if !family.help.is_empty() {
            self.line(format_args!("# HELP {told} {}", Quoted(&family.help, new)));
        }
        for series in &family.series {
            let labels = &series.labels;
            let braces = Braces { labels, bound: None };
            match &series.value {
                Value::Count(count) => self.line(format_args!("{sample}{braces} {count}")),
                Value::Number(number) => self.line(format_args!("{sample}{braces} {}", Canonical(*number))),
                Value::Sum(sum) => self.line(format_args!("{sample}{braces} {sum}")),
                Value::Distribution(histogram) => self.histogram(family, labels, histogram),
            }
            if new && matches!(family.kind, Kind::Counter | Kind::Histogram) {
                let created = since_1970(self.page.created).as_secs_f64();
                self.line(format_args!("{name}_created{braces} {}", Canonical(created)));
            }
        }
    }

    fn histogram(&mut self, family: &Family<'_>, labels: &[(String, String)], histogram: &Histogram) {
        let name = &family.name;
        for bucket in buckets(histogram, family.measured_in) {
            let braces = Braces { labels, bound: Some(bucket.upper) };
            let shown = Shown(bucket.exemplar.filter(|_| self.format == Format::OpenMetrics));
            self.line(format_args!("{name}_bucket{braces} {}{shown}", bucket.count));
        }
        let braces = Braces { labels, bound: None };
        self.line(format_args!("{name}_count{braces} {}", histogram.count()));
        self.line(format_args!("{name}_sum{braces} {}", Canonical(histogram.sum())));
    }
}

/// Labels in braces, and the bound of a bucket where there is one.
struct Braces<'a> {
    labels: &'a [(String, String)],
    bound: Option<f64>,
}

impl fmt::Display for Braces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "{";
        for (name, value) in self.labels {
            write!(f, "{before}{name}=\"{}\"", Quoted(value, true))?;
            before = ",";
        }
        if let Some(bound) = self.bound {
            write!(f, "{before}le=\"{}\"", Canonical(bound))?;
            before = ",";
        }
        if before == "," { f.write_str("}") } else { Ok(()) }
    }
}

/// An exemplar behind its bucket.
struct Shown<'a>(Option<&'a Exemplar>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(exemplar) = self.0 else { return Ok(()) };
        let labels = exemplar::labels(exemplar).map(|(name, value)| (name.to_owned(), value));
        let braces = Braces { labels: &labels, bound: None };
        let time = since_1970(exemplar.time);
        write!(f, " # {braces} {} {}.{:03}", Canonical(exemplar.value), time.as_secs(), time.subsec_millis())
    }
}

/// Escaped text; whether quotes are escaped as well.
struct Quoted<'a>(&'a str, bool);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(place) = rest.find(['\\', '\n', '"']) {
            let (plain, special) = rest.split_at(place);
            f.write_str(plain)?;
            f.write_str(match special.as_bytes().first() {
                Some(b'\\') => "\\\\",
                Some(b'\n') => "\\n",
                _ if self.1 => "\\\"",
                _ => "\"",
            })?;
            rest = &special[1..];
        }
        f.write_str(rest)
    }
}
