//! What is taken out of the buffers at once: a batch a signal.

use crate::model::Head;
use crate::model::Signals;
use crate::model::Slot;
use crate::recorder::EventBatch;
use crate::recorder::Origin;
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

    /// How many events or spans there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Batch::Events(batch) => batch.len(),
            Batch::Spans(batch) => batch.len(),
        }
    }

    /// How many spans without fields take as much memory.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Batch::Events(batch) => batch.records.weight(),
            Batch::Spans(batch) => batch.records.weight(),
        }
    }
}

/// The batches that are being filled: each record goes to that of its signal.
pub(crate) struct Batches {
    origin: Origin,
    /// A batch of this weight is handed over.
    limit: usize,
    spans: SpanBatch,
    events: EventBatch,
}

impl Batches {
    pub(crate) fn new(origin: Origin, limit: usize) -> Self {
        Self { limit, spans: SpanBatch::new(origin.clone()), events: EventBatch::new(origin.clone()), origin }
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
                self.spans.records.push(slot, before);
            } else if head.is_event() {
                self.events.records.push(slot, before);
            }
        }
        if self.spans.records.weight() >= self.limit {
            let next = SpanBatch::new(self.origin.clone());
            hand_over(Batch::Spans(std::mem::replace(&mut self.spans, next)));
        }
        if self.events.records.weight() >= self.limit {
            let next = EventBatch::new(self.origin.clone());
            hand_over(Batch::Events(std::mem::replace(&mut self.events, next)));
        }
    }

    /// Hands over what is left.
    pub(crate) fn finish(self, hand_over: &mut dyn FnMut(Batch)) {
        if !self.spans.is_empty() {
            hand_over(Batch::Spans(self.spans));
        }
        if !self.events.is_empty() {
            hand_over(Batch::Events(self.events));
        }
    }
}
