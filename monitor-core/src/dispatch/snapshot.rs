//! From counted cells to a snapshot that names things.

use std::borrow::Cow;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::dispatch::attach::suppressed_calls;
use crate::dispatch::callsite::Callsite;
use crate::dispatch::core::Core;
use crate::dispatch::counted::Counted;
use crate::dispatch::ears::Trouble;
use crate::dispatch::error_types::error_type_name;
use crate::dispatch::hook::panics;
use crate::dispatch::observed::Observed;
use crate::dispatch::observed::read_all;
use crate::dispatch::process_wide;
use crate::dispatch::sources::Source;
use crate::dispatch::sources::declared;
use crate::dispatch::sources::refused;
use crate::dispatch::sources::sources;
use crate::metric::Exemplar;
use crate::metric::FunctionSeries;
use crate::metric::FunctionSnapshot;
use crate::metric::Histogram;
use crate::metric::InstrumentInfo;
use crate::metric::LabelSets;
use crate::metric::Labels;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::MetricPoint;
use crate::metric::OVERFLOW;
use crate::metric::Snapshot;
use crate::metric::Value;
use crate::metric::function_metrics;
use crate::model::Head;
use crate::model::Signals;
use crate::model::Tally;

/// The label of a series that takes what is beyond the bound.
const OVERFLOWED: (&str, Cow<'static, str>) = ("otel.metric.overflow", Cow::Borrowed("true"));

/// What a monitor has recorded, lost and refused, in numbers that only grow.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Losses {
    pub(crate) spans_flattened: u64,
    pub(crate) recorded: Tally,
    pub(crate) dropped: Tally,
    pub(crate) values_rejected: u64,
    pub(crate) labels_overflowed: u64,
    pub(crate) sources_refused: u64,
    pub(crate) calls_suppressed: u64,
    pub(crate) bridge_panics: u64,
    pub(crate) evaluations_panicked: u64,
    pub(crate) events_missed: u64,
    pub(crate) events_unheard: u64,
    pub(crate) listener_panics: u64,
}

impl Core {
    /// A copy of everything counted so far.
    pub(crate) fn snapshot(&self) -> Snapshot {
        // Before anything is locked, for it runs code of the user.
        let observed = read_all(self);
        let counted = self.counted();
        let labels = self.labels();
        let origin = self.origin();
        let exemplars = self.exemplars();
        let find = |id, slot, ending| exemplars.of(id, slot, ending, &origin);
        let mut functions = Vec::new();
        let mut by_hand: Vec<Metric> = Vec::new();
        for (id, source) in sources().into_iter().enumerate() {
            let id = id as u32;
            match source {
                Source::Callsite(callsite) if self.counts(callsite) => {
                    functions.extend(function(id, callsite, &counted, &labels, &find));
                }
                Source::Callsite(_) | Source::Family(_) => {}
                Source::Instrument(info) => {
                    if let Some(metric) = metric(id, info, &counted, &labels) {
                        add(&mut by_hand, metric);
                    }
                }
            }
        }
        drop(labels);
        drop(exemplars);
        for info in declared().into_iter().filter(|info| self.shows(info)) {
            add_declared(&mut by_hand, info);
        }
        for observed in observed {
            add_observed(&mut by_hand, observed);
        }
        let mut metrics = function_metrics(&functions);
        metrics.extend(by_hand);
        Snapshot {
            resource: self.config.resource.clone(),
            started: self.started(),
            taken: self.clock().anchor().1,
            functions,
            metrics,
        }
    }

    /// Whether the calls of a callsite are counted, or only told as spans.
    fn counts(&self, callsite: &'static Callsite) -> bool {
        self.signals(callsite.metadata()).contains(Signals::METRICS)
    }

    /// What was recorded and lost so far.
    pub(crate) fn losses(&self) -> Losses {
        let counted = self.counted();
        let (mut recorded, mut dropped) = (counted.ledger.recorded, counted.ledger.dropped);
        recorded.events += self.lost_events();
        dropped.events += self.lost_events();
        let outside = process_wide::trouble();
        let heard = |of: fn(&Trouble) -> &AtomicU64| {
            of(self.hearing.trouble()).load(Ordering::Relaxed) + of(&outside).load(Ordering::Relaxed)
        };
        Losses {
            spans_flattened: self.flattened(),
            recorded,
            dropped,
            values_rejected: counted.ledger.cells.rejected + self.rejected(),
            labels_overflowed: self.labels().overflowed,
            sources_refused: refused(),
            calls_suppressed: suppressed_calls(),
            bridge_panics: panics(),
            evaluations_panicked: self.evaluations_panicked(),
            events_missed: heard(|trouble| &trouble.missed),
            events_unheard: heard(|trouble| &trouble.unheard),
            listener_panics: heard(|trouble| &trouble.panics),
        }
    }
}

