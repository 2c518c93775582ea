//! The tree of the spans of one call.

use std::collections::HashMap;

use monitor_core::Outcome;
use monitor_core::SpanId;
use monitor_core::recorders::memory::FinishedSpan;

/// Draws trees, a line a span. Neighbours of one name and outcome are one line; so are, at the leaves of the tree, those
/// that only passed a call on.
pub(crate) fn drawn(spans: &[FinishedSpan]) -> String {
    let mut tree = Tree::default();
    for span in spans {
        tree.children.entry(span.parent).or_default().push(span);
    }
    tree.children.values_mut().for_each(|below| below.sort_by_key(|span| span.start));
    for root in tree.children.remove(&None).unwrap_or_default() {
        tree.branch(root, "", "");
    }
    let width = tree.lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
    let lines = tree.lines.iter().map(|(label, told)| format!("{label:width$}  {told}"));
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[derive(Default)]
struct Tree<'a> {
    children: HashMap<Option<SpanId>, Vec<&'a FinishedSpan>>,
    /// What stands left and right.
    lines: Vec<(String, String)>,
}

impl<'a> Tree<'a> {
    /// Adds a span and what is below it; `first` stands before its name, `other` before all below.
    fn branch(&mut self, span: &'a FinishedSpan, first: &str, other: &str) {
        let last = if first.chars().count() >= DEEP { self.passed_on(span) } else { span };
        let name = if last.span_id == span.span_id { String::new() } else { format!(" … {}", last.name) };
        let times = format!("{:.1?}", span.duration);
        let told = format!(
            "{times:>8}  {:<22}  {}",
            ending(span),
            if name.is_empty() { about(span) } else { String::new() }
        );
        self.lines.push((format!("{first}{}{name}", span.name), told));
        let below = self.children.remove(&Some(last.span_id)).unwrap_or_default();
        let alike =
            |one: &&FinishedSpan, two: &&FinishedSpan| one.name == two.name && ending(one) == ending(two);
        let groups: Vec<_> = below.chunk_by(alike).collect();
        for (at, group) in groups.iter().enumerate() {
            let (corner, edge) =
                if at + 1 == groups.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            // The last one stands for all: it is the one after which something changed.
            let [before @ .., last] = group else { continue };
            if !before.is_empty() {
                self.lines.push((format!("{other}├─ … {} × {}", before.len(), last.name), String::new()));
            }
            self.branch(last, &format!("{other}{corner}"), &format!("{other}{edge}"));
        }
    }

    /// Who is at the end where each has called but the next, and all ended alike.
    fn passed_on(&self, span: &'a FinishedSpan) -> &'a FinishedSpan {
        match self.children.get(&Some(span.span_id)).map(Vec::as_slice) {
            Some([next]) if ending(next) == ending(span) => self.passed_on(next),
            _ => span,
        }
    }
}

/// How the call ended; of an error also its kind.
fn ending(span: &FinishedSpan) -> String {
    match (span.outcome, span.error_type) {
        (Outcome::Error, Some(kind)) => format!("error: {kind}"),
        (outcome, _) => outcome.to_string(),
    }
}

/// What tells most of a span: a plugin's place in the chain, a command's text, the trace of which it is a copy.
fn about(span: &FinishedSpan) -> String {
    let field = |name: &&str| span.field(name).map(|value| format!("{name}={value}"));
    let told =
        ["plugin.position", "db.query.text", "source_trace_id"].iter().find_map(field).unwrap_or_default();
    match told.char_indices().nth(WIDE) {
        Some((end, _)) => format!("{} …", &told[..end]),
        None => told,
    }
}

/// As much of that as is shown.
const WIDE: usize = 48;

/// From here to the right, lines are drawn together.
const DEEP: usize = 9;
