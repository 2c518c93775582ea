//! Captured spans as text, to be read in a failure and compared in a snapshot.

use std::collections::HashMap;
use std::collections::HashSet;
use std::fmt::Write;

use monitor_core::FieldValue;
use monitor_core::Outcome;
use monitor_core::SpanId;
use monitor_core::recorders::memory::FinishedSpan;

/// One line a span, children below their parents and indented by two, in order of their beginning.
pub(crate) fn render(spans: &[FinishedSpan]) -> String {
    let known: HashSet<_> = spans.iter().map(|span| span.span_id).collect();
    let mut children: HashMap<Option<SpanId>, Vec<&FinishedSpan>> = HashMap::new();
    for span in spans {
        // A parent that is still under way was not captured: its children stand at the left.
        let parent = span.parent.filter(|parent| known.contains(parent) && *parent != span.span_id);
        children.entry(parent).or_default().push(span);
    }
    // Stable: what began at the same moment stands in order of its end.
    children.values_mut().for_each(|siblings| siblings.sort_by_key(|span| span.start));

    let mut text = String::new();
    let mut waiting: Vec<_> = siblings(&children, None).map(|span| (0, span)).collect();
    while let Some((depth, span)) = waiting.pop() {
        line(&mut text, depth, span);
        waiting.extend(siblings(&children, Some(span.span_id)).map(|child| (depth + 1, child)));
    }
    text
}

/// The last first, to be popped in order.
fn siblings<'a>(
    children: &HashMap<Option<SpanId>, Vec<&'a FinishedSpan>>,
    parent: Option<SpanId>,
) -> impl Iterator<Item = &'a FinishedSpan> {
    children.get(&parent).map_or(&[][..], Vec::as_slice).iter().rev().copied()
}

fn line(text: &mut String, depth: usize, span: &FinishedSpan) {
    let _ = write!(text, "{:indent$}{} {}", "", span.display_name, span.outcome, indent = 2 * depth);
    if let (Outcome::Error, Some(error_type)) = (span.outcome, span.error_type) {
        let _ = write!(text, "({error_type})");
    }
    for (name, value) in &span.fields {
        let _ = match value {
            FieldValue::Text(value) => write!(text, " {name}={value:?}"),
            value => write!(text, " {name}={value}"),
        };
    }
    text.push('\n');
}
