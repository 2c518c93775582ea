//! PostgreSQL: a primary and the hot standbys that follow it by streaming replication.
//!
//! Standbys answer queries. When the primary is gone, one of them is promoted by `pg_promote()`, which the user of
//! the driver must be allowed to call. Nothing that was acknowledged is lost with the primary if it waits for its
//! standby: `synchronous_standby_names = '*'` at the primary.
//!
//! Connections are not encrypted; what goes over more than one machine wants a tunnel.

mod connection;
mod error;
mod hosts;
mod value;

pub use hosts::Postgres;
