//! What one listener wants to hear.

use std::fmt;
use std::sync::Arc;

use crate::event::Event;
use crate::listener::EventListener;
use crate::listener::port::Ear;
use crate::listener::port::Typed;
use crate::model::Family;

/// What one listener wants to hear; [`Listener::subscribe`](crate::listener::Listener::subscribe) fills it.
#[derive(Clone, Default)]
pub struct Subscriptions {
    ears: Vec<(&'static Family, Arc<dyn Ear>)>,
}

impl Subscriptions {
    /// Events of this type.
    pub fn event<E: Event>(&mut self, listener: Arc<dyn EventListener<E>>) {
        self.ears.push((E::family(), Arc::new(Typed(listener))));
    }

    pub(crate) fn ears(&self) -> impl Iterator<Item = (&'static Family, &Arc<dyn Ear>)> {
        self.ears.iter().map(|(family, ear)| (*family, ear))
    }
}

impl fmt::Debug for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ears.iter().map(|(family, _)| family.name())).finish()
    }
}
