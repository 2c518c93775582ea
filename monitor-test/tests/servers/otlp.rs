//! What arrives where OpenTelemetry's protocol is spoken, whoever reads it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::expected;
use crate::expected::Expected;
use crate::expected::Series;
use crate::program;

/// Times are whole nanoseconds.
const ROUNDING: f64 = 2e-9;

/// Spans, points of metrics, and log records.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) spans: Vec<Span>,
    /// The newest of each series.
    pub(crate) points: Vec<Point>,
    pub(crate) logs: Vec<Record>,
}

pub(crate) type Attributes = BTreeMap<String, String>;

#[derive(Clone, Debug, Default)]
pub(crate) struct Span {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) span: String,
    pub(crate) parent: String,
    pub(crate) seconds: f64,
    /// Whether the status says so.
    pub(crate) is_error: bool,
    pub(crate) attributes: Attributes,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Point {
    pub(crate) name: String,
    /// Of a counter or gauge; of a histogram the sum.
    pub(crate) value: f64,
    /// Of a histogram.
    pub(crate) count: u64,
    pub(crate) attributes: Attributes,
    pub(crate) exemplars: Vec<Exemplar>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Exemplar {
    pub(crate) trace: String,
    pub(crate) span: String,
    pub(crate) value: f64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) span: String,
    pub(crate) attributes: Attributes,
}

impl Received {
    /// From what `read_rotel.py` prints.
    pub(crate) fn from_json(printed: &str) -> Option<Self> {
        let all: Value = serde_json::from_str(printed).ok()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let spans = all["spans"].as_array()?.iter().map(|span| {
            Some(Span {
                name: text(&span["name"])?,
                trace: text(&span["trace"])?,
                span: text(&span["span"])?,
                parent: text(&span["parent"])?,
                seconds: span["seconds"].as_f64()?,
                is_error: span["status"].as_u64()? == 2,
                attributes: attributes(&span["attributes"])?,
            })
        });
        let points = all["points"].as_array()?.iter().map(|point| {
            let exemplars = point["exemplars"].as_array().into_iter().flatten().map(|it| {
                Some(Exemplar { trace: text(&it[0])?, span: text(&it[1])?, value: it[2].as_f64()? })
            });
            Some(Point {
                name: text(&point["name"])?,
                value: point["value"].as_f64().or(point["sum"].as_f64()).unwrap_or(f64::NAN),
                count: point["count"].as_u64().unwrap_or_default(),
                attributes: attributes(&point["attributes"])?,
                exemplars: exemplars.collect::<Option<_>>()?,
            })
        });
        let logs = all["logs"].as_array()?.iter().map(|record| {
            Some(Record {
                name: text(&record["name"])?,
                trace: text(&record["trace"])?,
                span: text(&record["span"])?,
                attributes: attributes(&record["attributes"])?,
            })
        });
        Some(Self {
            spans: spans.collect::<Option<_>>()?,
            points: points.collect::<Option<_>>()?,
            logs: logs.collect::<Option<_>>()?,
        })
    }

    /// Of each series the newest point alone: each has everything since the beginning.
    pub(crate) fn keep_newest(&mut self) {
        let all = self.points.drain(..).map(|point| ((point.name.clone(), point.attributes.clone()), point));
        self.points = all.collect::<BTreeMap<_, _>>().into_values().collect();
    }

    /// Whether as many spans and log records are there as there should be.
    pub(crate) fn has_all_records(&self, expected: &Expected) -> Result<(), String> {
        let there = (self.spans.len(), self.logs.len());
        let wanted = (expected.calls.len(), program::EVENTS.len() * program::EACH);
        let complete = there.0 >= wanted.0 && there.1 >= wanted.1;
        if complete { Ok(()) } else { Err(format!("spans and logs: {there:?} instead of {wanted:?}")) }
    }

    /// Whether as much is there as there should be; metrics of an earlier moment may have come before.
    pub(crate) fn is_complete(&self, expected: &Expected) -> Result<(), String> {
        self.has_all_records(expected)?;
        let calls = self.calls("function.calls").into_iter();
        let counts: BTreeMap<_, _> = calls.map(|(series, point)| (series, point.value as u64)).collect();
        if counts == expected.counts() { Ok(()) } else { Err(format!("calls: {counts:?}")) }
    }

