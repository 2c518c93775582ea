//! The tree of the spans of one call.

use std::collections::HashMap;
use std::fmt::Write;

use monitor_core::Outcome;
use monitor_core::SpanId;
use monitor_core::recorders::memory::FinishedSpan;

/// Draws a tree, a line a span. Neighbours of one name and outcome without anything below the first are one line.
pub(crate) fn drawn(spans: &[FinishedSpan]) -> String {
    let mut children: HashMap<Option<SpanId>, Vec<&FinishedSpan>> = HashMap::new();
    for span in spans {
        children.entry(span.parent).or_default().push(span);
    }
    children.values_mut().for_each(|below| below.sort_by_key(|span| span.start));
    let mut lines = Vec::new();
    for root in children.get(&None).into_iter().flatten() {
        branch(root, "", "", &children, &mut lines);
    }
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (label, told) in lines {
        let _ = writeln!(text, "{label:width$}  {told}");
    }
    text
}

/// Adds a span and what is below it; `first` stands before its name, `other` before all below.
fn branch(
    span: &FinishedSpan,
    first: &str,
    other: &str,
    children: &HashMap<Option<SpanId>, Vec<&FinishedSpan>>,
    lines: &mut Vec<(String, String)>,
) {
    lines.push((
        format!("{first}{}", span.name),
        format!("{:>10}  {}", format!("{:.1?}", span.duration), ending(span)),
    ));
    let Some(below) = children.get(&Some(span.span_id)) else { return };
    let alike = |one: &FinishedSpan, two: &FinishedSpan| one.name == two.name && ending(one) == ending(two);
    let groups: Vec<_> = below.chunk_by(|one, two| alike(one, two)).collect();
    for (at, group) in groups.iter().enumerate() {
        let (corner, edge) = if at + 1 == groups.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        // The last one stands for all: it is the one after which something changed.
        let [before @ .., last] = group else { continue };
        if !before.is_empty() {
            let more = format!("{other}├─ … {} × {}", before.len(), last.name);
            lines.push((more, String::new()));
        }
        branch(last, &format!("{other}{corner}"), &format!("{other}{edge}"), children, lines);
    }
}

/// How the call ended; of an error also its kind.
fn ending(span: &FinishedSpan) -> String {
    match (span.outcome, span.error_type) {
        (Outcome::Error, Some(kind)) => format!("error: {kind}"),
        (outcome, _) => outcome.to_string(),
    }
}
