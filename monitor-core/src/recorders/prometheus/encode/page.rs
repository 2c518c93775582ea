//! What a scrape shows, before it is written in a format: families of series under names that are each there once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::SystemTime;

use crate::metric::Histogram;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::Snapshot;
use crate::model::Resource;
use crate::recorders::prometheus::encode::labels::Labels;
use crate::recorders::prometheus::encode::labels::labels;
use crate::recorders::prometheus::encode::labels::readable;
use crate::recorders::prometheus::encode::names;
use crate::recorders::prometheus::encode::names::Kind;

/// The metric that says how much a scrape cannot show.
const LEFT_OUT: &str = "monitor.prometheus.left_out";

/// Everything that one scrape shows.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    /// When counting began.
    pub(crate) created: SystemTime,
    pub(crate) families: Vec<Family<'a>>,
    /// One line for each metric of which something is not shown.
    pub(crate) remarks: Vec<String>,
}

/// All series below one name.
#[derive(Debug)]
pub(crate) struct Family<'a> {
    /// The name, without a counter's `_total` and without the `_info`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// The words for the unit, which end the name.
    pub(crate) unit: Option<String>,
    /// The unit in UCUM.
    pub(crate) measured_in: &'a str,
    pub(crate) help: String,
    pub(crate) series: Vec<Series<'a>>,
    places: HashMap<Labels, usize>,
}

/// One series.
#[derive(Debug)]
pub(crate) struct Series<'a> {
    pub(crate) labels: Labels,
    pub(crate) value: Value<'a>,
}

/// The value of one series.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    Count(u64),
    Distribution(Cow<'a, Histogram>),
    Number(f64),
    Sum(i64),
}

impl Value<'_> {
    /// Adds another value of the same series; whether that means anything.
    fn add(&mut self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::Count(mine), Value::Count(others)) => *mine = mine.saturating_add(*others),
            (Value::Sum(mine), Value::Sum(others)) => *mine = mine.saturating_add(*others),
            (Value::Distribution(mine), Value::Distribution(others)) => mine.to_mut().merge(others),
            _ => return false,
        }
        true
    }
}

impl<'a> Page<'a> {
    /// What a scrape shows of this snapshot.
    ///
    /// Metrics whose names become one are one family if they are of one kind; counts of one series are added up.
    /// Else the later one is left out and counted, and so is a value that cannot be added to another one of its series.
    pub(crate) fn new(snapshot: &'a Snapshot) -> Self {
        let mut draft = Draft { families: Vec::new(), taken: HashMap::new(), left_out: Vec::new() };
        draft.target(snapshot.resource());
        snapshot.metrics().iter().for_each(|metric| draft.add(metric));
        let remarks = draft.finish();
        Self { created: snapshot.started(), families: draft.families, remarks }
    }
}

/// A page that is not complete.
struct Draft<'a> {
    families: Vec<Family<'a>>,
    /// Every name that a family has in any format, and which family that is.
    taken: HashMap<String, usize>,
    left_out: Vec<LeftOut<'a>>,
}

/// Of which metric how many series are not shown, and why.
struct LeftOut<'a> {
    metric: &'a str,
    series: usize,
    because: String,
}

impl<'a> Draft<'a> {
    /// What produced the metrics, as labels of a metric of its own.
    fn target(&mut self, resource: &Resource) {
        let attributes = resource.attributes().map(|(name, value)| (name, value.to_string()));
        let labels = labels(attributes);
        if labels.is_empty() {
            return;
        }
        let series = vec![Series { labels, value: Value::Count(1) }];
        let family = Family { series, ..Family::new("target".to_owned(), Kind::Info, "What is observed.") };
        self.push(family);
    }

