//! Why a query was not answered.

use std::time::Duration;

use monitor_core::ErrorType;
use rusqlite::ErrorCode;

/// Why a query was not answered.
#[derive(Debug, ErrorType, thiserror::Error)]
pub(crate) enum Error {
    /// Another connection holds the lock.
    #[error("the database is locked by another connection; ask again")]
    Busy,
    /// SQLite stopped in the middle, as it was told to.
    #[error("the query was interrupted; ask again")]
    Interrupted,
    /// The expression is not one that FTS5 understands.
    #[error("`{expression}` is no search expression: {reason}; quote words that hold punctuation")]
    Malformed {
        /// As it was typed.
        expression: String,
        /// In SQLite's words.
        reason: String,
    },
    /// Anything else that SQLite refuses.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
    /// The client did not want to wait longer.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The thread that worked on the query panicked, or its runtime is shutting down.
    #[error("the worker ended without an answer: {0}; ask again")]
    Worker(#[from] tokio::task::JoinError),
}

impl Error {
    /// Whether asking again may help.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Interrupted | Self::Worker(_))
    }

    /// Tells a wrong expression from an SQLite that is not well: FTS5 reports both alike.
    pub(crate) fn typed(expression: &str, error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(code, Some(reason)) if code.code == ErrorCode::Unknown => {
                Self::Malformed { expression: expression.to_owned(), reason }
            }
            other => other.into(),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::OperationInterrupted) => Self::Interrupted,
            _ => Self::Sqlite(error),
        }
    }
}
