//! The failover driver over real databases whose primary is killed in the middle of a load.

mod job;
mod load;
#[cfg(feature = "postgres")]
mod pair;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
