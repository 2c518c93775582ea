//! A segment with what is within it, in as few documents as the daemon can take.

use std::time::SystemTime;

use crate::model::Resource;
use crate::recorders::xray::encode::HEADER;
use crate::recorders::xray::encode::Wording;
use crate::recorders::xray::encode::document::segment;
use crate::recorders::xray::encode::document::subsegment;
use crate::recorders::xray::encode::document::trace;
use crate::recorders::xray::encode::shorten::fitting;
use crate::recorders::xray::waiting::Piece;
use crate::recorders::xray::waiting::Role;

/// Subsegments lie in each other so deep; deeper ones go on their own.
const DEEPEST: usize = 50;
/// What a document of its own needs beyond one that lies in another: header, type, trace, parent, brackets.
const ALONE: usize = 200;

/// One document on its way to the daemon.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) bytes: Vec<u8>,
    /// How many spans it tells of.
    pub(crate) spans: u64,
}

/// One segment or subsegment with all that is within it, as JSON.
struct Whole {
    start: SystemTime,
    depth: usize,
    /// Which span of the piece.
    place: usize,
    bytes: Vec<u8>,
    /// How many spans are in it, itself included.
    spans: u64,
}

/// The datagrams for a piece of a trace, each of at most `limit` bytes, which are at least 4,096.
///
/// What is within a segment goes along in its document. Where that would be too large or too deep, the largest of the
/// parts goes on its own, and names its parent.
pub(crate) fn datagrams(
    piece: &Piece,
    resource: &Resource,
    wording: &Wording,
    limit: usize,
) -> Vec<Datagram> {
    let limit = limit - ALONE;
    let mut datagrams = Vec::new();
    let mut within: Vec<Vec<Whole>> = piece.spans.iter().map(|_| Vec::new()).collect();
    // Parents come before their children, so from the end each has all of its own when it is looked at.
    for (place, (held, parent)) in piece.spans.iter().enumerate().rev() {
        let document = match (place, piece.role) {
            (0, Role::Segment) => segment(held, resource, wording),
            _ => subsegment(held, wording),
        };
        let mut parts = std::mem::take(&mut within[place]);
        let mut own = fitting(document, limit);
        let size = |parts: &[Whole]| parts.iter().map(|part| part.bytes.len() + 1).sum::<usize>();
        while let Some(largest) = parts.iter().enumerate().max_by_key(|(_, part)| weight(part)).map(|it| it.0)
        {
            let fits = own.len() + size(&parts) <= limit - 20;
            if fits && parts[largest].depth < DEEPEST {
                break;
            }
            let part = parts.swap_remove(largest);
            datagrams.push(alone(piece, &part));
        }
        parts.sort_by_key(|part| part.start);
        let depth = parts.iter().map(|part| part.depth + 1).max().unwrap_or(0);
        nest(&mut own, &parts);
        let spans = 1 + parts.iter().map(|part| part.spans).sum::<u64>();
        let whole = Whole { start: held.span.start, depth, place, bytes: own, spans };
        match parent {
            Some(parent) => within[*parent].push(whole),
            None => datagrams.push(alone(piece, &whole)),
        }
    }
    // The segment first.
    datagrams.reverse();
    datagrams
}

/// What is deepest goes first, if it is too deep; else what is largest.
fn weight(part: &Whole) -> (bool, usize) {
    (part.depth >= DEEPEST, part.bytes.len())
}

/// Puts documents into the one that they are parts of: before the bracket that ends it.
fn nest(own: &mut Vec<u8>, parts: &[Whole]) {
    if parts.is_empty() || own.pop().is_none() {
        return;
    }
    own.extend(b",\"subsegments\":");
    for (place, part) in parts.iter().enumerate() {
        own.push(if place == 0 { b'[' } else { b',' });
        own.extend(&part.bytes);
    }
    own.extend(b"]}");
}

/// A datagram with one document: the same, with trace and parent at its beginning, which others have from where they lie.
fn alone(piece: &Piece, whole: &Whole) -> Datagram {
    let (held, _) = &piece.spans[whole.place];
    let trace = trace(held.span.trace_id);
    let kind = match (whole.place, piece.role) {
        (0, Role::Segment) => "",
        _ => "\"type\":\"subsegment\",",
    };
    let parent = held.span.parent.map(|parent| format!("\"parent_id\":\"{parent}\",")).unwrap_or_default();
    let beginning = format!("{{{kind}\"trace_id\":\"{trace}\",{parent}");
    let bytes = [HEADER, beginning.as_bytes(), whole.bytes.get(1..).unwrap_or_default()].concat();
    Datagram { bytes, spans: whole.spans }
}
