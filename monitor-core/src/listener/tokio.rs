//! Events into a channel of tokio, for a task that reads them.

use std::fmt;
use std::ops::Deref;
use std::ops::DerefMut;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::channel;
use tokio::sync::mpsc::error::TrySendError;

use crate::event::Event;
use crate::listener::EventListener;
use crate::listener::Listener;
use crate::listener::Subscriptions;

/// Makes a listener that puts a copy of each event of a type into a channel of tokio, and the other end of it.
///
/// It never waits, so the events keep their order: where the channel is full, the event is left out and counted. The
/// channel ends with the monitor.
///
/// ```
/// use monitor_core::event::{Address, PoolEvent, PoolReady};
/// use monitor_core::listener::TokioEvents;
/// use monitor_core::{Monitor, emit, listener};
///
/// async fn read(mut events: TokioEvents<PoolEvent>) -> usize {
///     let mut count = 0;
///     while let Some(event) = events.recv().await {
///         println!("{event:?}");
///         count += 1;
///     }
///     count
/// }
///
/// let (listener, events) = listener::tokio_channel::<PoolEvent>(100);
/// let monitor = Monitor::builder().listener(listener).build();
/// monitor.scope(|| emit(|| PoolReady::new(Address::tcp("db", 5432))));
/// drop(monitor);
/// let reader = read(events);
/// # let mut reader = std::pin::pin!(reader);
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert_eq!(reader.as_mut().poll(&mut context), std::task::Poll::Ready(1));
/// ```
///
/// # Panics
///
/// The capacity is zero.
#[must_use]
pub fn tokio_channel<E: Event>(capacity: usize) -> (TokioListener<E>, TokioEvents<E>) {
    let (sender, receiver) = channel(capacity);
    let overflow = Arc::default();
    (TokioListener { sender, overflow: Arc::clone(&overflow) }, TokioEvents { receiver, overflow })
}

/// Puts events into a channel of tokio; [`tokio_channel`] makes it.
pub struct TokioListener<E> {
    sender: Sender<E>,
    overflow: Arc<AtomicU64>,
}

/// The end of a channel of tokio where events come out, with all that a [`Receiver`] can do.
pub struct TokioEvents<E> {
    receiver: Receiver<E>,
    overflow: Arc<AtomicU64>,
}

impl<E> TokioListener<E> {
    /// How many events found the channel full and were left out.
    #[must_use]
    pub fn overflowed(&self) -> u64 {
        self.overflow.load(Ordering::Relaxed)
    }
}

impl<E> TokioEvents<E> {
    /// How many events found the channel full and were left out.
    #[must_use]
    pub fn overflowed(&self) -> u64 {
        self.overflow.load(Ordering::Relaxed)
    }
}

impl<E> From<Sender<E>> for TokioListener<E> {
    /// Into a channel that is there already.
    fn from(sender: Sender<E>) -> Self {
        Self { sender, overflow: Arc::default() }
    }
}

impl<E> Deref for TokioEvents<E> {
    type Target = Receiver<E>;

    fn deref(&self) -> &Receiver<E> {
        &self.receiver
    }
}

impl<E> DerefMut for TokioEvents<E> {
    fn deref_mut(&mut self) -> &mut Receiver<E> {
        &mut self.receiver
    }
}

impl<E: Event> EventListener<E> for TokioListener<E> {
    fn hear(&self, event: &E) {
        // Where the other end is gone, nobody wants to know.
        if let Err(TrySendError::Full(_)) = self.sender.try_send(event.clone()) {
            self.overflow.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<E: Event> Listener for TokioListener<E> {
    fn subscribe(self: Arc<Self>, to: &mut Subscriptions) {
        to.event::<E>(self);
    }
}

impl<E> fmt::Debug for TokioListener<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokioListener").field("overflowed", &self.overflowed()).finish_non_exhaustive()
    }
}

impl<E> fmt::Debug for TokioEvents<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokioEvents").field("overflowed", &self.overflowed()).finish_non_exhaustive()
    }
}
