//! Connection pools: how they come and go, and their connections.

use std::sync::Arc;
use std::time::Duration;

use crate::event::Address;
use crate::event::CheckOutFailedReason;
use crate::event::ClosedReason;
use crate::event::PoolOptions;
use crate::event::Text;
use crate::event::port::Add;
use crate::event::port::Told;
use crate::event::port::family;
use crate::event::port::put;

family! {
    /// Something happened to a connection pool or to a connection in it.
    ///
    /// Each `ConnectionCheckOutStarted` is followed by exactly one `ConnectionCheckedOut` or
    /// `ConnectionCheckOutFailed`.
    PoolEvent is "pool" {
        /// No connection was to be had.
        ConnectionCheckOutFailed(ConnectionCheckOutFailed) is "pool.connection_check_out_failed",
        /// Somebody wants a connection.
        ConnectionCheckOutStarted(ConnectionCheckOutStarted) is "pool.connection_check_out_started",
        /// A connection was given back.
        ConnectionCheckedIn(ConnectionCheckedIn) is "pool.connection_checked_in",
        /// A connection was given out.
        ConnectionCheckedOut(ConnectionCheckedOut) is "pool.connection_checked_out",
        /// A connection was closed.
        ConnectionClosed(ConnectionClosed) is "pool.connection_closed",
        /// A connection has a number, and is not yet set up.
        ConnectionCreated(ConnectionCreated) is "pool.connection_created",
        /// A connection is set up.
        ConnectionReady(ConnectionReady) is "pool.connection_ready",
        /// All connections of the pool, or of one service, became stale.
        PoolCleared(PoolCleared) is "pool.cleared",
        /// The pool is closed for good.
        PoolClosed(PoolClosed) is "pool.closed",
        /// The pool is there, and gives out nothing yet.
        PoolCreated(PoolCreated) is "pool.created",
        /// The pool gives out connections.
        PoolReady(PoolReady) is "pool.ready",
    }
}

/// One event of a pool: its fields, those that its constructor asks for marked.
macro_rules! told {
    ($(
        $(#[$about:meta])*
        $event:ident($($(#[$asked_about:meta])* $asked:ident: $asked_type:ty),*)
        { $($(#[$more_about:meta])* $more:ident: $more_type:ty),* }
    )*) => {$(
        $(#[$about])*
        #[non_exhaustive]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $event {
            /// The server whose connections these are.
            pub address: Address,
            $($(#[$asked_about])* pub $asked: $asked_type,)*
            $($(#[$more_about])* pub $more: $more_type,)*
        }

        impl $event {
            /// Of the pool of this server; what is not asked for here is absent and may be set.
            #[must_use]
            pub fn new(address: Address $(, $asked: $asked_type)*) -> Self {
                Self { address $(, $asked)* $(, $more: <$more_type>::default())* }
            }
        }
    )*};
}

told! {
    /// A pool is there, and gives out nothing yet.
    PoolCreated(
        /// The options that are not as by default.
        options: Arc<PoolOptions>
    ) {}

    /// A pool gives out connections.
    PoolReady() {}

    /// All connections of a pool became stale.
    PoolCleared() {
        /// The one service behind a load balancer that this is about; none for the whole pool.
        service_id: Option<Text>,
        /// Whether connections that are in use are closed as well.
        interrupt_in_use_connections: bool
    }

    /// A pool is closed for good.
    PoolClosed() {}

    /// A connection has a number, and is not yet set up.
    ConnectionCreated(
        /// The connection's number in its pool; the first one is 1.
        connection_id: u64
    ) {}

    /// A connection is set up.
    ConnectionReady(
        /// The connection's number in its pool.
        connection_id: u64,
        /// Since it was created.
        duration: Duration
    ) {}

    /// A connection was closed.
    ConnectionClosed(
        /// The connection's number in its pool.
        connection_id: u64,
        /// Why.
        reason: ClosedReason
    ) {
        /// What was wrong, where that was an error.
        error: Option<Text>
    }

    /// Somebody wants a connection.
    ConnectionCheckOutStarted() {}

    /// No connection was to be had.
    ConnectionCheckOutFailed(
        /// Why.
        reason: CheckOutFailedReason,
        /// Since it was wanted.
        duration: Duration
    ) {
        /// What was wrong, where that was an error.
        error: Option<Text>
    }

    /// A connection was given out.
    ConnectionCheckedOut(
        /// The connection's number in its pool.
        connection_id: u64,
        /// Since it was wanted.
        duration: Duration
    ) {}

    /// A connection was given back.
    ConnectionCheckedIn(
        /// The connection's number in its pool.
        connection_id: u64
    ) {}
}

impl PoolCleared {
    /// Says which one service behind a load balancer this is about.
    #[must_use]
    pub fn service(mut self, id: impl Into<Text>) -> Self {
        self.service_id = Some(id.into());
        self
    }

    /// Says that connections in use are closed as well.
    #[must_use]
    pub fn interrupting(mut self) -> Self {
        self.interrupt_in_use_connections = true;
        self
    }
}

impl ConnectionClosed {
    /// Says what was wrong.
    #[must_use]
    pub fn error(mut self, error: impl Into<Text>) -> Self {
        self.error = Some(error.into());
        self
    }
}

impl ConnectionCheckOutFailed {
    /// Says what was wrong.
    #[must_use]
    pub fn error(mut self, error: impl Into<Text>) -> Self {
        self.error = Some(error.into());
        self
    }
}

/// The fields of each event beyond the address, by name.
macro_rules! fields {
    ($($event:ident { $($name:literal: $value:expr),* })*) => {$(
        impl Told for $event {
            fn fields(&self, add: Add<'_>) {
                self.address.fields(add);
                $(
                    let value: fn(&$event) -> _ = $value;
                    put(add, $name, &value(self));
                )*
            }
        }
    )*};
}

fields! {
    PoolReady {}
    PoolClosed {}
    ConnectionCheckOutStarted {}
    ConnectionCreated { "connection_id": |event| event.connection_id }
    ConnectionCheckedIn { "connection_id": |event| event.connection_id }
    ConnectionReady {
        "connection_id": |event| event.connection_id,
        "duration": |event| event.duration
    }
    ConnectionCheckedOut {
        "connection_id": |event| event.connection_id,
        "duration": |event| event.duration
    }
    ConnectionClosed {
        "connection_id": |event| event.connection_id,
        "reason": |event| event.reason.as_str(),
        "error": |event| event.error.clone()
    }
    ConnectionCheckOutFailed {
        "reason": |event| event.reason.as_str(),
        "duration": |event| event.duration,
        "error": |event| event.error.clone()
    }
    PoolCleared {
        "service_id": |event| event.service_id.clone(),
        "interrupt_in_use_connections": |event| event.interrupt_in_use_connections
    }
}

impl Told for PoolCreated {
    fn fields(&self, add: Add<'_>) {
        self.address.fields(add);
        self.options.fields(add);
    }
}
