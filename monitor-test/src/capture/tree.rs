//! Captured spans and events as text, to be read in a failure and compared in a snapshot.

use std::collections::HashMap;
use std::collections::HashSet;
use std::fmt::Write;
use std::time::SystemTime;

use monitor_core::FieldValue;
use monitor_core::Outcome;
use monitor_core::SpanId;
use monitor_core::recorders::memory::FinishedSpan;
use monitor_core::recorders::memory::RecordedEvent;

/// One line.
#[derive(Clone, Copy)]
enum Line<'a> {
    Event(&'a RecordedEvent),
    Span(&'a FinishedSpan),
}

type Children<'a> = HashMap<Option<SpanId>, Vec<Line<'a>>>;

/// One line a span and event, what is below a span indented by two, in order of their beginning.
pub(crate) fn render(spans: &[FinishedSpan], events: &[RecordedEvent]) -> String {
    let known: HashSet<_> = spans.iter().map(|span| span.span_id).collect();
    // What is below a span that is still under way, and so was not captured, stands at the left.
    let below = |parent: Option<SpanId>| parent.filter(|parent| known.contains(parent));
    let mut children = Children::new();
    for span in spans {
        let parent = below(span.parent).filter(|parent| *parent != span.span_id);
        children.entry(parent).or_default().push(Line::Span(span));
    }
    for event in events {
        let parent = below(event.context.map(|context| context.span_id()));
        children.entry(parent).or_default().push(Line::Event(event));
    }
    // Stable: what began at the same moment stands in order of its end.
    children.values_mut().for_each(|siblings| siblings.sort_by_key(Line::begin));

    let mut text = String::new();
    let mut waiting: Vec<_> = siblings(&children, None).map(|line| (0, line)).collect();
    while let Some((depth, line)) = waiting.pop() {
        line.write(&mut text, depth);
        if let Line::Span(span) = line {
            waiting.extend(siblings(&children, Some(span.span_id)).map(|child| (depth + 1, child)));
        }
    }
    text
}

/// The last first, to be popped in order.
fn siblings<'a>(children: &Children<'a>, parent: Option<SpanId>) -> impl Iterator<Item = Line<'a>> {
    children.get(&parent).map_or(&[][..], Vec::as_slice).iter().rev().copied()
}

impl Line<'_> {
    fn begin(&self) -> SystemTime {
        match self {
            Line::Event(event) => event.time,
            Line::Span(span) => span.start,
        }
    }

    fn write(&self, text: &mut String, depth: usize) {
        let indent = 2 * depth;
        let fields = match self {
            Line::Event(event) => {
                let _ = write!(text, "{:indent$}- {}", "", event.name);
                &event.fields
            }
            Line::Span(span) => {
                let _ = write!(text, "{:indent$}{} {}", "", span.display_name, span.outcome);
                if let (Outcome::Error, Some(error_type)) = (span.outcome, span.error_type) {
                    let _ = write!(text, "({error_type})");
                }
                &span.fields
            }
        };
        for (name, value) in fields {
            let _ = match value {
                FieldValue::Text(value) => write!(text, " {name}={value:?}"),
                value => write!(text, " {name}={value}"),
            };
        }
        text.push('\n');
    }
}
