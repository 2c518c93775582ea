//! Metrics for Prometheus to scrape, at an endpoint of their own.

mod answer;
mod config;
mod encode;
mod environment;
mod form;
mod rules;
mod scrapes;
mod server;

use std::io;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::ToSocketAddrs;
use std::time::Duration;

use crate::metric::Snapshot;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorders::prometheus::answer::Desk;
use crate::recorders::prometheus::rules::Rules;
use crate::recorders::prometheus::server::Server;

/// Metrics for [Prometheus](https://prometheus.io) to scrape, at `http://127.0.0.1:9464/metrics` unless told otherwise.
///
/// ```
/// use monitor_core::{Monitor, recorders::Prometheus};
///
/// let prometheus = Prometheus::bind("127.0.0.1:0")?;
/// println!("metrics at http://{}/metrics", prometheus.address());
/// let monitor = Monitor::builder().recorder(prometheus).build();
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// | setting | what | unless told otherwise |
/// |---|---|---|
/// | [`listen`](Self::listen) | the address to listen on | `127.0.0.1:9464` |
/// | [`path`](Self::path) | where the metrics are | `/metrics` |
/// | [`token`](Self::token) | the bearer token that a request must have | none |
/// | [`allow_hosts`](Self::allow_hosts) | names in `Host` that are answered | those of the loopback interface |
/// | [`connections`](Self::connections) | how many are served at a time | 64 |
/// | [`timeout`](Self::timeout) | what a connection has for everything | `10s` |
///
/// Each is a variable as well, `MONITOR_PROMETHEUS_LISTEN`. Where that says nothing, OpenTelemetry's
/// `OTEL_EXPORTER_PROMETHEUS_HOST`, which is an address or `localhost`, and `OTEL_EXPORTER_PROMETHEUS_PORT` do.
///
/// Each scrape takes a fresh snapshot; scrapes that come at once share one. A scraper that asks for it gets OpenMetrics
/// 1.0, with exemplars, or protocol buffers, with native histograms too; any other gets the text format 0.0.4; each
/// packed by gzip where it may be. The last one says neither units, nor exemplars, nor when counting began.
///
/// Names are those of OpenTelemetry's translation: `db.client.operation.duration` in `s` is
/// `db_client_operation_duration_seconds`, and a counter `function.calls` is `function_calls_total`. Where two metrics
/// would get one name, they are one if they are of one kind; else the later one is left out, which
/// `monitor_prometheus_left_out` and a comment of the text format say. What the monitor's resource says is in
/// `target_info`.
///
/// Exponential histograms are native histograms with all their resolution, and classic ones with a few fixed bounds, at
/// powers of two from a microsecond to two minutes for durations. Counts at these bounds are exact and never fall;
/// between two of them a quantile is a guess within a factor of two, of four below a millisecond.
///
/// The endpoint answers GET and HEAD without a body, one request a connection, within [`timeout`](Self::timeout), and is
/// gone when the recorder is. An address that cannot be had is an error that is told and tried again, before the next
/// interval's metrics.
#[derive(Debug)]
pub struct Prometheus {
    address: SocketAddr,
    listener: Option<TcpListener>,
    rules: Rules,
    connections: usize,
    timeout: Duration,
    source: Option<SnapshotSource>,
    server: Option<Server>,
}

impl Default for Prometheus {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, environment::PORT).into(),
            listener: None,
            rules: Rules { path: "/metrics".to_owned(), token: None, hosts: Vec::new(), loopback: true },
            connections: 64,
            timeout: Duration::from_secs(10),
            source: None,
            server: None,
        }
    }
}

impl Prometheus {
    /// Listens on this address at once, so that port 0 can be asked for, and an address that cannot be had is known
    /// before anything is installed.
    ///
    /// # Errors
    ///
    /// The address cannot be had.
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        Ok(Self { address, listener: Some(listener), ..Self::default() })
    }

    /// Where it listens, or will.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens the endpoint, unless it is open.
    fn open(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        if self.server.as_ref().is_some_and(Server::is_running) {
            return Ok(());
        }
        if !self.rules.path.starts_with('/') {
            let path = &self.rules.path;
            return Err(RecorderError::new(format!("the path `{path}` does not begin with `/`")));
        }
        if self.rules.token.as_ref().is_some_and(|token| token.expose().is_empty()) {
            return Err(RecorderError::new("the token is empty, so that anybody would have it"));
        }
        if self.timeout.is_zero() {
            return Err(RecorderError::new("the timeout is zero, so that nobody would be answered"));
        }
        self.server = None;
        let address = self.address;
        let cannot = |error| RecorderError::retryable(format!("cannot listen on {address}: {error}"));
        let listener = self.listener.take().map_or_else(|| TcpListener::bind(address), Ok).map_err(cannot)?;
        let rules = Rules { loopback: address.ip().is_loopback(), ..self.rules.clone() };
        let scrapes = scrapes::start(source.clone(), self.connections)?;
        let desk = Desk { rules, scrapes, timeout: self.timeout };
        self.server = Some(Server::start(listener, desk, self.connections)?);
        Ok(())
    }
}

impl Recorder for Prometheus {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signals(&self) -> Signals {
        Signals::METRICS
    }

    fn delivery(&self) -> Delivery {
        // All that can fail is the address, and whoever waits for the metrics should know soon.
        Delivery::default().timeout(Duration::from_secs(1))
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        self.source = Some(source.clone());
        self.open(source)
    }

    /// Looks whether the endpoint is there: whoever wants the metrics asks there.
    fn metrics(&mut self, _: &Snapshot) -> Result<(), RecorderError> {
        match self.source.clone() {
            Some(source) => self.open(&source),
            None => Ok(()),
        }
    }
}
