//! The failover driver over real databases whose primary is killed in the middle of a load.

mod job;
mod ledger;
mod load;
#[cfg(unix)]
mod pair;
#[cfg(unix)]
mod postgres;
mod sqlite;
mod told;