    /// Everything is as the program did it, once.
    #[track_caller]
    pub(crate) fn check(&self, expected: &Expected) {
        self.check_records(expected);
        self.check_points(expected);
    }

    /// The same of spans and log records alone.
    #[track_caller]
    pub(crate) fn check_records(&self, expected: &Expected) {
        self.check_spans(expected);
        for (name, function, field) in program::EVENTS {
            let records: Vec<_> = self.logs.iter().filter(|record| record.name == name).collect();
            assert_eq!(records.len(), program::EACH, "{name}: {records:?}");
            for record in records {
                let call = expected.call(&record.span);
                assert_eq!((&*call.function, &call.trace), (function, &record.trace));
                assert_eq!(record.attributes[field], program::HOSTILE);
            }
        }
        assert_eq!(self.logs.len(), program::EVENTS.len() * program::EACH, "{:?}", self.logs);
    }

    fn check_spans(&self, expected: &Expected) {
        let different: BTreeSet<&str> = self.spans.iter().map(|span| &*span.span).collect();
        assert_eq!((self.spans.len(), different.len()), (expected.calls.len(), expected.calls.len()));
        for span in &self.spans {
            let call = expected.call(&span.span);
            assert_eq!((&span.name, &span.trace), (&call.function, &call.trace));
            assert_eq!(span.parent, call.parent.clone().unwrap_or_default(), "{span:?}");
            call.check_duration(span.seconds, ROUNDING);
            let said = |name: &str| span.attributes.get(name).map(String::as_str);
            assert_eq!(said("error.type"), call.error_type.as_deref(), "{span:?}");
            assert_eq!(span.is_error, ["error", "panic"].contains(&&*call.outcome), "{span:?}");
            if call.function == "take_order" {
                assert_eq!(said("note"), Some(program::HOSTILE));
            }
        }
    }

    fn check_points(&self, expected: &Expected) {
        let series = expected.series();
        let durations = self.calls("function.calls.duration");
        assert!(durations.keys().eq(series.keys()), "{:?}", durations.keys());
        for (key, point) in durations {
            assert_eq!(point.count, series[&key].count, "{point:?}");
            series[&key].check_sum(point.value, expected::ROUNDING);
        }

        let points = |name: &str| {
            self.points.iter().filter(move |point| point.name == name).cloned().collect::<Vec<_>>()
        };
        let orders: BTreeMap<String, f64> = points("servers.orders")
            .iter()
            .map(|point| (point.attributes["customer"].clone(), point.value))
            .collect();
        let told = program::ORDERS
            .iter()
            .map(|(customer, orders)| ((*customer).to_owned(), *orders as f64))
            .collect();
        assert_eq!(orders, told);
        assert_eq!(points("servers.temperature")[0].value, program::TEMPERATURE);
        let weights = &points("servers.weight")[0];
        assert_eq!(
            (weights.count, weights.value),
            (program::WEIGHTS.len() as u64, program::WEIGHTS.iter().sum())
        );
    }

    /// Each example of a duration is a call that there was.
    #[track_caller]
    pub(crate) fn check_exemplars(&self, expected: &Expected) {
        let mut functions = BTreeSet::new();
        for ((function, outcome, _), point) in self.calls("function.calls.duration") {
            for exemplar in &point.exemplars {
                let call = expected.call(&exemplar.span);
                assert_eq!(
                    (&call.function, &call.outcome, &call.trace),
                    (&function, &outcome, &exemplar.trace)
                );
                call.check_duration(exemplar.value, ROUNDING);
                functions.insert(function.clone());
            }
        }
        // Of two series that are looked at together one may miss out until the next time.
        assert!(functions.len() >= 3, "exemplars of {functions:?}");
    }

    /// The points of a metric of the functions.
    fn calls(&self, name: &str) -> BTreeMap<Series, &Point> {
        let text = |point: &Point, name: &str| point.attributes.get(name).cloned().unwrap_or_default();
        let found = self.points.iter().filter(|point| point.name == name);
        found.map(|it| ((text(it, "function"), text(it, "outcome"), text(it, "error.type")), it)).collect()
    }
}

fn attributes(object: &Value) -> Option<Attributes> {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(object.as_object()?.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
}