    fn add(&mut self, metric: &'a Metric) {
        if metric.points.is_empty() {
            return;
        }
        let kind = Kind::of(metric.kind);
        let (name, unit) = names::family(&metric.name, &metric.unit, kind);
        let place = match self.holder(&name, kind) {
            None => {
                // Who reads a help text looks for the place in the code, if for nothing else.
                let about = [&metric.description, &metric.name].into_iter().find(|text| !text.is_empty());
                let family = Family::new(name, kind, about.map_or("", |text| text));
                self.push(Family { unit, measured_in: &metric.unit, ..family })
            }
            Some(place) => {
                let family = &self.families[place];
                if (&family.name, family.kind) != (&name, kind) {
                    let because = format!("`{}` is a {} already", family.name, family.kind.word());
                    let series = metric.points.len();
                    self.left_out.push(LeftOut { metric: &metric.name, series, because });
                    return;
                }
                place
            }
        };
        let family = &mut self.families[place];
        let mut series = 0;
        for point in &metric.points {
            let given = point.labels.iter().map(|(name, value)| (*name, value.to_string()));
            let shown = value(&point.data, kind).is_some_and(|value| family.put(labels(given), value));
            series += usize::from(!shown);
        }
        if series > 0 {
            let because = format!("`{}` has such series already", family.name);
            self.left_out.push(LeftOut { metric: &metric.name, series, because });
        }
    }

    /// The family that has one of the names which a family of this name and kind would have.
    fn holder(&self, name: &str, kind: Kind) -> Option<usize> {
        let own = kind.suffixes().iter().map(|suffix| format!("{name}{suffix}"));
        own.filter_map(|name| self.taken.get(&name).copied()).next()
    }

    fn push(&mut self, family: Family<'a>) -> usize {
        let place = self.families.len();
        for suffix in family.kind.suffixes() {
            self.taken.insert(format!("{}{suffix}", family.name), place);
        }
        self.families.push(family);
        place
    }

    /// Says what is left out: as a metric, and in words.
    fn finish(&mut self) -> Vec<String> {
        let (name, _) = names::family(LEFT_OUT, "", Kind::Gauge);
        if self.left_out.is_empty() || self.holder(&name, Kind::Gauge).is_some() {
            return self.remarks();
        }
        let help = "Series that a scrape cannot show, since another metric has their name.";
        let mut family = Family::new(name, Kind::Gauge, help);
        for LeftOut { metric, series, .. } in &self.left_out {
            let labels = labels([("metric", (*metric).to_owned())].into_iter());
            family.put(labels, Value::Sum(*series as i64));
        }
        self.push(family);
        self.remarks()
    }

    fn remarks(&self) -> Vec<String> {
        let remark = |LeftOut { metric, series, because }: &LeftOut<'_>| {
            format!("left out: {series} series of `{}`, since {because}", readable(metric).replace('\n', " "))
        };
        self.left_out.iter().map(remark).collect()
    }
}

impl<'a> Family<'a> {
    fn new(name: String, kind: Kind, help: &str) -> Self {
        Self {
            name,
            kind,
            unit: None,
            measured_in: "",
            help: readable(help),
            series: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Adds a series, or to one; whether there was a way.
    fn put(&mut self, labels: Labels, value: Value<'a>) -> bool {
        match self.places.get(&labels) {
            Some(place) => self.series[*place].value.add(&value),
            None => {
                self.places.insert(labels.clone(), self.series.len());
                self.series.push(Series { labels, value });
                true
            }
        }
    }
}

/// The value of a point; none where it is of another kind than its metric.
fn value(data: &MetricData, kind: Kind) -> Option<Value<'_>> {
    match (data, kind) {
        (MetricData::Counter(count), Kind::Counter) => Some(Value::Count(*count)),
        (MetricData::Gauge(number), Kind::Gauge) => Some(Value::Number(*number)),
        (MetricData::Histogram(histogram), Kind::Histogram) => {
            Some(Value::Distribution(Cow::Borrowed(histogram)))
        }
        (MetricData::UpDownCounter(sum), Kind::Gauge) => Some(Value::Sum(*sum)),
        _ => None,
    }
}
