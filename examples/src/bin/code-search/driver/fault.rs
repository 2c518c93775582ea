//! Failure on purpose: a connection that is not well, the same way in every run.

use std::sync::Mutex;
use std::sync::PoisonError;

use fastrand::Rng;

/// How often a pool's connections fail.
#[derive(Debug)]
pub(crate) struct Faults {
    interrupts_per_1000: u16,
    panics_per_10000: u16,
    dice: Mutex<Rng>,
}

/// What shall go wrong with one query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// SQLite is stopped at its first step, and says so.
    Interrupt,
    /// Nothing.
    None,
    /// The worker panics.
    Panic,
}

impl Faults {
    /// Interrupts so many of a thousand queries, and panics in so many of ten thousand.
    pub(crate) fn new(seed: u64, interrupts_per_1000: u16, panics_per_10000: u16) -> Self {
        Self { interrupts_per_1000, panics_per_10000, dice: Mutex::new(Rng::with_seed(seed)) }
    }

    /// Fails never.
    pub(crate) fn none() -> Self {
        Self::new(0, 0, 0)
    }

    /// Decides about the next query.
    pub(crate) fn roll(&self) -> Fault {
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        if dice.u16(..10_000) < self.panics_per_10000 {
            Fault::Panic
        } else if dice.u16(..1000) < self.interrupts_per_1000 {
            Fault::Interrupt
        } else {
            Fault::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolls(faults: &Faults) -> Vec<Fault> {
        (0..500).map(|_| faults.roll()).collect()
    }

    #[test]
    fn the_same_seed_fails_the_same_queries() {
        let first = rolls(&Faults::new(7, 100, 50));
        assert_eq!(first, rolls(&Faults::new(7, 100, 50)));
        assert!(first.contains(&Fault::Interrupt) && first.contains(&Fault::None));
    }

    #[test]
    fn none_and_all_are_what_they_say() {
        assert!(rolls(&Faults::none()).iter().all(|fault| *fault == Fault::None));
        assert!(rolls(&Faults::new(1, 1000, 0)).iter().all(|fault| *fault == Fault::Interrupt));
        assert!(rolls(&Faults::new(1, 0, 10_000)).iter().all(|fault| *fault == Fault::Panic));
    }
}
