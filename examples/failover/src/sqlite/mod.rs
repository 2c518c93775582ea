//! A cluster of small servers over SQLite, in this process, that can be killed.
//!
//! Each server has a database file and a port. The writer ships every statement to the servers that follow it, and
//! acknowledges it once they have it: so nothing that was acknowledged is lost with the writer. Servers can be
//! killed (their port and all connections close), frozen (they stay connected and say nothing) and started again.
//!
//! What it does not have: a quorum. A writer that cannot reach its followers goes on alone, and a follower is
//! promoted by whoever thinks that the writer is dead. Of two writers the later one wins, since a follower takes
//! nothing from an earlier one, and the earlier one follows it when it is told so.

mod cluster;
mod connection;
mod files;
mod issuer;
mod life;
mod message;
mod node;
mod replication;
mod server;
mod store;
mod wire;

pub use cluster::Servers;
pub use connection::Sqlite;
pub use issuer::Issuer;
