//! What a program holds.

use std::sync::Arc;

use monitor_core::monitored;

use crate::Call;
use crate::Database;
use crate::Driver;
use crate::Error;
use crate::Method;
use crate::Reply;
use crate::Row;
use crate::Settings;
use crate::Statement;
use crate::Target;
use crate::Topology;
use crate::Value;
use crate::WRITER;

/// A client of a cluster; cheap to clone, and all clones share their connections.
#[derive(Clone)]
pub struct Client {
    driver: Arc<Driver>,
}

#[monitored]
impl Client {
    /// Connects to the writer by its name, and finds out who else is in the cluster.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] or [`Error::LoginRefused`] where no host lets us in, [`Error::NoHost`] where none is a
    /// writer.
    pub async fn connect(database: impl Database, settings: Settings) -> Result<Self, Error> {
        let driver = Driver::start(Arc::new(database), settings);
        let connection = driver.connect(&Target::named(WRITER)).await?;
        driver.refresh().await;
        driver.pool(connection.host()).put(connection);
        driver.topology().writer().ok_or(Error::NoHost { wanted: "a writer" })?;
        Ok(Self { driver })
    }

    /// Runs a statement that writes, in a transaction of its own, and gives how many rows it changed. Once this
    /// returns, every host that follows the writer has it as well.
    ///
    /// # Errors
    ///
    /// [`Error::FailoverSuccess`] where the writer died meanwhile and there is another: nobody knows whether the
    /// statement was done, so run it again in a way that does no harm if it was. [`Error::Refused`] where the
    /// statement is wrong.
    pub async fn execute(&self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        Ok(self.call(Method::Execute, sql, params).await?.changed)
    }

    /// Runs a statement that reads, at a reader where there is one. A host that dies meanwhile is not noticed.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] or [`Error::Aborted`] where no host answers, [`Error::Refused`] where the statement is
    /// wrong.
    pub async fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error> {
        Ok(self.call(Method::Query, sql, params).await?.rows)
    }
}

impl Client {
    /// Who is in the cluster, as far as is known.
    pub fn topology(&self) -> Arc<Topology> {
        self.driver.topology()
    }

    async fn call(&self, method: Method, sql: &str, params: &[Value]) -> Result<Reply, Error> {
        let host = self.driver.choose(method)?;
        let call = Call { method, host, statement: Statement::new(sql, params) };
        self.driver.run(&call).await
    }
}
