//! A database driver with a chain of plugins, which survives the death of its primary.
//!
//! A [`Client`] asks a cluster: one host that takes writes, and others that follow it. Every call goes down a chain
//! of [`Plugin`]s to the host that shall run it; the plugins find out that a host is dead, who the new writer is,
//! and which reader answers fastest. Two databases are behind it: [`sqlite`], a cluster of small servers in this
//! process that can be killed, and [`postgres`], a primary and its hot standbys.
//!
//! ```
//! use failover::Client;
//! use failover::Settings;
//! use failover::sqlite::Sqlite;
//! use failover::sqlite::Servers;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let servers = Servers::start()?;
//! let client = Client::connect(Sqlite, Settings::new(servers.hosts(), servers.names(), servers.issuer())).await?;
//! client.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)", &[]).await?;
//! client.execute("INSERT INTO note VALUES ($1, $2)", &[1.into(), "hello".into()]).await?;
//! servers.kill(servers.first_writer());
//! // The writer is dead: the connection is switched, and the statement has to be run again.
//! let switched = client.execute("INSERT INTO note VALUES ($1, $2)", &[2.into(), "again".into()]).await;
//! assert!(switched.unwrap_err().asks_to_run_again());
//! client.execute("INSERT INTO note VALUES ($1, $2)", &[2.into(), "again".into()]).await?;
//! assert_eq!(client.query("SELECT text FROM note ORDER BY id", &[]).await?.len(), 2);
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod address;
mod call;
mod client;
mod database;
mod driver;
mod error;
mod names;
mod news;
pub mod plugin;
mod pool;
pub mod postgres;
#[cfg(test)]
mod scripted;
mod settings;
pub mod sqlite;
mod token;
mod topology;
mod value;

pub use address::Address;
pub use call::Call;
pub use call::Host;
pub use call::Method;
pub use call::Statement;
pub use call::Target;
pub use client::Client;
pub use database::Connection;
pub use database::Database;
pub use driver::Driver;
pub use error::Error;
pub use names::Names;
pub use names::WRITER;
pub use plugin::Plugin;
pub use settings::Settings;
pub use token::Token;
pub use token::TokenSource;
pub use topology::Member;
pub use topology::Role;
pub use topology::Status;
pub use topology::Topology;
pub use value::Reply;
pub use value::Row;
pub use value::Value;
