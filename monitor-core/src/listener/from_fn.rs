//! Closures as listeners.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::event::Event;
use crate::listener::EventListener;
use crate::listener::Listener;
use crate::listener::Subscriptions;

/// Makes a listener of a closure; the type of its argument says what it hears.
///
/// ```
/// use monitor_core::event::PoolEvent;
/// use monitor_core::{Monitor, listener};
///
/// let monitor = Monitor::builder()
///     .listener(listener::from_fn(|event: &PoolEvent| println!("{event:?}")))
///     .build();
/// ```
pub fn from_fn<E: Event, F: Fn(&E) + Send + Sync + 'static>(hear: F) -> FromFn<E, F> {
    FromFn { hear, hears: PhantomData }
}

/// A closure that hears events; [`from_fn`] makes it.
pub struct FromFn<E, F> {
    hear: F,
    hears: PhantomData<fn(&E)>,
}

impl<E: Event, F: Fn(&E) + Send + Sync + 'static> EventListener<E> for FromFn<E, F> {
    fn hear(&self, event: &E) {
        (self.hear)(event);
    }
}

impl<E: Event, F: Fn(&E) + Send + Sync + 'static> Listener for FromFn<E, F> {
    fn subscribe(self: Arc<Self>, to: &mut Subscriptions) {
        to.event::<E>(self);
    }
}

impl<E: Event, F> fmt::Debug for FromFn<E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FromFn").field(&E::family().name()).finish()
    }
}
