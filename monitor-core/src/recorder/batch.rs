//! What is taken out of the buffers at once: a batch a signal.

use crate::model::Head;
use crate::model::Signals;
use crate::model::Slot;
use crate::recorder::EventBatch;
use crate::recorder::Origin;
use crate::recorder::Pieces;
use crate::recorder::Records;
use crate::recorder::SpanBatch;

/// One batch on its way to the recorders that take its signal.
pub(crate) enum Batch {
    Events(EventBatch),
    Spans(SpanBatch),
}

impl Batch {
    /// Who takes this signal gets the batch.
    pub(crate) fn signal(&self) -> Signals {
        match self {
            Batch::Events(_) => Signals::EVENTS,
            Batch::Spans(_) => Signals::SPANS,
        }
    }

    /// What it is made of.
    pub(crate) fn pieces(&self) -> &Pieces {
        match self {
            Batch::Events(batch) => &batch.pieces,
            Batch::Spans(batch) => &batch.pieces,
        }
    }

    /// How many events or spans there are.
    pub(crate) fn len(&self) -> usize {
        self.pieces().len()
    }
}

/// The batches that are being filled: each record goes to that of its signal.
pub(crate) struct Batches {
    origin: Origin,
    /// A batch of this weight is handed over.
    limit: usize,
    spans: Records,
    events: Records,
}

impl Batches {
    pub(crate) fn new(origin: Origin, limit: usize) -> Self {
        Self { limit, spans: Records::new(origin.clone()), events: Records::new(origin.clone()), origin }
    }

    /// Adds records of one thread: of each span and event its fields as well, which lie before it.
    pub(crate) fn extend(&mut self, slots: &[Slot], hand_over: &mut dyn FnMut(Batch)) {
        let mut payload = 0;
        for (place, slot) in slots.iter().enumerate() {
            let head = slot.head();
            if head.has(Head::PAYLOAD) {
                continue;
            }
            // What lies before a record is its own: they are written in a row, and taken together.
            let before = slots.get(payload..place).unwrap_or_default();
            payload = place + 1;
            if head.has(Head::SPAN) {
                self.spans.push(slot, before);
            } else if head.is_event() {
                self.events.push(slot, before);
            }
        }
        if self.events.weight() >= self.limit {
            let full = std::mem::replace(&mut self.events, Records::new(self.origin.clone()));
            hand_over(Batch::Events(full.into()));
        }
        if self.spans.weight() >= self.limit {
            let full = std::mem::replace(&mut self.spans, Records::new(self.origin.clone()));
            hand_over(Batch::Spans(full.into()));
        }
    }

    /// Hands over what is left: events first, so that who meets a failed span has heard what happened in it before.
    pub(crate) fn finish(self, hand_over: &mut dyn FnMut(Batch)) {
        if !self.events.is_empty() {
            hand_over(Batch::Events(self.events.into()));
        }
        if !self.spans.is_empty() {
            hand_over(Batch::Spans(self.spans.into()));
        }
    }
}
