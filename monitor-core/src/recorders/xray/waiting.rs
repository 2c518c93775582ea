//! Spans that wait for the segment that they are parts of.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use crate::event::Severity;
use crate::model::FieldValue;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::SpanKind;
use crate::model::TraceId;
use crate::recorder::EventRef;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::xray::family::Family;
use crate::recorders::xray::family::family;
use crate::recorders::xray::recent::Recent;

/// A span that waits, with the events during it.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) span: FinishedSpan,
    pub(crate) events: Vec<HeldEvent>,
}

/// An event that waits for its span.
#[derive(Clone, Debug)]
pub(crate) struct HeldEvent {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    pub(crate) time: SystemTime,
    pub(crate) fields: Vec<(String, FieldValue<'static>)>,
}

/// What the first span of a piece is to X-Ray; the others are subsegments of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Segment,
    /// Of a document that goes before or comes after.
    Subsegment,
}

/// A part of a trace that is ready: spans with the places of their parents, which come before them.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) role: Role,
    pub(crate) spans: Vec<(Held, Option<usize>)>,
}

/// What becomes of spans whose parent nobody has seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unseen {
    /// Its time has come: there is none in this process, or it takes very long.
    BecomeSegments,
    /// There is no more room; the parent comes later.
    BecomeSubsegments,
    Wait,
}

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) spans: usize,
    pub(crate) bytes: usize,
    pub(crate) patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { spans: 10_000, bytes: 16 << 20, patience: Duration::from_secs(30) }
    }
}

#[derive(Debug)]
struct Trace {
    held: Vec<Held>,
    /// Of spans that have not ended.
    events: Vec<(SpanId, HeldEvent)>,
    since: Instant,
}

/// Spans that wait for the segment that they are parts of: children mostly end before their parents.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    bounds: Bounds,
    traces: HashMap<TraceId, Trace>,
    /// In the order in which they came; some may have gone since.
    order: VecDeque<TraceId>,
    spans: usize,
    bytes: usize,
    /// Of these there is a segment, or a part of one that has gone.
    complete: Vec<TraceId>,
    sent: Recent,
    /// Events that are in no document, of which nobody was told.
    lost_events: u64,
}

impl Waiting {
    pub(crate) fn bounds_mut(&mut self) -> &mut Bounds {
        &mut self.bounds
    }

    /// How many spans wait.
    pub(crate) fn len(&self) -> usize {
        self.spans
    }

    /// Keeps a span until what it is a part of is here.
    pub(crate) fn add(&mut self, span: FinishedSpan, now: Instant) {
        let id = span.trace_id;
        if is_segment(&span) || span.parent.is_some_and(|parent| self.sent.contains(id, parent)) {
            self.complete.push(id);
        }
        let trace = self.trace(id, now);
        let (own, others) =
            std::mem::take(&mut trace.events).into_iter().partition(|(of, _)| *of == span.span_id);
        trace.events = others;
        let own: Vec<(SpanId, HeldEvent)> = own;
        let held = Held { span, events: own.into_iter().map(|(_, event)| event).collect() };
        // The events were counted when they came.
        let bytes = held.span.weight();
        trace.held.push(held);
        self.spans += 1;
        self.bytes += bytes;
    }

    /// Keeps an event for its span, unless that has gone.
    pub(crate) fn add_event(&mut self, event: &EventRef<'_>, span: SpanContext, now: Instant) {
        if self.sent.contains(span.trace_id(), span.span_id()) {
            self.lost_events += 1;
            return;
        }
        let held = HeldEvent {
            name: event.name(),
            severity: event.severity(),
            time: event.time(),
            fields: event.fields().map(|(name, value)| (name.to_owned(), value.into_owned())).collect(),
        };
        self.bytes += held.weight();
        let trace = self.trace(span.trace_id(), now);
        match trace.held.iter_mut().find(|held| held.span.span_id == span.span_id()) {
            Some(owner) => owner.events.push(held),
            None => trace.events.push((span.span_id(), held)),
        }
    }

