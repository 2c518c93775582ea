//! A pool.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::dispatch::Core;
use crate::dispatch::current_core;
use crate::dispatch::emit;
use crate::dispatch::scope;
use crate::event::Address;
use crate::event::IntoEvent;
use crate::event::PoolCleared;
use crate::event::PoolClosed;
use crate::event::PoolCreated;
use crate::event::PoolOptions;
use crate::event::PoolReady;
use crate::event::Text;
use crate::probe::pool::CheckOut;
use crate::probe::pool::Connecting;
use crate::probe::pool::metrics::PoolMetrics;

/// A connection pool by hand: it tells its events, and keeps the metrics `db.client.connection.*`.
///
/// It holds no connections. A driver has one beside its own pool and says what happens there; each step is a value
/// that the next one takes, so that steps come in the right order, and none is forgotten when code returns early,
/// panics or is cancelled. Cheap to clone. What it tells goes to the monitor that was current when it was made.
///
/// ```
/// use monitor_core::event::{Address, PoolOptions};
/// use monitor_core::pool::Pool;
/// use monitor_core::{MetricData, Monitor};
///
/// let monitor = Monitor::builder().build();
/// monitor.scope(|| {
///     let options = PoolOptions { max_size: Some(10), ..PoolOptions::default() };
///     let pool = Pool::new(Address::tcp("db1", 5432), options);
///     pool.ready();
///
///     // Somebody wants a connection, and there is none yet.
///     let wanted = pool.check_out();
///     let connection = pool.connect().ready();
///     let in_use = wanted.checked_out(connection);
///     let open = monitor.snapshot().metric("db.client.connection.count").unwrap().points.clone();
///     assert_eq!(open[1].labels[1], ("db.client.connection.state", "used".into()));
///     assert_eq!(open[1].data, MetricData::UpDownCounter(1));
///
///     // It is kept for the next one; dropped it would be closed.
///     let connection = in_use.check_in();
///     assert_eq!(connection.id(), 1);
/// });
/// ```
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) address: Address,
    pub(super) metrics: PoolMetrics,
    options: Arc<PoolOptions>,
    phase: Mutex<Phase>,
    generation: AtomicU64,
    /// The last number that was given to a connection.
    connections: AtomicU64,
    /// The monitor that hears of all that happens here, so that what it counts up it counts down.
    core: Option<Arc<Core>>,
}

/// Where a pool is in its life.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    Closed,
    Paused,
    Ready,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = *self.inner.phase();
        f.debug_struct("Pool")
            .field("address", &self.inner.address)
            .field("phase", &phase)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool of connections to this server, named after it. It is paused: [`ready`](Self::ready) comes next.
    #[must_use]
    pub fn new(address: Address, options: PoolOptions) -> Self {
        let name = address.to_string();
        Self::named(name, address, options)
    }

    /// The same with a name of its own, where there are several pools to one server.
    #[must_use]
    pub fn named(name: impl Into<Text>, address: Address, options: PoolOptions) -> Self {
        let inner = Inner {
            address,
            metrics: PoolMetrics::new(name.into()),
            options: Arc::new(options),
            phase: Mutex::new(Phase::Paused),
            generation: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            core: current_core(),
        };
        inner.tell(|| {
            inner.metrics.bounds(&inner.options, 1);
            emit(|| PoolCreated::new(inner.address.clone(), Arc::clone(&inner.options)));
        });
        Self { inner: Arc::new(inner) }
    }

    /// The pool gives out connections from now on. Nothing happens if it does so already, or is closed.
    pub fn ready(&self) {
        if self.inner.change(Phase::Paused, Phase::Ready) {
            self.inner.tell_event(PoolReady::new);
        }
    }

    /// Everything that is connected is stale, and the pool gives out nothing until it is [`ready`](Self::ready) again.
    /// Nothing is told if it is paused already.
    pub fn clear(&self) {
        self.clear_with(|cleared| cleared);
    }

    /// The same; connections in use are closed as well.
    pub fn clear_interrupting(&self) {
        self.clear_with(PoolCleared::interrupting);
    }

    /// The connections to one service behind a load balancer are stale. The pool goes on.
    pub fn clear_service(&self, id: impl Into<Text>) {
        if *self.inner.phase() != Phase::Closed {
            self.inner.tell_event(|address| PoolCleared::new(address).service(id));
        }
    }

    /// The pool gives out nothing any more; what is still connected is closed when it is dropped.
    pub fn close(&self) {
        self.inner.close();
    }

    /// Somebody wants a connection.
    pub fn check_out(&self) -> CheckOut {
        CheckOut::new(Arc::clone(&self.inner))
    }

    /// A new connection is about to be set up. It has the next number; the first one is 1.
    pub fn connect(&self) -> Connecting {
        let id = self.inner.connections.fetch_add(1, Ordering::Relaxed) + 1;
        Connecting::new(Arc::clone(&self.inner), id)
    }

    /// How often the pool was cleared: a connection of an earlier generation is stale.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.inner.generation()
    }

    fn clear_with(&self, how: impl FnOnce(PoolCleared) -> PoolCleared) {
        self.inner.generation.fetch_add(1, Ordering::Relaxed);
        if self.inner.change(Phase::Ready, Phase::Paused) {
            self.inner.tell_event(|address| how(PoolCleared::new(address)));
        }
    }
}

impl Inner {
    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes from one phase to the next; false where the pool is not in the first.
    fn change(&self, from: Phase, to: Phase) -> bool {
        let mut phase = self.phase();
        let changes = *phase == from;
        if changes {
            *phase = to;
        }
        changes
    }

    fn close(&self) {
        let before = std::mem::replace(&mut *self.phase(), Phase::Closed);
        if before != Phase::Closed {
            self.tell(|| {
                self.metrics.bounds(&self.options, -1);
                emit(|| PoolClosed::new(self.address.clone()));
            });
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.phase() == Phase::Closed
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Tells something, to the monitor of this pool.
    pub(super) fn tell(&self, act: impl FnOnce()) {
        match &self.core {
            Some(core) => scope(core, act),
            None => act(),
        }
    }

    /// Tells an event about the pool's server.
    pub(super) fn tell_event<E: IntoEvent>(&self, event: impl FnOnce(Address) -> E) {
        self.tell(|| emit(|| event(self.address.clone())));
    }
}

/// The last one who could close the pool is gone.
impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
