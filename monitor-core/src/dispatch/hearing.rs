//! The listeners of a monitor for as long as it runs.

use std::mem;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::TryLockError;

use crate::dispatch::core::Core;
use crate::dispatch::core::CoreConfig;
use crate::dispatch::ears::Ears;
use crate::dispatch::ears::Temper;
use crate::dispatch::ears::Trouble;
use crate::model::Family;

/// The listeners of a monitor: none when it has ended.
pub(crate) struct Hearing {
    /// Held for reading only as long as it takes to copy it.
    ears: RwLock<Option<Arc<Ears>>>,
    trouble: Arc<Trouble>,
}

impl Hearing {
    /// Takes the listeners out of the configuration.
    pub(crate) fn new(config: &mut CoreConfig) -> Self {
        let trouble = Arc::new(Trouble::default());
        let listeners = mem::take(&mut config.listeners);
        let tempered = listeners.iter().map(|listener| (listener, Arc::new(Temper::new(config.rest))));
        let ears = Ears::new(tempered, config.clock.clone(), Arc::clone(&trouble));
        Self { ears: RwLock::new(Some(Arc::new(ears))), trouble }
    }

    /// Whether a listener hears this family.
    pub(crate) fn hears(&self, family: &'static Family) -> bool {
        self.look(|ears| ears.hear_of(family)).unwrap_or(false)
    }

    /// The listeners, if any of them hears this family.
    pub(crate) fn ears_for(&self, family: &'static Family) -> Option<Arc<Ears>> {
        self.look(|ears| ears.hear_of(family).then(|| Arc::clone(ears))).flatten()
    }

    /// What went wrong with the listeners.
    pub(crate) fn trouble(&self) -> &Trouble {
        &self.trouble
    }

    /// Lets the listeners go: what they hold, such as a channel, ends here, and not when the last thread forgets the
    /// monitor.
    pub(crate) fn end(&self) {
        let ears = self.ears.write().unwrap_or_else(PoisonError::into_inner).take();
        drop(ears);
    }

    /// What looks here runs no code of a listener, and keeps none.
    fn look<R>(&self, look: impl FnOnce(&Arc<Ears>) -> R) -> Option<R> {
        match self.ears.try_read() {
            Ok(ears) => ears.as_ref().map(look),
            Err(TryLockError::Poisoned(ears)) => ears.into_inner().as_ref().map(look),
            // Somebody ends it right now.
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Core {
    /// Whether a listener or a recorder wants events of this family.
    pub(crate) fn hears(&self, family: &'static Family) -> bool {
        self.wants_events() || self.hearing.hears(family)
    }
}