    /// How many events were lost since this was asked last, at most so many; the rest is told later.
    pub(crate) fn take_lost_events(&mut self, most: u64) -> u64 {
        let told = self.lost_events.min(most);
        self.lost_events -= told;
        told
    }

    /// What was complete when this was called last, or before.
    pub(crate) fn take_complete(&mut self) -> Vec<Piece> {
        let complete = std::mem::take(&mut self.complete);
        complete.into_iter().flat_map(|trace| self.take(trace, Unseen::Wait)).collect()
    }

    /// What has waited too long, and the oldest where there is no more room.
    pub(crate) fn take_overdue(&mut self, now: Instant) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while let Some(oldest) = self.order.front().copied() {
            let since = self.traces.get(&oldest).map(|trace| trace.since);
            let late = since.is_none_or(|since| now.saturating_duration_since(since) >= self.bounds.patience);
            let crowded = self.spans > self.bounds.spans || self.bytes > self.bounds.bytes;
            if !late && !crowded {
                break;
            }
            self.order.pop_front();
            let unseen = if late { Unseen::BecomeSegments } else { Unseen::BecomeSubsegments };
            pieces.extend(self.take(oldest, unseen));
        }
        // Those that went in their turn need no place in the order any more.
        if self.order.len() > 2 * self.traces.len() + 1_024 {
            self.order.retain(|trace| self.traces.contains_key(trace));
        }
        pieces
    }

    /// Everything but the events of spans that have not ended.
    pub(crate) fn take_all(&mut self) -> Vec<Piece> {
        self.complete.clear();
        let mut pieces = Vec::new();
        for id in std::mem::take(&mut self.order) {
            let Some(trace) = self.traces.get_mut(&id) else { continue };
            let (events, since) = (std::mem::take(&mut trace.events), trace.since);
            pieces.extend(self.take(id, Unseen::BecomeSegments));
            if !events.is_empty() {
                self.order.push_back(id);
                self.traces.insert(id, Trace { held: Vec::new(), events, since });
            }
        }
        pieces
    }

    fn trace(&mut self, id: TraceId, now: Instant) -> &mut Trace {
        self.traces.entry(id).or_insert_with(|| {
            self.order.push_back(id);
            Trace { held: Vec::new(), events: Vec::new(), since: now }
        })
    }

    fn take(&mut self, id: TraceId, unseen: Unseen) -> Vec<Piece> {
        let Some(mut trace) = self.traces.remove(&id) else { return Vec::new() };
        let Family { pieces, rest } =
            family(std::mem::take(&mut trace.held), unseen, |parent| self.sent.contains(id, parent));
        for (held, _) in pieces.iter().flat_map(|piece| &piece.spans) {
            self.sent.insert(id, held.span.span_id);
            self.spans -= 1;
            self.bytes -= held.weight();
        }
        trace.held = rest;
        if unseen == Unseen::Wait && !(trace.held.is_empty() && trace.events.is_empty()) {
            self.traces.insert(id, trace);
        } else {
            // Of spans that were not seen within the time that there is.
            self.lost_events += trace.events.len() as u64;
            self.bytes -= trace.events.iter().map(|(_, event)| event.weight()).sum::<usize>();
        }
        pieces
    }
}

/// Whether a span is a segment wherever its parent is: the root of a trace, or an answer to another process.
pub(crate) fn is_segment(span: &FinishedSpan) -> bool {
    span.is_local_root() || matches!(span.metadata.kind, SpanKind::Consumer | SpanKind::Server)
}

impl Held {
    fn weight(&self) -> usize {
        self.span.weight() + self.events.iter().map(HeldEvent::weight).sum::<usize>()
    }
}

impl HeldEvent {
    fn weight(&self) -> usize {
        size_of::<Self>() + fields_weight(&self.fields)
    }
}

impl FinishedSpan {
    /// About how many bytes it takes.
    fn weight(&self) -> usize {
        size_of::<Held>() + fields_weight(&self.fields) + size_of::<SpanContext>() * self.links.len()
    }
}

