//! What a listener is, and one for a single type of event.

use std::any::Any;
use std::sync::Arc;

use crate::event::Event;
use crate::listener::Subscriptions;

/// Hears events on the thread where they happen, as they happen.
///
/// `#[derive(Listener)]` writes this for a type that implements any of [`CommandListener`], [`PoolListener`],
/// [`ServerListener`], [`TopologyListener`], [`HeartbeatListener`] and [`FailoverListener`]; those for events of one's
/// own are named, `#[listener(CacheEvicted)]`. Written by hand, it subscribes the listener to what it wants:
///
/// ```
/// use monitor_core::event::CommandStarted;
/// use monitor_core::listener::{CommandListener, Listener, Subscriptions};
/// use std::sync::Arc;
///
/// struct Print<T>(T);
///
/// impl<T: Send + Sync + 'static> CommandListener for Print<T> {
///     fn started(&self, event: &CommandStarted) {
///         println!("{}", event.command_name);
///     }
/// }
///
/// impl<T: Send + Sync + 'static> Listener for Print<T> {
///     fn subscribe(self: Arc<Self>, to: &mut Subscriptions) {
///         to.command(&self);
///     }
/// }
/// ```
///
/// [`CommandListener`]: crate::listener::CommandListener
/// [`FailoverListener`]: crate::listener::FailoverListener
/// [`HeartbeatListener`]: crate::listener::HeartbeatListener
/// [`PoolListener`]: crate::listener::PoolListener
/// [`ServerListener`]: crate::listener::ServerListener
/// [`TopologyListener`]: crate::listener::TopologyListener
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no listener",
    label = "hears no events",
    note = "implement `CommandListener`, `PoolListener` or another of `monitor_core::listener` for it and write \
            `#[derive(Listener)]` above it, or wrap a closure: `listener::from_fn(|event: &CommandEvent| ..)`"
)]
pub trait Listener: Send + Sync + 'static {
    /// Says which events this wants to hear; asked once, when it is registered.
    fn subscribe(self: Arc<Self>, to: &mut Subscriptions);
}

impl<L: Listener + ?Sized> Listener for Arc<L> {
    fn subscribe(self: Arc<Self>, to: &mut Subscriptions) {
        Arc::clone(&*self).subscribe(to);
    }
}

/// Hears the events of one type: one of one's own, or all of a family in one place.
///
/// ```
/// use monitor_core::event::Event;
/// use monitor_core::listener::{EventListener, Listener};
///
/// #[derive(Clone, Debug, Event)]
/// struct CacheEvicted {
///     key: String,
/// }
///
/// #[derive(Listener)]
/// #[listener(CacheEvicted)]
/// struct Print;
///
/// impl EventListener<CacheEvicted> for Print {
///     fn hear(&self, event: &CacheEvicted) {
///         println!("{} is gone", event.key);
///     }
/// }
///
/// let monitor = monitor_core::Monitor::builder().listener(Print).build();
/// monitor.scope(|| monitor_core::emit(|| CacheEvicted { key: String::from("a") }));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hear `{E}`",
    label = "`EventListener<{E}>` is not implemented for it",
    note = "write `impl EventListener<{E}> for {Self} {{ fn hear(&self, event: &{E}) {{ .. }} }}`"
)]
pub trait EventListener<E: Event>: Send + Sync + 'static {
    /// Something happened.
    fn hear(&self, event: &E);
}

/// A listener to events of one type, which is not said.
pub(crate) trait Ear: Send + Sync {
    fn hear(&self, event: &dyn Any);
}

/// A listener to events of one type.
pub(crate) struct Typed<E>(pub(crate) Arc<dyn EventListener<E>>);

impl<E: Event> Ear for Typed<E> {
    fn hear(&self, event: &dyn Any) {
        // It is of another type where a generic type of event has one family for all of its types.
        if let Some(event) = event.downcast_ref() {
            self.0.hear(event);
        }
    }
}
