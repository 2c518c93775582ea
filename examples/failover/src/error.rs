//! Why something could not be done.

use std::time::Duration;

use monitor_core::ErrorType;

use crate::Address;

/// Why something could not be done.
#[non_exhaustive]
#[derive(Clone, Debug, ErrorType, thiserror::Error)]
pub enum Error {
    /// The host was found dead while the call waited for it.
    #[error("{host} does not answer any more; the call was given up")]
    Aborted {
        /// Who is dead.
        host: Address,
    },
    /// The connection ended. What was under way may have been done or not.
    #[error("the connection to {host} is lost: {reason}")]
    Disconnected {
        /// Who was at the other end.
        host: Address,
        /// In the words of the system or the server.
        reason: String,
    },
    /// No new writer was found.
    #[error("{lost} is gone, and no host became the writer within {waited:?}")]
    FailoverFailed {
        /// The last writer.
        lost: Address,
        /// How long one was looked for.
        waited: Duration,
    },
    /// The connection was switched to another writer. What was under way may have been done or not: run it again.
    #[error("the connection was switched from {lost} to {writer}; run the transaction again")]
    FailoverSuccess {
        /// The last writer.
        lost: Address,
        /// The new one.
        writer: Address,
    },
    /// The server does not let us in.
    #[error("{host} refuses the login: {reason}")]
    LoginRefused {
        /// Who refused.
        host: Address,
        /// In its words.
        reason: String,
    },
    /// There is nobody to ask.
    #[error("no host of the cluster is known to be {wanted}")]
    NoHost {
        /// `a writer` or `alive`.
        wanted: &'static str,
    },
    /// All connections of the host were in use for too long.
    #[error("no connection to {host} was free within {waited:?}")]
    PoolExhausted {
        /// Whose pool it is.
        host: Address,
        /// How long one was waited for.
        waited: Duration,
    },
    /// A write got to a host that only reads. It was not done.
    #[error("{host} only reads; the writer is another host")]
    ReadOnly {
        /// Who refused.
        host: Address,
    },
    /// The server refuses the statement.
    #[error("{host} refuses the statement: {reason}")]
    Refused {
        /// Who refused.
        host: Address,
        /// In its words.
        reason: String,
    },
    /// No host is called so.
    #[error("no host has the name `{name}`")]
    UnknownName {
        /// What was asked for.
        name: String,
    },
}

impl Error {
    /// Whether the host is gone, or is no longer what it was: another may do what this one did not.
    pub fn is_failover_worthy(&self) -> bool {
        matches!(self, Self::Aborted { .. } | Self::Disconnected { .. } | Self::ReadOnly { .. })
    }

    /// Whether the call may be made again: it is not known to be done, and there is a host to do it.
    pub fn asks_to_run_again(&self) -> bool {
        matches!(self, Self::FailoverSuccess { .. })
    }

    /// A host that took too long; that is no better than one that hung up.
    pub(crate) fn late(host: &Address, waited: Duration) -> Self {
        Self::disconnected(host, format_args!("no answer within {waited:?}"))
    }

    /// The end of a connection, in the words of the system.
    pub(crate) fn disconnected(host: &Address, reason: impl ToString) -> Self {
        Self::Disconnected { host: host.clone(), reason: reason.to_string() }
    }
}
