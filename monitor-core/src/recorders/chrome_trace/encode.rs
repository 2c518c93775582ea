//! From spans, events and snapshots to trace events. Pure.
//!
//! The format is the "JSON Array Format" of the Trace Event Format, as chrome://tracing and Perfetto read it: one
//! object a line, times in microseconds with three decimals. Times are those since the recorder began, because those
//! since 1970 leave a `double`, which is what readers have, no room for nanoseconds.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::time::SystemTime;

use crate::export::json::Object;
use crate::export::json::last_of_each;
use crate::export::json::object;
use crate::export::json::rfc_3339;
use crate::metric::MetricData;
use crate::metric::MetricPoint;
use crate::metric::Snapshot;
use crate::model::FieldValue;
use crate::model::Outcome;
use crate::recorders::chrome_trace::layout::Bar;
use crate::recorders::chrome_trace::layout::LANES;
use crate::recorders::chrome_trace::layout::Lanes;
use crate::recorders::chrome_trace::placed::Place;
use crate::recorders::chrome_trace::placed::Placed;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::memory::RecordedEvent;

/// The number of the thread that stands for no lane: what happened in no span that is drawn.
const ELSEWHERE: usize = LANES + 1;
/// The most series of one metric that are drawn.
const SERIES: usize = 100;

/// What is drawn, and what has to be remembered for what comes.
#[derive(Debug)]
pub(crate) struct Drawing {
    process: u32,
    service: String,
    /// The moment from which times are counted.
    zero: Option<SystemTime>,
    lanes: Lanes,
    placed: Placed,
    /// Metrics as they were last drawn, by name and series.
    values: HashMap<String, BTreeMap<String, f64>>,
    flows: u64,
    elsewhere: bool,
}

impl Drawing {
    pub(crate) fn new(process: u32) -> Self {
        Self {
            process,
            service: String::new(),
            zero: None,
            lanes: Lanes::default(),
            placed: Placed::default(),
            values: HashMap::new(),
            flows: 0,
            elsewhere: false,
        }
    }

    /// Counts times from `zero`, unless they are counted already.
    pub(crate) fn begin(&mut self, zero: SystemTime, service: &str) {
        self.zero.get_or_insert(zero);
        if self.service != service {
            service.clone_into(&mut self.service);
        }
    }

    /// Draws spans of one trace. Gives the number of those for which there was no lane left.
    pub(crate) fn spans(&mut self, out: &mut Vec<u8>, spans: &[FinishedSpan]) -> usize {
        let bars: Vec<_> = spans.iter().map(|span| self.bar(span)).collect();
        let mut missing = 0;
        for (position, lane) in self.lanes.place(&bars) {
            let Some(lane) = lane else {
                missing += 1;
                continue;
            };
            let place = Place { thread: lane + 1, start: bars[position].start };
            self.placed.insert(bars[position].id, place);
            self.span(out, &spans[position], &bars[position], place.thread);
        }
        for (span, bar) in spans.iter().zip(&bars).filter(|(span, _)| !span.links.is_empty()) {
            self.links(out, span, bar);
        }
        missing
    }

    /// Draws an event, in the lane of its span if that is drawn.
    pub(crate) fn event(&mut self, out: &mut Vec<u8>, event: &RecordedEvent) {
        let place = event.context.and_then(|context| self.placed.get(context.span_id()));
        self.elsewhere |= place.is_none();
        let thread = place.map_or(ELSEWHERE, |place| place.thread);
        let time = self.nanoseconds(event.time);
        self.record(out, "i", event.name, thread, time, |object| {
            object.entry("cat", event.family.name());
            object.entry("s", "t");
            object.object("args", |args| {
                args.entry("severity", event.severity.as_str());
                if let Some(context) = event.context {
                    args.entry("trace_id", context.trace_id().to_string());
                    args.entry("span_id", context.span_id().to_string());
                }
                fields(args, &event.fields);
            });
        });
    }

    /// Whether the span of the event is drawn.
    pub(crate) fn knows_span_of(&self, event: &RecordedEvent) -> bool {
        event.context.is_some_and(|context| self.placed.get(context.span_id()).is_some())
    }

    /// Draws gauges and up-down counters, calls under way among them, as far as they have changed.
    pub(crate) fn metrics(&mut self, out: &mut Vec<u8>, snapshot: &Snapshot) {
        let time = self.nanoseconds(snapshot.taken());
        for metric in snapshot.metrics() {
            let points = metric.points.iter().filter_map(|point| Some((series(point), number(&point.data)?)));
            let points = points.filter(|(_, value)| value.is_finite());
            let values: BTreeMap<String, f64> = points.take(SERIES).collect();
            let known = self.values.get(&*metric.name);
            let changed = match known {
                Some(known) => *known != values,
                None => values.values().any(|value| *value != 0.0),
            };
            if changed {
                self.record(out, "C", &metric.name, ELSEWHERE, time, |object| {
                    object.object("args", |args| {
                        values.iter().for_each(|(name, value)| args.entry(name, value))
                    });
                });
                self.values.insert(metric.name.to_string(), values);
            }
        }
    }

