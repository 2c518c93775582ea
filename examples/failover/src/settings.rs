//! How a client is put together.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use crate::Address;
use crate::Names;
use crate::Plugin;
use crate::TokenSource;
use crate::plugin::Detection;
use crate::plugin::Failover;
use crate::plugin::FastestResponse;
use crate::plugin::HostMonitoring;
use crate::plugin::StaleName;
use crate::plugin::TokenCache;

/// How a client is put together.
#[derive(Clone)]
pub struct Settings {
    /// The hosts of the cluster, in any order.
    pub hosts: Vec<Address>,
    /// Who knows which host the name of the writer points at.
    pub names: Names,
    /// The plugins, in any order: each says where in the chain it stands.
    pub plugins: Vec<Arc<dyn Plugin>>,
    /// Connections a host at most.
    pub connections: NonZeroUsize,
    /// How long a connection may take to open, a host to say what it is, and a call to wait for a free connection.
    pub patience: Duration,
}

impl Settings {
    /// The plugins that make a driver survive, and those that log in with tokens from this source.
    pub fn new(hosts: &[Address], names: &Names, tokens: Arc<dyn TokenSource>) -> Self {
        let mut settings = Self::without_tokens(hosts, names);
        settings.plugins.push(Arc::new(TokenCache::new(tokens)));
        settings
    }

    /// The plugins that make a driver survive, for servers that let everybody in.
    pub fn without_tokens(hosts: &[Address], names: &Names) -> Self {
        let plugins: Vec<Arc<dyn Plugin>> = vec![
            Arc::new(StaleName),
            Arc::new(Failover::default()),
            Arc::new(HostMonitoring::new(Detection::default())),
            Arc::new(FastestResponse::new(Duration::from_secs(30))),
        ];
        Self {
            hosts: hosts.to_vec(),
            names: names.clone(),
            plugins,
            connections: const { NonZeroUsize::new(8).unwrap() },
            patience: Duration::from_secs(2),
        }
    }

    /// The same plugins, but for one that takes the place of the one of its name, or is added.
    pub fn with(mut self, plugin: impl Plugin) -> Self {
        self.plugins.retain(|other| other.about().name != plugin.about().name);
        self.plugins.push(Arc::new(plugin));
        self
    }
}
