//! A connection of a pool, from its beginning to its end.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::dispatch::emit;
use crate::event::ClosedReason;
use crate::event::ConnectionClosed;
use crate::event::ConnectionCreated;
use crate::event::ConnectionReady;
use crate::event::Text;
use crate::probe::pool::handle::Inner;
use crate::probe::pool::metrics::Use;

/// A connection that is being set up. Dropped before it is ready, it is closed.
#[must_use = "dropped, the connection is closed"]
pub struct Connecting {
    pool: Arc<Inner>,
    id: u64,
    started: Instant,
    generation: u64,
    /// How it ended was told.
    over: bool,
}

impl fmt::Debug for Connecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Connecting {
    pub(super) fn new(pool: Arc<Inner>, id: u64) -> Self {
        // What is cleared while it is set up makes it stale.
        let generation = pool.generation();
        pool.tell_event(|address| ConnectionCreated::new(address, id));
        Self { pool, id, started: Instant::now(), generation, over: false }
    }

    /// The connection's number in its pool.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// It is set up.
    pub fn ready(mut self) -> Connection {
        self.over = true;
        let (pool, took) = (Arc::clone(&self.pool), self.started.elapsed());
        pool.tell(|| {
            pool.metrics.created_in(took);
            pool.metrics.connections(1, Use::Idle);
            emit(|| ConnectionReady::new(pool.address.clone(), self.id, took));
        });
        Connection { pool, id: self.id, generation: self.generation, state: Some(Use::Idle) }
    }

    /// It could not be set up.
    pub fn failed(mut self, error: impl Into<Text>) {
        self.over = true;
        let error = error.into();
        self.pool
            .tell_event(|address| ConnectionClosed::new(address, self.id, ClosedReason::Error).error(error));
    }
}

impl Drop for Connecting {
    fn drop(&mut self) {
        if !self.over {
            let reason = if self.pool.is_closed() { ClosedReason::PoolClosed } else { ClosedReason::Dropped };
            self.pool.tell_event(|address| ConnectionClosed::new(address, self.id, reason));
        }
    }
}

/// A connection that is set up, and that nobody uses. Dropped, it is closed.
#[must_use = "dropped, the connection is closed"]
pub struct Connection {
    pool: Arc<Inner>,
    id: u64,
    generation: u64,
    /// What it is doing; none once it is closed.
    state: Option<Use>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Connection {
    /// The connection's number in its pool.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether the pool was cleared since the connection began.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.generation < self.pool.generation()
    }

    /// It is closed, for this reason.
    pub fn close(mut self, reason: ClosedReason) {
        self.end(reason, None);
    }

    /// It is closed as something failed on it; `error` says what.
    pub fn close_with(mut self, error: impl Into<Text>) {
        self.end(ClosedReason::Error, Some(error.into()));
    }

    pub(super) fn pool(&self) -> &Arc<Inner> {
        &self.pool
    }

    /// It is doing something else from now on. Told by the caller.
    pub(super) fn becomes(&mut self, state: Use) {
        if let Some(before) = self.state.replace(state) {
            self.pool.metrics.connections(-1, before);
        }
        self.pool.metrics.connections(1, state);
    }

    fn end(&mut self, reason: ClosedReason, error: Option<Text>) {
        let Some(state) = self.state.take() else { return };
        let pool = &self.pool;
        pool.tell(|| {
            pool.metrics.connections(-1, state);
            emit(|| {
                let mut closed = ConnectionClosed::new(pool.address.clone(), self.id, reason);
                closed.error = error;
                closed
            });
        });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let reason = match () {
            () if self.state.is_none() => return,
            () if self.pool.is_closed() => ClosedReason::PoolClosed,
            () if self.is_stale() => ClosedReason::Stale,
            () => ClosedReason::Dropped,
        };
        self.end(reason, None);
    }
}
