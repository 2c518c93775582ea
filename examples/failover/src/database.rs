//! A database, as the driver sees it: a way to open a connection, and what can be done with one.

use async_trait::async_trait;

use crate::Address;
use crate::Error;
use crate::Reply;
use crate::Statement;
use crate::Status;
use crate::Token;

/// A kind of database.
#[async_trait]
pub trait Database: Send + Sync + 'static {
    /// What it is called, in the words of the OpenTelemetry conventions.
    fn name(&self) -> &'static str;

    /// Opens a connection and logs in.
    async fn connect(&self, host: &Address, token: Option<&Token>) -> Result<Box<dyn Connection>, Error>;
}

/// One connection. A caller that drops the future of a call must drop the connection too: the reply is on its way.
#[async_trait]
pub trait Connection: Send + 'static {
    /// Who is at the other end.
    fn host(&self) -> &Address;

    /// Runs a statement that writes.
    async fn execute(&mut self, statement: &Statement) -> Result<Reply, Error>;

    /// Runs a statement that reads.
    async fn query(&mut self, statement: &Statement) -> Result<Reply, Error>;

    /// Asks the host what it is.
    async fn status(&mut self) -> Result<Status, Error>;

    /// Makes the host the writer; where it is already, nothing happens.
    async fn promote(&mut self) -> Result<(), Error>;
}
