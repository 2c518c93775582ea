//! Why connections are closed, and why none was to be had.

use std::fmt;

/// Why a connection was closed. Displayed, it is a sentence for people.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ClosedReason {
    /// Whoever had it is gone in the middle of using it.
    Dropped,
    /// Something failed on it.
    Error,
    /// It was not used for too long.
    Idle,
    /// Its pool was closed.
    PoolClosed,
    /// Its pool was cleared.
    Stale,
}

impl ClosedReason {
    /// The word that programs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ClosedReason::Dropped => "dropped",
            ClosedReason::Error => "error",
            ClosedReason::Idle => "idle",
            ClosedReason::PoolClosed => "poolClosed",
            ClosedReason::Stale => "stale",
        }
    }
}

impl fmt::Display for ClosedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ClosedReason::Dropped => "Connection was dropped during an operation",
            ClosedReason::Error => "An error occurred while using the connection",
            ClosedReason::Idle => {
                "Connection has been available but unused for longer than the configured max idle time"
            }
            ClosedReason::PoolClosed => "Connection pool was closed",
            ClosedReason::Stale => "Connection became stale because the pool was cleared",
        })
    }
}

/// Why no connection was to be had. Displayed, it is a sentence for people.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CheckOutFailedReason {
    /// A new one could not be set up.
    ConnectionError,
    /// The pool is closed.
    PoolClosed,
    /// None became free in time.
    Timeout,
}

impl CheckOutFailedReason {
    /// The word that programs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CheckOutFailedReason::ConnectionError => "connectionError",
            CheckOutFailedReason::PoolClosed => "poolClosed",
            CheckOutFailedReason::Timeout => "timeout",
        }
    }
}

impl fmt::Display for CheckOutFailedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            CheckOutFailedReason::ConnectionError => {
                "An error occurred while trying to establish a new connection"
            }
            CheckOutFailedReason::PoolClosed => "Connection pool was closed",
            CheckOutFailedReason::Timeout => {
                "Wait queue timeout elapsed without a connection becoming available"
            }
        })
    }
}
