//! From the spans of one trace to the tree that is drawn.

use std::collections::HashMap;
use std::time::Duration;
use std::time::SystemTime;

use monitor_core::Outcome;
use monitor_core::SpanId;
use monitor_core::recorders::memory::FinishedSpan;

use crate::report::SpanNode;

/// Puts each span below its parent; there is no tree without a root.
pub(crate) fn grown(spans: Vec<FinishedSpan>) -> Option<SpanNode> {
    let (mut roots, others): (Vec<_>, Vec<_>) = spans.into_iter().partition(|span| span.parent.is_none());
    let root = roots.pop()?;
    let mut children: HashMap<_, Vec<_>> = HashMap::new();
    for span in others {
        children.entry(span.parent).or_default().push(span);
    }
    Some(node(&root, root.start, &mut children))
}

fn node(
    span: &FinishedSpan,
    origin: SystemTime,
    children: &mut HashMap<Option<SpanId>, Vec<FinishedSpan>>,
) -> SpanNode {
    let mut below = children.remove(&Some(span.span_id)).unwrap_or_default();
    below.sort_by_key(|child| child.start);
    let below: Vec<_> = below.iter().map(|child| node(child, origin, children)).collect();
    let started = span.start.duration_since(origin).unwrap_or_default();
    let fields = span.fields.iter().map(|(name, value)| (name.clone(), value.to_string()));
    SpanNode {
        name: span.name.to_owned(),
        started,
        duration: span.duration,
        self_time: own(started, started + span.duration, &below),
        outcome: ending(span),
        fields: fields.collect(),
        children: below,
    }
}

/// The time from start to end in which no child was under way, on whatever thread; they may overlap.
fn own(start: Duration, end: Duration, children: &[SpanNode]) -> Duration {
    let (mut own, mut covered) = (Duration::ZERO, start);
    for child in children {
        own += child.started.min(end).saturating_sub(covered);
        covered = covered.max(child.started + child.duration);
    }
    own + end.saturating_sub(covered)
}

/// How the call ended; of an error also its kind.
fn ending(span: &FinishedSpan) -> String {
    match (span.outcome, span.error_type) {
        (Outcome::Error, Some(kind)) => format!("error: {kind}"),
        (outcome, _) => outcome.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(children: &[(u64, u64)], expected: u64) {
        let child = |(started, duration): &(u64, u64)| SpanNode {
            started: Duration::from_millis(*started),
            duration: Duration::from_millis(*duration),
            ..SpanNode::default()
        };
        let children: Vec<_> = children.iter().map(child).collect();
        let own = own(Duration::from_millis(10), Duration::from_millis(30), &children);
        assert_eq!(own, Duration::from_millis(expected));
    }

    #[test]
    fn own_time_is_that_in_which_no_child_was_under_way() {
        check(&[], 20);
        check(&[(10, 5), (20, 5)], 10);
        check(&[(10, 15), (12, 3), (20, 8)], 2);
        check(&[(9, 3), (25, 50)], 13);
        check(&[(40, 5)], 20);
    }
}