fn fields_weight(fields: &[(String, FieldValue<'static>)]) -> usize {
    let text = |value: &FieldValue<'_>| match value {
        FieldValue::Text(text) => text.len(),
        _ => 0,
    };
    let each = size_of::<(String, FieldValue<'static>)>();
    fields.iter().map(|(name, value)| each + name.len() + text(value)).sum()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::model::Metadata;
    use crate::model::Outcome;

    fn span(id: u64, parent: Option<u64>) -> FinishedSpan {
        FinishedSpan {
            name: "part",
            display_name: Cow::Borrowed("part"),
            metadata: &Metadata::DEFAULT,
            trace_id: TraceId::new(7),
            span_id: SpanId::new(id),
            parent: parent.map(SpanId::new),
            has_remote_parent: false,
            start: SystemTime::UNIX_EPOCH,
            duration: Duration::ZERO,
            self_duration: Duration::ZERO,
            outcome: Outcome::Ok,
            error_type: None,
            fields: vec![("text".to_owned(), FieldValue::Text("x".repeat(1_000).into()))],
            links: Vec::new(),
        }
    }

    fn ids(pieces: &[Piece]) -> Vec<(Role, Vec<u64>)> {
        let ids = |piece: &Piece| piece.spans.iter().map(|(held, _)| held.span.span_id.as_u64()).collect();
        pieces.iter().map(|piece| (piece.role, ids(piece))).collect()
    }

    #[test]
    fn children_wait_for_their_segment_and_those_that_come_late_follow_it() {
        let (mut waiting, now) = (Waiting::default(), Instant::now());
        waiting.add(span(2, Some(1)), now);
        assert!(waiting.take_complete().is_empty() && waiting.take_overdue(now).is_empty());
        waiting.add(span(1, None), now);
        // A part whose own parent is still under way.
        waiting.add(span(4, Some(3)), now);
        assert_eq!(ids(&waiting.take_complete()), [(Role::Segment, vec![1, 2])]);
        assert_eq!(waiting.len(), 1);
        waiting.add(span(3, Some(1)), now);
        assert_eq!(ids(&waiting.take_complete()), [(Role::Subsegment, vec![3, 4])]);
        assert_eq!((waiting.len(), waiting.bytes, waiting.traces.len()), (0, 0, 0));
    }

    #[test]
    fn what_another_process_has_called_is_a_segment_at_once() {
        let (mut waiting, now) = (Waiting::default(), Instant::now());
        waiting.add(span(3, Some(2)), now);
        waiting.add(FinishedSpan { has_remote_parent: true, ..span(2, Some(99)) }, now);
        assert_eq!(ids(&waiting.take_complete()), [(Role::Segment, vec![2, 3])]);
    }

    #[test]
    fn whoever_waits_too_long_becomes_a_segment() {
        let (mut waiting, now) = (Waiting::default(), Instant::now());
        waiting.add(span(2, Some(1)), now);
        waiting.add(span(3, Some(2)), now + Duration::from_secs(20));
        assert!(waiting.take_overdue(now + Duration::from_secs(29)).is_empty());
        let late = waiting.take_overdue(now + Duration::from_secs(30));
        assert_eq!(ids(&late), [(Role::Segment, vec![2, 3])]);
    }

    #[test]
    fn where_there_is_no_more_room_the_oldest_go_on_their_own() {
        let (mut waiting, now) = (Waiting::default(), Instant::now());
        waiting.bounds_mut().spans = 2;
        (2..=4).for_each(|id| waiting.add(span(id, Some(1)), now));
        let crowded = waiting.take_overdue(now);
        assert_eq!(ids(&crowded), [2, 3, 4].map(|id| (Role::Subsegment, vec![id])));
        waiting.bounds_mut().bytes = 5_000;
        for id in 5..10_000 {
            waiting.add(FinishedSpan { trace_id: TraceId::new(id.into()), ..span(id, Some(1)) }, now);
            waiting.take_overdue(now);
            assert!(waiting.bytes <= 5_000 && waiting.len() <= 2 && waiting.order.len() <= 2_000);
        }
    }
}