    /// What ends the file: the names of process and lanes.
    pub(crate) fn end(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for lane in 1..=self.lanes.len() {
            self.name(&mut out, "thread_name", lane, "name", &format!("lane {lane}"));
        }
        if self.elsewhere {
            self.name(&mut out, "thread_name", ELSEWHERE, "name", "outside of all spans drawn");
        }
        if let Some(zero) = self.zero {
            let label = format!("0 is {}", rfc_3339(zero));
            self.name(&mut out, "process_labels", 0, "labels", &label);
        }
        let service = if self.service.is_empty() { "process" } else { &self.service };
        self.name(&mut out, "process_name", 0, "name", service);
        // The last one is followed by nothing.
        out.truncate(out.len() - 2);
        out.extend(b"\n]\n");
        out
    }

    fn bar(&self, span: &FinishedSpan) -> Bar {
        let start = self.nanoseconds(span.start);
        let duration = u64::try_from(span.duration.as_nanos()).unwrap_or(u64::MAX);
        Bar { id: span.span_id, parent: span.parent, start, end: start.saturating_add(duration) }
    }

    fn span(&self, out: &mut Vec<u8>, span: &FinishedSpan, bar: &Bar, thread: usize) {
        self.record(out, "X", &span.display_name, thread, bar.start, |object| {
            let module = span.metadata.module;
            object.entry("cat", if module.is_empty() { "span" } else { module });
            microseconds(object, "dur", bar.end - bar.start);
            match span.outcome {
                Outcome::Ok => {}
                Outcome::Cancelled => object.entry("cname", "bad"),
                Outcome::Error | Outcome::Panic => object.entry("cname", "terrible"),
            }
            object.object("args", |args| {
                args.entry("outcome", span.outcome.as_str());
                if let Some(error_type) = span.error_type {
                    args.entry("error.type", error_type);
                }
                args.entry("trace_id", span.trace_id.to_string());
                args.entry("span_id", span.span_id.to_string());
                if let Some(parent) = span.parent {
                    args.entry("parent_id", parent.to_string());
                }
                fields(args, &span.fields);
            });
        });
    }

    /// Draws an arrow for each link whose other end is drawn as well.
    fn links(&mut self, out: &mut Vec<u8>, span: &FinishedSpan, bar: &Bar) {
        let Some(here) = self.placed.get(bar.id) else { return };
        for link in &span.links {
            let Some(there) = self.placed.get(link.span_id()) else { continue };
            self.flows += 1;
            let id = self.flows;
            // An arrow points to what is later.
            let (from, to) = if there.start <= here.start { (there, here) } else { (here, there) };
            self.record(out, "s", "link", from.thread, from.start, |object| {
                object.entry("cat", "link");
                object.entry("id", id);
            });
            self.record(out, "f", "link", to.thread, to.start, |object| {
                object.entry("cat", "link");
                object.entry("id", id);
                object.entry("bp", "e");
            });
        }
    }

    fn name(&self, out: &mut Vec<u8>, what: &str, thread: usize, key: &str, name: &str) {
        self.record(out, "M", what, thread, 0, |object| object.object("args", |args| args.entry(key, name)));
    }

    fn record(
        &self,
        out: &mut Vec<u8>,
        phase: &str,
        name: &str,
        thread: usize,
        time: u64,
        rest: impl FnOnce(&mut Object<'_>),
    ) {
        object(out, |object| {
            object.entry("ph", phase);
            object.entry("name", name);
            object.entry("pid", self.process);
            object.entry("tid", thread);
            microseconds(object, "ts", time);
            rest(object);
        });
        out.extend(b",\n");
    }

    /// So long after the beginning; what was before is there.
    fn nanoseconds(&self, time: SystemTime) -> u64 {
        let since = self.zero.and_then(|zero| time.duration_since(zero).ok()).unwrap_or_default();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}

fn microseconds(object: &mut Object<'_>, key: &str, nanoseconds: u64) {
    object.written(key, format_args!("{}.{:03}", nanoseconds / 1_000, nanoseconds % 1_000));
}

fn fields(args: &mut Object<'_>, all: &[(String, FieldValue<'static>)]) {
    if !all.is_empty() {
        let last = last_of_each(all.iter().map(|(name, value)| (name, value)));
        args.object("fields", |object| last.into_iter().for_each(|(name, value)| object.field(name, value)));
    }
}

/// What a series is called within its metric.
fn series(point: &MetricPoint) -> String {
    let parts: Vec<_> = point.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if parts.is_empty() { "value".to_owned() } else { parts.join(" ") }
}

/// What goes up and down.
fn number(data: &MetricData) -> Option<f64> {
    match data {
        MetricData::Gauge(value) => Some(*value),
        MetricData::UpDownCounter(value) => Some(*value as f64),
        MetricData::Counter(_) | MetricData::Histogram(_) => None,
    }
}
