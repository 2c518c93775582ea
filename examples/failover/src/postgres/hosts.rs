//! The hosts of a cluster, as they are given.

use std::collections::HashMap;

use async_trait::async_trait;
use monitor_core::monitored;
use tokio_postgres::Config;
use tokio_postgres::NoTls;
use tokio_postgres::config::Host;

use crate::Address;
use crate::Connection;
use crate::Database;
use crate::Error;
use crate::Token;
use crate::postgres::connection::PostgresConnection;
use crate::postgres::error::typed;

/// PostgreSQL, at these hosts.
#[derive(Clone, Debug)]
pub struct Postgres {
    hosts: Vec<Address>,
    configs: HashMap<Address, Config>,
}

impl Postgres {
    /// Reads the hosts of a cluster, each as `psql` would be given it, with commas between them:
    /// `host=one port=5432 user=me, host=other port=5432 user=me`.
    ///
    /// # Errors
    ///
    /// A sentence about the part that cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut hosts, mut configs) = (Vec::new(), HashMap::new());
        for part in text.split(',') {
            let config: Config =
                part.trim().parse().map_err(|error| format!("`{}`: {error}", part.trim()))?;
            let host = match config.get_hosts() {
                [Host::Tcp(name)] => name.clone(),
                #[cfg(unix)]
                [Host::Unix(path)] => path.display().to_string(),
                _ => return Err(format!("`{}` names no host; each part has a `host=`", part.trim())),
            };
            let address = Address::new(&host, config.get_ports().first().copied().unwrap_or(5432));
            if configs.insert(address.clone(), config).is_some() {
                return Err(format!("{address} is given twice"));
            }
            hosts.push(address);
        }
        Ok(Self { hosts, configs })
    }

    /// All hosts, in the order they were given in.
    pub fn hosts(&self) -> &[Address] {
        &self.hosts
    }
}

#[monitored]
#[async_trait]
impl Database for Postgres {
    #[monitored(skip)]
    fn name(&self) -> &'static str {
        "postgresql"
    }

    async fn connect(&self, host: &Address, token: Option<&Token>) -> Result<Box<dyn Connection>, Error> {
        let known = self.configs.get(host);
        let mut config = known.ok_or_else(|| Error::UnknownName { name: host.to_string() })?.clone();
        if let Some(token) = token {
            config.password(token.reveal());
        }
        let (client, connection) = config.connect(NoTls).await.map_err(|error| typed(host, &error))?;
        // It ends with the client, or with the server; then the next call on the client says why.
        tokio::spawn(connection);
        Ok(Box::new(PostgresConnection::new(host, client)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&[&str], &str>) {
        let parsed = Postgres::parse(text);
        let hosts = parsed.map(|parsed| parsed.hosts().iter().map(Address::to_string).collect::<Vec<_>>());
        match (hosts, expected) {
            (Ok(hosts), Ok(expected)) => assert_eq!(hosts, expected, "{text}"),
            (Err(error), Err(expected)) => assert!(error.contains(expected), "{expected} is not in {error}"),
            (got, _) => panic!("{text} gives {got:?}"),
        }
    }

    #[test]
    fn hosts_are_read_as_psql_reads_them() {
        check("host=a port=1 user=x, host=b port=2", Ok(&["a:1", "b:2"]));
        check("host=a", Ok(&["a:5432"]));
        check("user=x", Err("each part has a `host=`"));
        check("host=a port=1, host=a port=1", Err("given twice"));
        check("host=a prot=1", Err("prot"));
    }
}
