//! The tree of spans, each with its place in time.

use std::fmt::Write;
use std::time::Duration;

use crate::report::span;

/// One timed call and those it made.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct SpanNode {
    /// The function.
    pub(crate) name: String,
    /// When it started, counted from the root's start.
    pub(crate) started: Duration,
    /// How long it took.
    pub(crate) duration: Duration,
    /// Of this, spent in no child.
    pub(crate) self_time: Duration,
    /// How it ended: `ok`, `error`, `panic`, `cancelled`.
    pub(crate) outcome: String,
    /// What it says of itself.
    pub(crate) fields: Vec<(String, String)>,
    /// The calls it made, in order of their start.
    pub(crate) children: Vec<SpanNode>,
}

impl SpanNode {
    fn size(&self) -> usize {
        1 + self.children.iter().map(Self::size).sum::<usize>()
    }
}

/// Draws a tree, a line a span; of a very large one the first lines.
pub(crate) fn drawn(root: &SpanNode) -> String {
    let mut lines = Vec::new();
    branch(root, "", "", &mut lines);
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (label, node) in &lines {
        let timeline = timeline(node, root);
        let (took, own) = (span(node.duration), span(node.self_time));
        let line = format!("{label:width$}  │{timeline}│ {took:>8}  self {own:>8}  {}", node.outcome);
        let fields = node.fields.iter().map(|(key, value)| format!("  {key}={}", value.escape_debug()));
        let _ = writeln!(text, "{line}{}", fields.collect::<String>());
    }
    let left = root.size() - lines.len();
    if left > 0 {
        let _ = writeln!(text, "… and {left} more");
    }
    text
}

const MOST_LINES: usize = 40;
const CELLS: usize = 24;

/// Adds a span and what is below it; `first` stands before its name, `other` before all below.
fn branch<'a>(node: &'a SpanNode, first: &str, other: &str, lines: &mut Vec<(String, &'a SpanNode)>) {
    if lines.len() == MOST_LINES {
        return;
    }
    lines.push((format!("{first}{}", node.name), node));
    for (at, child) in node.children.iter().enumerate() {
        let (corner, edge) =
            if at + 1 == node.children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        branch(child, &format!("{other}{corner}"), &format!("{other}{edge}"), lines);
    }
}

/// Where in the root's time a span was: at least one cell, never beyond the end.
fn timeline(node: &SpanNode, root: &SpanNode) -> String {
    let whole = root.duration.as_secs_f64().max(f64::MIN_POSITIVE);
    let cell = |at: Duration| (at.as_secs_f64() / whole * CELLS as f64).round() as usize;
    let start = cell(node.started).min(CELLS - 1);
    let end = cell(node.started + node.duration).clamp(start + 1, CELLS);
    format!("{}{}{}", " ".repeat(start), "█".repeat(end - start), " ".repeat(CELLS - end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, started: u64, duration: u64, children: Vec<SpanNode>) -> SpanNode {
        SpanNode {
            name: name.into(),
            started: Duration::from_millis(started),
            duration: Duration::from_millis(duration),
            self_time: Duration::from_millis(1),
            outcome: "ok".into(),
            fields: Vec::new(),
            children,
        }
    }

    #[test]
    fn a_tree_shows_who_called_whom_and_when() {
        let retry = node("retry", 0, 24, vec![node("first", 0, 6, vec![]), node("second", 12, 12, vec![])]);
        let mut root = node("root", 0, 24, vec![retry]);
        root.fields.push(("text".into(), "two\nlines".into()));
        let expected = "\
root          │████████████████████████│  24.0 ms  self  1.00 ms  ok  text=two\\nlines
└─ retry      │████████████████████████│  24.0 ms  self  1.00 ms  ok
   ├─ first   │██████                  │  6.00 ms  self  1.00 ms  ok
   └─ second  │            ████████████│  12.0 ms  self  1.00 ms  ok
";
        assert_eq!(drawn(&root), expected);
    }

    #[test]
    fn a_span_outside_its_root_stays_within_the_picture() {
        let root = node("root", 0, 10, vec![node("late", 50, 50, vec![]), node("none", 0, 0, vec![])]);
        let widths = drawn(&root).lines().map(|line| line.chars().count()).collect::<Vec<_>>();
        assert!(widths.iter().all(|width| *width == widths[0]), "{}", drawn(&root));
    }

    #[test]
    fn of_a_very_large_tree_the_rest_is_counted() {
        let children = (0..100).map(|_| node("child", 0, 1, vec![])).collect();
        let text = drawn(&node("root", 0, 10, children));
        assert!(text.ends_with("… and 61 more\n") && text.lines().count() == 41, "{text}");
    }
}
