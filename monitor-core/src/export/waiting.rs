//! What waits of one signal.

use std::time::Instant;

use crate::recorder::Delivery;
use crate::recorder::Pieces;

/// What waits may weigh so many plain records for each place in the queue: 1 KiB.
const WEIGHT_A_PLACE: usize = 16;

/// A place in all that ever came.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Mark(u64);

/// What waits of one signal.
#[derive(Default)]
pub(crate) struct Waiting {
    pieces: Pieces,
    /// Since when something waits.
    since: Option<Instant>,
    /// How many came, and went.
    came: u64,
    went: u64,
}

impl Waiting {
    /// Adds the first of `rest`, as many as there is room for. Where nothing waits there is room for one, however large.
    pub(crate) fn push_fitting(&mut self, rest: &mut Pieces, delivery: &Delivery) {
        let places = delivery.queue.saturating_sub(self.pieces.len());
        let weight = (delivery.queue * WEIGHT_A_PLACE).saturating_sub(self.pieces.weight());
        let least = usize::from(self.pieces.is_empty());
        let fitting = rest.fitting(weight).min(places).max(least);
        if fitting > 0 && !rest.is_empty() {
            self.push(rest.take_front(fitting));
        }
    }

    /// Adds all, then lets the oldest go until there is no more than there is room for. Gives the number of those.
    pub(crate) fn push_over(&mut self, rest: Pieces, delivery: &Delivery) -> usize {
        self.push(rest);
        let mut lost = 0;
        let limit = delivery.queue * WEIGHT_A_PLACE;
        while self.pieces.len() > delivery.queue || (self.pieces.weight() > limit && self.pieces.len() > 1) {
            let over = self.pieces.len().saturating_sub(delivery.queue);
            let heavy = if self.pieces.weight() > limit { self.pieces.len().div_ceil(8) } else { 0 };
            lost += self.pieces.take_front(over.max(heavy)).len();
        }
        self.went += lost as u64;
        lost
    }

    /// Takes out a batch.
    pub(crate) fn take(&mut self, delivery: &Delivery) -> Pieces {
        let taken = self.pieces.take_front(delivery.batch);
        self.went += taken.len() as u64;
        self.since = (!self.pieces.is_empty()).then(Instant::now);
        taken
    }

    /// The end of all that came.
    pub(crate) fn end(&self) -> Mark {
        Mark(self.came)
    }

    /// Since when something waits.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Whether everything before this place went.
    pub(crate) fn has_gone(&self, mark: Mark) -> bool {
        Mark(self.went) >= mark
    }

    /// Whether a batch is to be made now: there is enough for one, it has waited long enough, or everything up to a mark
    /// is wanted.
    pub(crate) fn is_due(&self, delivery: &Delivery, now: Instant, mark: Option<Mark>) -> bool {
        let wanted = mark.is_some_and(|mark| !self.has_gone(mark));
        let waited = self.due(delivery).is_some_and(|due| due <= now);
        !self.pieces.is_empty() && (wanted || waited || self.pieces.len() >= delivery.batch)
    }

    /// When what waits has waited long enough.
    pub(crate) fn due(&self, delivery: &Delivery) -> Option<Instant> {
        self.since.map(|since| since + delivery.delay)
    }

    fn push(&mut self, pieces: Pieces) {
        self.came += pieces.len() as u64;
        self.since.get_or_insert_with(Instant::now);
        self.pieces.append(pieces);
    }
}
