//! Which spans of a trace belong together.

use std::collections::HashMap;

use crate::model::SpanId;
use crate::recorders::xray::waiting::Held;
use crate::recorders::xray::waiting::Piece;
use crate::recorders::xray::waiting::Role;
use crate::recorders::xray::waiting::Unseen;
use crate::recorders::xray::waiting::is_segment;

/// The pieces that are ready, and what is not.
pub(crate) struct Family {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) rest: Vec<Held>,
}

/// Puts each span below its parent. Each is in one piece or in the rest, whatever their parents are said to be.
pub(crate) fn family(held: Vec<Held>, unseen: Unseen, has_gone: impl Fn(SpanId) -> bool) -> Family {
    let mut places = HashMap::with_capacity(held.len());
    held.iter().enumerate().for_each(|(place, held)| {
        places.entry(held.span.span_id).or_insert(place);
    });
    let mut children: Vec<Vec<usize>> = held.iter().map(|_| Vec::new()).collect();
    let mut tops = Vec::new();
    for (place, Held { span, .. }) in held.iter().enumerate() {
        let parent = span.parent.filter(|_| !is_segment(span));
        match parent.map(|parent| (parent, places.get(&parent).copied())) {
            None => tops.push((place, Role::Segment)),
            Some((_, Some(parent))) => children[parent].push(place),
            Some((parent, None)) if has_gone(parent) => tops.push((place, Role::Subsegment)),
            Some((_, None)) => match unseen {
                Unseen::BecomeSegments => tops.push((place, Role::Segment)),
                Unseen::BecomeSubsegments => tops.push((place, Role::Subsegment)),
                Unseen::Wait => {}
            },
        }
    }
    let mut held: Vec<Option<Held>> = held.into_iter().map(Some).collect();
    let gathered = |(top, role)| gather(top, role, &mut held, &children);
    let mut pieces: Vec<Piece> = tops.into_iter().filter_map(gathered).collect();
    if unseen != Unseen::Wait {
        // Parents of each other: whoever comes first stands above.
        for place in 0..held.len() {
            pieces.extend(gather(place, Role::Segment, &mut held, &children));
        }
    }
    Family { pieces, rest: held.into_iter().flatten().collect() }
}

/// Takes a span with all that is below it, unless it was taken.
fn gather(top: usize, role: Role, held: &mut [Option<Held>], children: &[Vec<usize>]) -> Option<Piece> {
    let mut spans = vec![(held[top].take()?, None)];
    let mut left: Vec<_> = children[top].iter().map(|child| (*child, 0)).collect();
    while let Some((place, parent)) = left.pop() {
        let Some(taken) = held[place].take() else { continue };
        let here = spans.len();
        spans.push((taken, Some(parent)));
        left.extend(children[place].iter().map(|child| (*child, here)));
    }
    Some(Piece { role, spans })
}
