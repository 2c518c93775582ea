//! Flights that wait to be used again: a thread takes one from its lane and gives it back there, without a lock and
//! without allocating.

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::dispatch::context::Word;
use crate::dispatch::flight::Flight;
use crate::dispatch::static_ref::StaticRef;

/// The most flights that one lane keeps for itself.
const KEPT: u64 = 64;

/// Flights that no lane keeps. Their number is that of the busiest moment.
static SPARE: Mutex<Vec<&'static Flight>> = Mutex::new(Vec::new());

/// The flights that a lane keeps; only its owner uses them.
#[derive(Default)]
pub(crate) struct Hangar {
    first: StaticRef<Flight>,
    count: Word,
}

impl Hangar {
    #[inline]
    pub(crate) fn take(&self) -> &'static Flight {
        match self.first.load() {
            Some(flight) => {
                self.first.store(flight.next.load());
                self.count.set(self.count.get() - 1);
                flight
            }
            None => obtain(),
        }
    }

    #[inline]
    pub(crate) fn give(&self, flight: &'static Flight) {
        if self.count.get() >= KEPT {
            return release(flight);
        }
        flight.next.store(self.first.load());
        self.first.store(Some(flight));
        self.count.set(self.count.get() + 1);
    }

    /// Gives all flights back.
    pub(crate) fn clear(&self) {
        while self.count.get() > 0 {
            release(self.take());
        }
    }
}

#[cold]
#[inline(never)]
pub(crate) fn obtain() -> &'static Flight {
    let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    spare.unwrap_or_else(|| Box::leak(Box::default()))
}

#[cold]
#[inline(never)]
pub(crate) fn release(flight: &'static Flight) {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner).push(flight);
}
