//! What waits of one signal.

use std::collections::VecDeque;
use std::time::Instant;

use crate::export::moment::FAR;
use crate::recorder::Delivery;
use crate::recorder::Pieces;

/// What waits may weigh so many plain records for each place in the queue: 1 KiB.
const WEIGHT_A_PLACE: usize = 16;

/// A place in all that ever came.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Mark(u64);

/// What waits of one signal.
pub(crate) struct Waiting {
    delivery: Delivery,
    pieces: Pieces,
    /// Up to which place something came, and when, of what still waits.
    arrivals: VecDeque<(Mark, Instant)>,
    /// How many came, and went.
    came: u64,
    went: u64,
}

impl Waiting {
    pub(crate) fn new(delivery: Delivery) -> Self {
        Self { delivery, pieces: Pieces::default(), arrivals: VecDeque::new(), came: 0, went: 0 }
    }

    /// Adds the first of `rest`, as many as there is room for. Where nothing waits there is room for one, however large.
    pub(crate) fn push_fitting(&mut self, rest: &mut Pieces) {
        let places = self.delivery.queue.saturating_sub(self.pieces.len());
        let weight = self.limit().saturating_sub(self.pieces.weight());
        let least = usize::from(self.pieces.is_empty());
        let fitting = rest.fitting(weight).min(places).max(least);
        if fitting > 0 && !rest.is_empty() {
            self.push(rest.take_front(fitting));
        }
    }

    /// Adds all, then lets the oldest go until there is no more than there is room for. Gives the number of those.
    pub(crate) fn push_over(&mut self, rest: Pieces) -> usize {
        self.push(rest);
        let mut lost = 0;
        let (places, limit) = (self.delivery.queue, self.limit());
        while self.pieces.len() > places || (self.pieces.weight() > limit && self.pieces.len() > 1) {
            let over = self.pieces.len().saturating_sub(places);
            let heavy = if self.pieces.weight() > limit { self.pieces.len().div_ceil(8) } else { 0 };
            lost += self.pop(over.max(heavy)).len();
        }
        lost
    }

    /// Takes out a batch.
    pub(crate) fn take(&mut self) -> Pieces {
        self.pop(self.delivery.batch)
    }

    /// The end of all that came.
    pub(crate) fn end(&self) -> Mark {
        Mark(self.came)
    }

    /// Since when something waits.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.arrivals.front().map(|(_, came)| *came)
    }

    /// Whether everything before this place went.
    pub(crate) fn has_gone(&self, mark: Mark) -> bool {
        Mark(self.went) >= mark
    }

    /// Whether a batch is to be made now: there is enough for one, it has waited long enough, or everything up to a mark
    /// is wanted.
    pub(crate) fn is_due(&self, now: Instant, mark: Option<Mark>) -> bool {
        let wanted = mark.is_some_and(|mark| !self.has_gone(mark));
        let waited = self.due().is_some_and(|due| due <= now);
        !self.pieces.is_empty() && (wanted || waited || self.pieces.len() >= self.delivery.batch)
    }

    /// When what waits has waited long enough.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.since().map(|since| since + self.delivery.delay.min(FAR))
    }

    /// How many plain records what waits may weigh.
    fn limit(&self) -> usize {
        self.delivery.queue.saturating_mul(WEIGHT_A_PLACE)
    }

    fn push(&mut self, pieces: Pieces) {
        self.came += pieces.len() as u64;
        self.arrivals.push_back((self.end(), Instant::now()));
        self.pieces.append(pieces);
    }

    fn pop(&mut self, count: usize) -> Pieces {
        let gone = self.pieces.take_front(count);
        self.went += gone.len() as u64;
        while self.arrivals.front().is_some_and(|(last, _)| self.has_gone(*last)) {
            self.arrivals.pop_front();
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Record;
    use crate::recorder::Records;

    fn pieces(records: u64) -> Pieces {
        let mut all = Records::default();
        (0..records).for_each(|_| all.push_copy(&Record::default(), &[]));
        all.into()
    }

    #[test]
    fn what_is_left_of_a_batch_has_waited_as_long_as_it_has_and_no_longer() {
        let mut waiting = Waiting::new(Delivery::default().batch(3));
        waiting.push_fitting(&mut pieces(4));
        let first = waiting.since();
        waiting.push_fitting(&mut pieces(4));
        assert_eq!((waiting.take().len(), waiting.since()), (3, first));
        assert_eq!(waiting.take().len(), 3);
        assert!(waiting.since() > first);
        assert_eq!((waiting.take().len(), waiting.since()), (2, None));
    }
}
