//! What can be said about the endpoint, in code and in configuration.

use std::env;
use std::net::SocketAddr;
use std::time::Duration;

use crate::recorder::Configured;
use crate::recorder::FromSetting;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Prometheus;
use crate::recorders::prometheus::environment;
use crate::redaction::Sensitive;

impl Configured for Prometheus {
    const NAME: &'static str = "prometheus";
    const ABOUT: &'static str = "metrics for Prometheus to scrape, at an endpoint of their own";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut prometheus = Self::default();
        let listen = match settings.take::<SocketAddr>("listen")? {
            None => environment::address(|name| env::var(name).ok())?,
            said => said,
        };
        if let Some(address) = listen {
            prometheus = prometheus.listen(address);
        }
        if let Some(Path(path)) = settings.take("path")? {
            prometheus = prometheus.path(path);
        }
        if let Some(token) = settings.take::<Sensitive<String>>("token")? {
            prometheus = prometheus.token(token);
        }
        if let Some(hosts) = settings.take::<Vec<String>>("allow_hosts")? {
            prometheus = prometheus.allow_hosts(hosts);
        }
        if let Some(connections) = settings.take("connections")? {
            prometheus = prometheus.connections(connections);
        }
        if let Some(timeout) = settings.take::<Duration>("timeout")? {
            if timeout.is_zero() {
                return Err(
                    settings.error("timeout", "`0s` is not a time in which anybody could be answered")
                );
            }
            prometheus = prometheus.timeout(timeout);
        }
        Ok(prometheus)
    }
}

impl Prometheus {
    /// Listens on this address, instead of on port 9464 of the loopback interface.
    ///
    /// On an address that others can reach, set a [`token`](Self::token) as well; there is no TLS, which is for a proxy.
    #[must_use]
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self.listener = None;
        self
    }

    /// Exposes the metrics at this path, which begins with `/`, instead of at `/metrics`.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.rules.path = path.into();
        self
    }

    /// Answers only requests with this token: `Authorization: Bearer TOKEN`. It is never told, nor how much of a wrong
    /// one was right.
    #[must_use]
    pub fn token(mut self, token: impl Into<Sensitive<String>>) -> Self {
        self.rules.token = Some(token.into());
        self
    }

    /// Answers requests that call the endpoint by one of these names in `Host`, without a port; `*` for any.
    ///
    /// On the loopback interface only `localhost` and its addresses are answered otherwise, so that no page in a browser
    /// can read the metrics by a name that leads here. On other addresses any name is answered until one is given.
    #[must_use]
    pub fn allow_hosts<I>(mut self, hosts: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.rules.hosts = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Serves so many connections at a time, 64 unless told otherwise, at least one and at most 10,000; who comes beyond
    /// that is told 503.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.clamp(1, 10_000);
        self
    }

    /// Gives a connection so much time for everything, 10 seconds unless told otherwise, as Prometheus itself. Half of it
    /// is for taking a snapshot, and its head must be there within five seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// A path of a request.
struct Path(String);

impl FromSetting for Path {
    const EXPECTED: &'static str = "a path that begins with `/`, such as `/metrics`";

    fn from_setting(text: &str) -> Option<Self> {
        text.starts_with('/').then(|| Self(text.to_owned()))
    }
}
