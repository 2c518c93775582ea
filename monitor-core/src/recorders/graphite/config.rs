//! How a Graphite recorder is made: in code, or as configuration says.

use std::time::Duration;

use crate::event::Severity;
use crate::export::http::HttpUrl;
use crate::export::socket::LAN_DATAGRAM;
use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::export::socket::datagram_size;
use crate::export::socket::take_datagram_size;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Graphite;
use crate::recorders::dotted::Prefix;
use crate::recorders::graphite::Counters;
use crate::recorders::graphite::Naming;
use crate::recorders::graphite::Protocol;
use crate::recorders::graphite::choices::Rank;
use crate::recorders::threshold::Threshold;

/// What can be said about it.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) address: SocketAddress,
    pub(crate) protocol: Protocol,
    pub(crate) naming: Naming,
    pub(crate) prefix: Prefix,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) counters: Counters,
    pub(crate) quantiles: Vec<Rank>,
    pub(crate) datagram: usize,
    pub(crate) timeout: Duration,
    pub(crate) events_url: Option<HttpUrl>,
    pub(crate) events: Threshold,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddress::host("127.0.0.1"),
            protocol: Protocol::default(),
            naming: Naming::default(),
            prefix: Prefix::default(),
            labels: Vec::new(),
            counters: Counters::default(),
            quantiles: [0.5, 0.9, 0.99].into_iter().filter_map(Rank::new).collect(),
            datagram: LAN_DATAGRAM,
            timeout: Duration::from_secs(10),
            events_url: None,
            events: Threshold::default(),
        }
    }
}

impl Options {
    /// Events are not even recorded where nobody takes them.
    pub(crate) fn signals(&self) -> Signals {
        match self.events_url.as_ref().and(self.events.0) {
            Some(_) => Signals::METRICS | Signals::EVENTS,
            None => Signals::METRICS,
        }
    }
}

impl Graphite {
    /// Sends to this address; over TCP where it does not say how, to port 2003 (2004 for pickles) where it does not say
    /// where.
    ///
    /// ```
    /// use monitor_core::recorders::Graphite;
    /// use monitor_core::transport::SocketAddress;
    ///
    /// let tcp = Graphite::default().address(SocketAddress::tcp("graphite.example", 2003));
    /// let udp = Graphite::default().address("udp://[::1]:2003".parse()?);
    /// # Ok::<(), monitor_core::transport::SocketAddressError>(())
    /// ```
    #[must_use]
    pub fn address(mut self, address: SocketAddress) -> Self {
        self.options.address = address;
        self
    }

    /// Tells points in this protocol.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.options.protocol = protocol;
        self
    }

    /// Names series so.
    #[must_use]
    pub fn naming(mut self, naming: Naming) -> Self {
        self.options.naming = naming;
        self
    }

    /// Begins all names so. An attribute of the resource in braces, such as `{service.name}` or `{host.name}`, is
    /// replaced by its value.
    #[must_use]
    pub fn prefix(mut self, prefix: impl AsRef<str>) -> Self {
        self.options.prefix = Prefix::new(prefix.as_ref());
        self
    }

    /// Adds these labels to everything, unless series are named by [`Naming::Path`].
    #[must_use]
    pub fn labels<N: Into<String>, V: Into<String>>(
        mut self,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.options.labels.extend(labels.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Tells this of counters, and of the counts and sums of histograms.
    #[must_use]
    pub fn counters(mut self, counters: Counters) -> Self {
        self.options.counters = counters;
        self
    }

    /// Tells these quantiles of histograms, each above 0 and below 1; others are left out.
    #[must_use]
    pub fn quantiles(mut self, ranks: impl IntoIterator<Item = f64>) -> Self {
        self.options.quantiles = ranks.into_iter().filter_map(Rank::new).collect();
        self
    }

    /// Sends at most so many bytes in a datagram, 512 to 65,507.
    #[must_use]
    pub fn datagram(mut self, bytes: usize) -> Self {
        self.options.datagram = datagram_size(bytes);
        self
    }

    /// Gives up sending a batch after this time, to try it again later.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// Tells graphite-web events there, as annotations. It mostly ends in `/events/`.
    #[must_use]
    pub fn events_url(mut self, url: HttpUrl) -> Self {
        self.options.events_url = Some(url);
        self
    }

    /// Tells events of this severity and above.
    #[must_use]
    pub fn events(mut self, severity: Severity) -> Self {
        self.options.events = Threshold(Some(severity));
        self
    }

    /// Tells no events: what nobody takes is not even recorded.
    #[must_use]
    pub fn no_events(mut self) -> Self {
        self.options.events = Threshold(None);
        self
    }
}

impl Configured for Graphite {
    const NAME: &'static str = "graphite";
    const ABOUT: &'static str = "metrics to Graphite's Carbon, events as annotations to graphite-web";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut graphite = Self::default();
        let options = &mut graphite.options;
        settings.take_into("address", &mut options.address)?;
        settings.take_into("protocol", &mut options.protocol)?;
        settings.take_into("naming", &mut options.naming)?;
        settings.take_into("prefix", &mut options.prefix)?;
        settings.take_into("labels", &mut options.labels)?;
        settings.take_into("counters", &mut options.counters)?;
        settings.take_into("quantiles", &mut options.quantiles)?;
        options.datagram = take_datagram_size(settings)?.unwrap_or(options.datagram);
        settings.take_into("timeout", &mut options.timeout)?;
        options.events_url = settings.take("events_url")?;
        settings.take_into("events", &mut options.events)?;
        if options.naming == Naming::Path && !options.labels.is_empty() {
            let problem =
                "paths have no labels; put them into `prefix`, or set `naming` to `tagged` or `metrics20`";
            return Err(settings.error("labels", problem));
        }
        let datagrams = options.address.transport().is_some_and(Transport::is_datagram);
        if options.protocol == Protocol::Pickle && datagrams {
            let problem = format!("pickles need a stream, and `{}` is none; use `tcp://`", options.address);
            return Err(settings.error("address", problem));
        }
        Ok(graphite)
    }
}
