//! The cluster that is asked, and how its primary dies.

use std::error::Error;
use std::time::Duration;

use failover::Address;
use failover::Client;
use failover::Names;
use failover::Settings;
use failover::plugin::Detection;
use failover::plugin::Failover;
use failover::plugin::FastestResponse;
use failover::plugin::HostMonitoring;
use failover::postgres::Postgres;
use failover::sqlite::Servers;
use failover::sqlite::Sqlite;

use crate::options::Death;
use crate::options::Options;

/// The cluster that is asked.
pub(crate) enum Cluster {
    /// A PostgreSQL that somebody else has started.
    Postgres { database: Postgres, kill: Option<String> },
    /// Two servers in this process.
    Sqlite { servers: Servers, death: Death },
}

impl Cluster {
    /// Starts the servers, or reads who they are.
    pub(crate) fn start(options: &Options) -> Result<Self, Box<dyn Error>> {
        match &options.postgres {
            None => Ok(Self::Sqlite { servers: Servers::start()?, death: options.death }),
            Some(hosts) => {
                Ok(Self::Postgres { database: Postgres::parse(hosts)?, kill: options.kill.clone() })
            }
        }
    }

    /// A client that connects to the writer by its name.
    pub(crate) async fn connect(&self) -> Result<Client, failover::Error> {
        match self {
            Self::Postgres { database, .. } => {
                let names = Names::with_writer(&database.hosts()[0]);
                let settings = Settings::without_tokens(database.hosts(), &names);
                Client::connect(database.clone(), hurried(settings)).await
            }
            Self::Sqlite { servers, .. } => {
                let settings = Settings::new(servers.hosts(), servers.names(), servers.issuer());
                Client::connect(Sqlite, hurried(settings)).await
            }
        }
    }

    /// Lets the primary die, and says how.
    pub(crate) async fn kill(&self, primary: &Address) -> Result<String, Box<dyn Error>> {
        match self {
            Self::Postgres { kill: None, .. } => Ok(format!("now kill {primary}, whenever you like")),
            Self::Postgres { kill: Some(command), .. } => {
                let mut shell = std::process::Command::new("sh");
                shell.args(["-c", command]).stdout(std::process::Stdio::null());
                let status = tokio::task::spawn_blocking(move || shell.status()).await??;
                if !status.success() {
                    return Err(format!("`{command}` did not kill the primary: {status}").into());
                }
                Ok(format!("the primary {primary} is killed: {command}"))
            }
            Self::Sqlite { servers, death: Death::Frozen } => {
                servers.freeze(primary);
                Ok(format!("the primary {primary} is frozen: it stays connected, and says nothing any more"))
            }
            Self::Sqlite { servers, death: Death::Killed } => {
                servers.kill(primary);
                Ok(format!("the primary {primary} is killed: its port and all its connections are closed"))
            }
        }
    }

    /// Starts the dead primary again, as a follower; nothing where that is somebody else's affair.
    pub(crate) fn revive(&self, primary: &Address) -> Result<Option<String>, Box<dyn Error>> {
        match self {
            Self::Postgres { .. } => Ok(None),
            Self::Sqlite { servers, .. } => {
                servers.restart(primary)?;
                Ok(Some(format!("{primary} is back as a reader; the name of the writer still points at it")))
            }
        }
    }
}

/// Settings for a run of seconds: a second without an answer is a death.
fn hurried(mut settings: Settings) -> Settings {
    settings.patience = Duration::from_secs(1);
    let interval = Duration::from_millis(250);
    let detection = Detection { grace: 2 * interval, interval, count: 3 };
    settings
        .with(Failover::new(Duration::from_secs(30), Duration::from_millis(100)))
        .with(HostMonitoring::new(detection))
        .with(FastestResponse::new(Duration::from_millis(500)))
}
