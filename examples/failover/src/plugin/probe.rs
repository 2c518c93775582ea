//! A connection that only asks a host what it is, and is opened again when lost.

use std::sync::Arc;
use std::time::Duration;

use monitor_core::Heartbeat;
use monitor_core::event::HeartbeatInfo;
use monitor_core::monitored;

use crate::Address;
use crate::Connection;
use crate::Driver;
use crate::Error;
use crate::Status;
use crate::Target;

/// A connection of a plugin's own to a host.
pub(crate) struct Probe {
    host: Address,
    connection: Option<Box<dyn Connection>>,
}

impl Probe {
    /// A probe of a host, not yet connected.
    pub(crate) fn new(host: &Address) -> Self {
        Self { host: host.clone(), connection: None }
    }

    /// Whom it asks.
    pub(crate) fn host(&self) -> &Address {
        &self.host
    }
}

#[monitored]
impl Probe {
    /// Asks the host what it is; after a failure the connection is opened anew.
    #[monitored(name = "connection status check")]
    pub(crate) async fn ask(&mut self, driver: &Arc<Driver>, patience: Duration) -> Result<Status, Error> {
        // Out of the probe meanwhile, so that what fails or is late does not come back.
        let connection = self.connection.take();
        let heartbeat = Heartbeat::start(HeartbeatInfo::new((&self.host).into()));
        let asked = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => driver.connect(&Target::at(&self.host)).await?,
            };
            let status = connection.status().await?;
            Ok((connection, status))
        };
        let asked = tokio::time::timeout(patience, asked).await;
        match asked.unwrap_or_else(|_| Err(Error::late(&self.host, patience))) {
            Ok((connection, status)) => {
                heartbeat.succeed(|| format!("{status:?}"));
                self.connection = Some(connection);
                Ok(status)
            }
            Err(error) => {
                heartbeat.fail(error.to_string());
                Err(error)
            }
        }
    }
}
