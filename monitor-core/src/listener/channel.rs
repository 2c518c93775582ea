//! Events into a channel, for whoever has more to do than a listener may.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::TrySendError;
use std::sync::mpsc::sync_channel;

use crate::event::Event;
use crate::listener::EventListener;
use crate::listener::Listener;
use crate::listener::Subscriptions;

/// Makes a listener that puts a copy of each event of a type into a channel, and the other end of that channel.
///
/// It never waits: where the channel is full, the event is left out and counted. The channel ends with the monitor.
///
/// ```
/// use monitor_core::event::{Address, PoolEvent, PoolReady};
/// use monitor_core::{Monitor, emit, listener};
///
/// let (listener, events) = listener::channel::<PoolEvent>(100);
/// let monitor = Monitor::builder().listener(listener).build();
/// let reader = std::thread::spawn(move || events.iter().count());
/// monitor.scope(|| emit(|| PoolReady::new(Address::tcp("db", 5432))));
/// drop(monitor);
/// assert_eq!(reader.join().unwrap(), 1);
/// ```
#[must_use]
pub fn channel<E: Event>(capacity: usize) -> (ChannelListener<E>, Events<E>) {
    let (sender, receiver) = sync_channel(capacity);
    let overflow = Arc::default();
    (ChannelListener { sender, overflow: Arc::clone(&overflow) }, Events { receiver, overflow })
}

/// Puts events into a channel; [`channel`] makes it.
pub struct ChannelListener<E> {
    sender: SyncSender<E>,
    overflow: Arc<AtomicU64>,
}

/// The end of a channel where events come out, with all that a [`Receiver`] can do.
pub struct Events<E> {
    receiver: Receiver<E>,
    overflow: Arc<AtomicU64>,
}

impl<E> ChannelListener<E> {
    /// How many events found the channel full and were left out.
    #[must_use]
    pub fn overflowed(&self) -> u64 {
        self.overflow.load(Ordering::Relaxed)
    }
}

impl<E> Events<E> {
    /// How many events found the channel full and were left out.
    #[must_use]
    pub fn overflowed(&self) -> u64 {
        self.overflow.load(Ordering::Relaxed)
    }
}

impl<E> From<SyncSender<E>> for ChannelListener<E> {
    /// Into a channel that is there already.
    fn from(sender: SyncSender<E>) -> Self {
        Self { sender, overflow: Arc::default() }
    }
}

impl<E> Deref for Events<E> {
    type Target = Receiver<E>;

    fn deref(&self) -> &Receiver<E> {
        &self.receiver
    }
}

impl<E: Event> EventListener<E> for ChannelListener<E> {
    fn hear(&self, event: &E) {
        // Where the other end is gone, nobody wants to know.
        if let Err(TrySendError::Full(_)) = self.sender.try_send(event.clone()) {
            self.overflow.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<E: Event> Listener for ChannelListener<E> {
    fn subscribe(self: Arc<Self>, to: &mut Subscriptions) {
        to.event::<E>(self);
    }
}

impl<E> fmt::Debug for ChannelListener<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelListener").field("overflowed", &self.overflowed()).finish_non_exhaustive()
    }
}

impl<E> fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("overflowed", &self.overflowed()).finish_non_exhaustive()
    }
}