fn function(
    id: u32,
    callsite: &'static Callsite,
    counted: &Counted,
    labels: &LabelSets,
    exemplars: &dyn Fn(u32, u16, u32) -> Vec<Exemplar>,
) -> Option<FunctionSnapshot> {
    let metadata = callsite.metadata();
    let started = counted.started.get(id as usize).copied().unwrap_or(0);
    let mut series = Vec::new();
    for (slot, ending, counts) in counted.ledger.cells.series(id) {
        let head = Head::from_word(u64::from(ending) << 40);
        series.push(FunctionSeries {
            labels: label_pairs(labels, id, slot, metadata.labels),
            outcome: head.outcome(),
            error_type: error_type_name(head.error()),
            duration: counts.total.clone().with_exemplars(exemplars(id, slot, ending)),
            self_duration: counts.own.as_deref().cloned(),
        });
    }
    (started > 0 || !series.is_empty()).then_some(FunctionSnapshot { metadata, started, series })
}

fn metric(id: u32, info: &'static InstrumentInfo, counted: &Counted, labels: &LabelSets) -> Option<Metric> {
    let points: Vec<_> = counted
        .ledger
        .cells
        .values(id)
        .map(|(slot, value)| {
            let data = match value {
                Value::Counter(sum) => MetricData::Counter(*sum),
                Value::Gauge(value, _) => MetricData::Gauge(*value),
                Value::Histogram(histogram) => MetricData::Histogram(histogram.clone()),
                Value::UpDown(sum) => MetricData::UpDownCounter(*sum),
            };
            let mut labels = label_pairs(labels, id, slot, info.labels);
            if info.sparse {
                labels.retain(|(_, value)| !value.is_empty());
            }
            MetricPoint { labels, data }
        })
        .collect();
    (!points.is_empty()).then(|| Metric { points, ..described(info) })
}

/// A metric without points.
fn described(info: &'static InstrumentInfo) -> Metric {
    Metric {
        name: Cow::Borrowed(info.name),
        template: Cow::Borrowed(info.template),
        description: Cow::Borrowed(info.description),
        unit: Cow::Borrowed(info.unit),
        kind: info.kind,
        points: Vec::new(),
    }
}

/// Adds a declared metric that has no values yet: with a zero, where it has no labels that would have to be known.
fn add_declared(metrics: &mut Vec<Metric>, info: &'static InstrumentInfo) {
    if metrics.iter().any(|metric| metric.name == info.name) {
        return;
    }
    let zero = match info.kind {
        MetricKind::Counter => Some(MetricData::Counter(0)),
        // What was never set is not zero.
        MetricKind::Gauge => None,
        MetricKind::Histogram => Some(MetricData::Histogram(Histogram::with_bounds(info.buckets))),
        MetricKind::UpDownCounter => Some(MetricData::UpDownCounter(0)),
    };
    let zero = zero.filter(|_| info.labels.is_empty());
    let points = zero.map(|data| MetricPoint { labels: Vec::new(), data }).into_iter().collect();
    metrics.push(Metric { points, ..described(info) });
}

/// Adds a value that was just read. Of those with the same labels, sums add up, and the last gauge counts.
fn add_observed(metrics: &mut Vec<Metric>, observed: Observed) {
    let Observed { info, labels, data } = observed;
    let values = labels.iter().map(|value| Cow::Owned(value.to_string()));
    let labels: Labels = info.labels.iter().copied().zip(values).collect();
    let place = match metrics.iter().position(|metric| metric.name == info.name) {
        Some(place) => place,
        None => {
            metrics.push(described(info));
            metrics.len() - 1
        }
    };
    let points = &mut metrics[place].points;
    let place = points.iter().position(|point| point.labels == labels);
    match (place, data) {
        (Some(place), data) => points[place].data = sum(&points[place].data, data),
        // Without a bound, the types of the labels have one.
        (None, data) if info.max == 0 || info.labels.is_empty() || (points.len() as u32) < info.max => {
            points.push(MetricPoint { labels, data });
        }
        (None, data) => {
            let labels = vec![OVERFLOWED];
            match points.iter_mut().find(|point| point.labels == labels) {
                Some(point) => point.data = sum(&point.data, data),
                None => points.push(MetricPoint { labels, data }),
            }
        }
    }
}

fn sum(one: &MetricData, other: MetricData) -> MetricData {
    match (one, other) {
        (MetricData::Counter(one), MetricData::Counter(other)) => {
            MetricData::Counter(one.wrapping_add(other))
        }
        (MetricData::UpDownCounter(one), MetricData::UpDownCounter(other)) => {
            MetricData::UpDownCounter(one.wrapping_add(other))
        }
        (_, other) => other,
    }
}

/// Adds a metric, to the one of its name where there is one: series that came over a bridge may have other label
/// names than their neighbours.
fn add(metrics: &mut Vec<Metric>, metric: Metric) {
    match metrics.iter_mut().find(|earlier| earlier.name == metric.name) {
        Some(earlier) => earlier.points.extend(metric.points),
        None => metrics.push(metric),
    }
}

fn label_pairs(labels: &LabelSets, id: u32, slot: u16, names: &[&'static str]) -> Labels {
    if slot == OVERFLOW {
        return vec![OVERFLOWED];
    }
    let Some(values) = labels.values(id, slot) else { return Vec::new() };
    names.iter().zip(values.iter()).map(|(name, value)| (*name, Cow::Owned(value.to_string()))).collect()
}
