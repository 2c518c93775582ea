//! Where the last spans were drawn: for events and links that point to them.

use std::collections::HashMap;
use std::collections::VecDeque;

use crate::model::SpanId;

/// So many spans are remembered.
const REMEMBERED: usize = 16_384;

/// Where a span was drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    pub(crate) thread: usize,
    /// In nanoseconds.
    pub(crate) start: u64,
}

/// Where the last spans were drawn.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    places: HashMap<SpanId, Place>,
    order: VecDeque<SpanId>,
}

impl Placed {
    pub(crate) fn insert(&mut self, span: SpanId, place: Place) {
        if self.places.insert(span, place).is_none() {
            self.order.push_back(span);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.places.remove(&oldest);
        }
    }

    pub(crate) fn get(&self, span: SpanId) -> Option<Place> {
        self.places.get(&span).copied()
    }
}
