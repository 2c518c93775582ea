//! The errors of PostgreSQL, in our words.

use std::io;

use tokio_postgres::error::SqlState;

use crate::Address;
use crate::Error;

/// What an error means to a driver that wants to know whether to look for another host.
pub(super) fn typed(host: &Address, error: &tokio_postgres::Error) -> Error {
    let host = host.clone();
    let Some(said) = error.as_db_error() else {
        let source = std::error::Error::source(error);
        let system = source.is_some_and(|source| source.is::<io::Error>());
        let reason = source.map_or_else(|| error.to_string(), ToString::to_string);
        return if system || error.is_closed() {
            Error::Disconnected { host, reason }
        } else {
            Error::Refused { host, reason }
        };
    };
    let reason = said.message().to_owned();
    match *said.code() {
        // The server goes down or comes up.
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => {
            Error::Disconnected { host, reason }
        }
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION | SqlState::INVALID_PASSWORD => {
            Error::LoginRefused { host, reason }
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => Error::ReadOnly { host },
        _ => Error::Refused { host, reason },
    }
}
