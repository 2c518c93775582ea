//! The listeners of one monitor, each apart from the others.

use std::any::Any;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::listener::Ear;
use crate::listener::Subscriptions;
use crate::model::Clock;
use crate::model::Family;
use crate::model::Patience;
use crate::model::caught;

/// The listeners of one monitor, or of the process, in the order in which they hear.
pub(crate) struct Ears {
    families: Vec<(&'static Family, Vec<One>)>,
    clock: Clock,
    trouble: Arc<Trouble>,
}

/// What went wrong with listeners, in numbers that only grow.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    /// How often one has panicked.
    pub(crate) panics: AtomicU64,
    /// Events that one did not hear because it rested.
    pub(crate) missed: AtomicU64,
    /// Events from within listeners that nobody heard: too deep or too many.
    pub(crate) unheard: AtomicU64,
}

/// One listener and its family.
struct One {
    ear: Arc<dyn Ear>,
    temper: Arc<Temper>,
}

/// How one listener does; shared by all families that it hears.
pub(crate) struct Temper {
    /// Whether its last try failed: as long as none does, nobody asks for more.
    troubled: AtomicBool,
    patience: Mutex<Patience>,
}

impl Temper {
    pub(crate) fn new(first_rest: Duration) -> Self {
        Self { troubled: AtomicBool::new(false), patience: Mutex::new(Patience::new(first_rest)) }
    }

    fn may_try(&self, clock: &Clock) -> bool {
        !self.troubled.load(Ordering::Relaxed) || self.patience().may_try(now(clock))
    }

    fn went_well(&self) {
        if self.troubled.load(Ordering::Relaxed) {
            let mut patience = self.patience();
            patience.went_well();
            self.troubled.store(false, Ordering::Relaxed);
        }
    }

    fn went_wrong(&self, clock: &Clock) {
        let mut patience = self.patience();
        patience.went_wrong(now(clock));
        self.troubled.store(true, Ordering::Relaxed);
    }

    fn patience(&self) -> MutexGuard<'_, Patience> {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now(clock: &Clock) -> Duration {
    clock.duration(clock.ticks())
}

impl Ears {
    /// These listeners, in this order.
    pub(crate) fn new<'a>(
        listeners: impl IntoIterator<Item = (&'a Subscriptions, Arc<Temper>)>,
        clock: Clock,
        trouble: Arc<Trouble>,
    ) -> Self {
        let mut families: Vec<(&'static Family, Vec<One>)> = Vec::new();
        for (subscriptions, temper) in listeners {
            for (family, ear) in subscriptions.ears() {
                let one = One { ear: Arc::clone(ear), temper: Arc::clone(&temper) };
                match families.iter_mut().find(|(it, _)| std::ptr::eq(*it, family)) {
                    Some((_, ones)) => ones.push(one),
                    None => families.push((family, vec![one])),
                }
            }
        }
        Self { families, clock, trouble }
    }

    /// Whether any of them hears this family.
    pub(crate) fn hear_of(&self, family: &'static Family) -> bool {
        self.families.iter().any(|(it, _)| std::ptr::eq(*it, family))
    }

    pub(crate) fn trouble(&self) -> Arc<Trouble> {
        Arc::clone(&self.trouble)
    }

    /// Lets them hear an event of this family, one after the other. What one does hurts no other.
    pub(crate) fn hear(&self, family: &'static Family, event: &dyn Any) {
        let ones = self.families.iter().find(|(it, _)| std::ptr::eq(*it, family));
        for one in ones.map(|(_, ones)| ones.as_slice()).unwrap_or_default() {
            if !one.temper.may_try(&self.clock) {
                self.trouble.missed.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            match caught(|| one.ear.hear(event)) {
                Ok(()) => one.temper.went_well(),
                Err(_) => {
                    self.trouble.panics.fetch_add(1, Ordering::Relaxed);
                    one.temper.went_wrong(&self.clock);
                }
            }
        }
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        for (_, ones) in self.families.drain(..) {
            for one in ones {
                // The last owner of a listener runs its destructor, which may panic.
                let _ = caught(move || drop(one));
            }
        }
    }
}
