//! From spans and snapshots to lines of text. Pure.

use std::collections::HashMap;
use std::collections::HashSet;
use std::time::Duration;
use std::time::SystemTime;

use crate::metric::Histogram;
use crate::metric::Snapshot;
use crate::model::Escaped;
use crate::model::FieldValue;
use crate::model::Outcome;
use crate::model::SpanId;
use crate::model::since_1970;
use crate::recorder::EventRef;
use crate::recorders::console::readable;
use crate::recorders::memory::FinishedSpan;

/// Deeper spans are written at this depth.
const DEPTH_LIMIT: usize = 64;

/// One line of a tree.
pub(crate) struct Line {
    pub(crate) depth: usize,
    pub(crate) text: String,
}

/// The spans of one trace as a tree: each below its parent, in order of start.
pub(crate) fn tree(spans: &[FinishedSpan]) -> Vec<Line> {
    let mut children: HashMap<Option<SpanId>, Vec<&FinishedSpan>> = HashMap::new();
    let here: HashSet<_> = spans.iter().map(|span| span.span_id).collect();
    for span in spans {
        // A span whose parent is not here stands at the top.
        let parent = span.parent.filter(|parent| here.contains(parent));
        children.entry(parent).or_default().push(span);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|span| std::cmp::Reverse(span.start));
    }
    let mut lines = Vec::new();
    let mut left: Vec<_> = children.remove(&None).unwrap_or_default().into_iter().map(|it| (it, 0)).collect();
    while let Some((span, depth)) = left.pop() {
        lines.push(Line { depth: depth.min(DEPTH_LIMIT), text: line(span) });
        let below = children.remove(&Some(span.span_id)).unwrap_or_default();
        left.extend(below.into_iter().map(|child| (child, depth + 1)));
    }
    lines
}

fn line(span: &FinishedSpan) -> String {
    let mut text = format!("{} {}", escape(&span.display_name), readable(span.duration));
    if span.outcome != Outcome::Ok {
        text.push_str(&format!(" {}", span.outcome));
    }
    if let Some(error_type) = span.error_type.filter(|_| span.outcome == Outcome::Error) {
        text.push_str(&format!(" ({})", escape(error_type)));
    }
    span.fields.iter().for_each(|(name, value)| field(&mut text, name, value));
    text
}

fn field(text: &mut String, name: &str, value: &FieldValue<'_>) {
    text.push_str(&format!(" {}={}", escape(name), escape(&value.to_string())));
}

/// One event as a line: when, how much it matters, what, with which fields.
pub(crate) fn event(event: &EventRef<'_>) -> String {
    let mut text = format!("{} {:5} {}", time_of_day(event.time()), event.severity(), escape(event.name()));
    event.fields().for_each(|(name, value)| field(&mut text, name, &value));
    text
}

/// The time of day in UTC, to the millisecond.
pub(crate) fn time_of_day(time: SystemTime) -> String {
    let since = since_1970(time);
    let seconds = since.as_secs() % (24 * 60 * 60);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}

/// A table of all functions: calls, endings, quantiles.
pub(crate) fn table(snapshot: &Snapshot) -> Vec<String> {
    let functions: Vec<_> = snapshot.functions().iter().filter(|function| function.calls() > 0).collect();
    if functions.is_empty() {
        return Vec::new();
    }
    let width = functions.iter().map(|function| function.name().chars().count()).max().unwrap_or(0).max(8);
    let mut lines = vec![format!(
        "{:width$} {:>9} {:>7} {:>9} {:>6} {:>9} {:>9} {:>9} {:>9}",
        "function", "calls", "error", "cancelled", "panic", "p50", "p90", "p99", "max"
    )];
    for function in functions {
        let duration = function.duration();
        lines.push(format!(
            "{:width$} {:>9} {:>7} {:>9} {:>6} {:>9} {:>9} {:>9} {:>9}",
            escape(function.name()),
            function.calls(),
            function.ended(Outcome::Error),
            function.ended(Outcome::Cancelled),
            function.ended(Outcome::Panic),
            quantile(&duration, 0.5),
            quantile(&duration, 0.9),
            quantile(&duration, 0.99),
            quantile(&duration, 1.0),
        ));
    }
    lines
}

pub(crate) fn quantile(histogram: &Histogram, rank: f64) -> String {
    let seconds = histogram.quantile(rank).unwrap_or(0.0);
    readable(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Text that can do nothing but be read.
pub(crate) fn escape(text: &str) -> String {
    Escaped(text).to_string()
}
