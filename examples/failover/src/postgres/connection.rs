//! A connection to PostgreSQL.

use async_trait::async_trait;
use monitor_core::monitored;
use tokio_postgres::Client;

use crate::Address;
use crate::Connection;
use crate::Error;
use crate::Reply;
use crate::Role;
use crate::Statement;
use crate::Status;
use crate::postgres::error::typed;
use crate::postgres::value::parameters;
use crate::postgres::value::row;

/// A connection to PostgreSQL.
pub(super) struct PostgresConnection {
    host: Address,
    client: Client,
}

impl PostgresConnection {
    /// A connection that is logged in.
    pub(super) fn new(host: &Address, client: Client) -> Self {
        Self { host: host.clone(), client }
    }
}

#[monitored]
#[async_trait]
impl Connection for PostgresConnection {
    #[monitored(skip)]
    fn host(&self) -> &Address {
        &self.host
    }

    #[monitored(command(system = "postgresql", text = &*statement.sql, server = &self.host))]
    async fn execute(&mut self, statement: &Statement) -> Result<Reply, Error> {
        let changed = self.client.execute_typed(&statement.sql, &parameters(statement)).await;
        let changed = changed.map_err(|error| typed(&self.host, &error))?;
        Ok(Reply { changed, rows: Vec::new() })
    }

    #[monitored(command(system = "postgresql", text = &*statement.sql, server = &self.host, rows = |reply| reply.rows.len()))]
    async fn query(&mut self, statement: &Statement) -> Result<Reply, Error> {
        let found = self.client.query_typed(&statement.sql, &parameters(statement)).await;
        let found = found.map_err(|error| typed(&self.host, &error))?;
        let refused = |reason| Error::Refused { host: self.host.clone(), reason };
        Ok(Reply { changed: 0, rows: found.iter().map(row).collect::<Result<_, _>>().map_err(refused)? })
    }

    async fn status(&mut self) -> Result<Status, Error> {
        let said = self.client.query_typed(STATUS, &[]).await.map_err(|error| typed(&self.host, &error))?;
        let [said] = &said[..] else {
            return Err(Error::disconnected(&self.host, "the server does not say what it is"));
        };
        let role = if said.get("is_in_recovery") { Role::Reader } else { Role::Writer };
        let number = |column| said.get::<_, i64>(column).unsigned_abs();
        Ok(Status { role, epoch: number("timeline"), position: number("position") })
    }

    async fn promote(&mut self) -> Result<(), Error> {
        let promoted = self.client.query_typed(PROMOTE, &[]).await;
        promoted.map(drop).map_err(|error| typed(&self.host, &error))
    }
}

/// Each promotion begins a timeline, whose number a primary has in the names of its files.
const STATUS: &str = "
    SELECT pg_is_in_recovery() AS is_in_recovery,
        CASE WHEN pg_is_in_recovery() THEN 0
        ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END AS timeline,
        (CASE WHEN pg_is_in_recovery()
            THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), '0/0')
            ELSE pg_current_wal_lsn() END - '0/0')::bigint AS position";

/// Waits until the standby is the primary; one that is already is left alone.
const PROMOTE: &str = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_promote() END";
