//! What a batch becomes.

use serde_json::Value;

use crate::recorders::sentry::category::Category;
use crate::recorders::sentry::encode::shrink_event;
use crate::recorders::sentry::encode::shrink_transaction;
use crate::recorders::sentry::envelope::Envelope;
use crate::recorders::sentry::envelope::Kind;
use crate::recorders::sentry::losses::Losses;
use crate::recorders::sentry::losses::Reason;

/// The most bytes of envelopes that one batch may become.
pub(crate) const MOST: usize = 32 << 20;

/// What is to be sent of a batch.
#[derive(Debug, Default)]
pub(crate) struct Load {
    pub(crate) envelopes: Vec<Envelope>,
    /// How many spans or events of the batch are in none of them, as there was no room.
    pub(crate) lost: u64,
}

/// What a batch becomes, and what is lost of it.
pub(crate) struct Pile<'a> {
    load: Load,
    /// How many bytes there is room for.
    room: usize,
    pub(crate) losses: &'a mut Losses,
}

impl<'a> Pile<'a> {
    pub(crate) fn new(losses: &'a mut Losses) -> Self {
        Self { load: Load::default(), room: MOST, losses }
    }

    /// Adds one, made as small as it must be; `share` spans or events are only in it. Where there is no room it is lost.
    pub(crate) fn add(&mut self, kind: Kind, item: Value, share: u64) {
        let spans = |count: u64| if kind == Kind::Transaction { count } else { 0 };
        let before = spans(item.get("spans").and_then(Value::as_array).map_or(0, Vec::len) as u64 + 1);
        let shrink = match kind {
            Kind::CheckIn => |_: &mut Value| false,
            Kind::Event => shrink_event,
            Kind::Transaction => shrink_transaction,
        };
        let fits = |envelope: &Envelope| envelope.size() <= self.room;
        let Some(mut envelope) = Envelope::new(kind, item, shrink).filter(fits) else {
            self.losses.count(Reason::BufferOverflow, kind.category(), 1);
            self.losses.count(Reason::BufferOverflow, Category::Span, before);
            self.load.lost += share;
            return;
        };
        self.losses.count(Reason::BufferOverflow, Category::Span, before - spans(envelope.spans));
        self.room -= envelope.size();
        envelope.share = share;
        self.load.envelopes.push(envelope);
    }

    pub(crate) fn into_load(self) -> Load {
        self.load
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn f16_a_batch_becomes_no_more_than_so_much() {
        let mut losses = Losses::default();
        let mut pile = Pile { room: 3_000, ..Pile::new(&mut losses) };
        (0..9).for_each(|_| pile.add(Kind::Event, json!({"event_id": "x", "text": "x".repeat(900)}), 1));
        (0..9).for_each(|_| pile.add(Kind::Transaction, json!({"spans": [{"span": "x".repeat(900)}]}), 1));
        let load = pile.into_load();
        assert_eq!((load.envelopes.len(), load.lost), (3, 15));
        let mut expected = Losses::default();
        expected.count(Reason::BufferOverflow, Category::Error, 6);
        expected.count(Reason::BufferOverflow, Category::Transaction, 9);
        expected.count(Reason::BufferOverflow, Category::Span, 18);
        assert_eq!(losses, expected);
    }
}
