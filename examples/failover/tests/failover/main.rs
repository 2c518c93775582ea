//! The failover driver over real databases whose primary is killed in the middle of a load.

mod job;
mod load;
mod pair;
mod postgres;
mod sqlite;
