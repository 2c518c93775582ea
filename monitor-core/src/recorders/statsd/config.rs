//! How a StatsD recorder is made: in code, or as configuration says.

use std::time::Duration;

use crate::event::Severity;
use crate::export::socket::LAN_DATAGRAM;
use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::export::socket::datagram_size;
use crate::export::socket::take_datagram_size;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Statsd;
use crate::recorders::dotted::Prefix;
use crate::recorders::statsd::Dialect;
use crate::recorders::statsd::HistogramType;
use crate::recorders::statsd::Timers;
use crate::recorders::statsd::dialect::Share;
use crate::recorders::statsd::outbox::Framing;
use crate::recorders::statsd::outbox::Outbox;
use crate::recorders::threshold::Threshold;

/// Every daemon's port.
const PORT: u16 = 8125;
/// What Datadog's agent takes from a Unix socket at once.
const UNIX_DATAGRAM: usize = 8_192;

/// What can be said about it.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) address: SocketAddress,
    pub(crate) dialect: Dialect,
    pub(crate) prefix: Prefix,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) datagram: Option<usize>,
    pub(crate) timeout: Duration,
    pub(crate) timers: Timers,
    pub(crate) values: u32,
    pub(crate) sample_rate: Share,
    pub(crate) histograms: HistogramType,
    pub(crate) events: Threshold,
    pub(crate) timestamps: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddress::udp("127.0.0.1", PORT),
            dialect: Dialect::default(),
            prefix: Prefix::default(),
            labels: Vec::new(),
            datagram: None,
            timeout: Duration::from_secs(10),
            timers: Timers::default(),
            values: 64,
            sample_rate: Share::ALL,
            histograms: HistogramType::default(),
            events: Threshold::default(),
            timestamps: false,
        }
    }
}

impl Options {
    fn transport(&self) -> Transport {
        self.address.transport().unwrap_or(Transport::Udp)
    }

    /// The most bytes that are sent at once.
    pub(crate) fn datagram(&self) -> usize {
        self.datagram.unwrap_or(match self.transport() {
            Transport::Udp => LAN_DATAGRAM,
            Transport::Tcp | Transport::UnixDatagram | Transport::UnixStream => UNIX_DATAGRAM,
        })
    }

    pub(crate) fn signals(&self) -> Signals {
        let events = if self.events.0.is_some() { Signals::EVENTS } else { Signals::NONE };
        let spans = if self.timers == Timers::Spans { Signals::SPANS } else { Signals::NONE };
        Signals::METRICS | events | spans
    }

    pub(crate) fn outbox(&self) -> Outbox {
        let framing = match (self.transport(), self.dialect) {
            (Transport::Udp | Transport::UnixDatagram, _) => Framing::None,
            (Transport::UnixStream, Dialect::DogStatsD) => Framing::Length,
            (Transport::Tcp | Transport::UnixStream, _) => Framing::Line,
        };
        Outbox::new(&self.address, PORT, framing, self.timeout)
    }
}

impl Statsd {
    /// Sends to this address; over UDP where it does not say how, to port 8125 where it does not say where.
    ///
    /// ```
    /// use monitor_core::recorders::Statsd;
    /// use monitor_core::transport::SocketAddress;
    ///
    /// let udp = Statsd::default().address(SocketAddress::udp("stats.example", 8125));
    /// let tcp = Statsd::default().address("tcp://[::1]:8125".parse()?);
    /// # Ok::<(), monitor_core::transport::SocketAddressError>(())
    /// ```
    #[must_use]
    pub fn address(mut self, address: SocketAddress) -> Self {
        self.options.address = address;
        self
    }

    /// Speaks this dialect.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.options.dialect = dialect;
        self
    }

    /// Begins all names so, what Datadog calls a namespace. An attribute of the resource in braces, such as
    /// `{service.name}` or `{host.name}`, is replaced by its value.
    #[must_use]
    pub fn prefix(mut self, prefix: impl AsRef<str>) -> Self {
        self.options.prefix = Prefix::new(prefix.as_ref());
        self
    }

    /// Adds these labels to everything, in dialects that have labels. What the service is called, its version and where
    /// it is deployed is told to Datadog's daemon without that.
    ///
    /// ```
    /// use monitor_core::recorders::{Statsd, statsd::Dialect};
    ///
    /// let statsd = Statsd::default().dialect(Dialect::DogStatsD).labels([("env", "prod"), ("team", "shop")]);
    /// ```
    #[must_use]
    pub fn labels<N: Into<String>, V: Into<String>>(
        mut self,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.options.labels.extend(labels.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Sends at most so many bytes at once, 512 to 65,507. 1,432 suit a local network, 8,932 one with jumbo frames,
    /// 512 the internet.
    #[must_use]
    pub fn datagram(mut self, bytes: usize) -> Self {
        self.options.datagram = Some(datagram_size(bytes));
        self
    }

    /// Gives up sending a batch after this time, to try it again later.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// Takes timings from there.
    #[must_use]
    pub fn timers(mut self, timers: Timers) -> Self {
        self.options.timers = timers;
        self
    }

    /// Sends at most so many values of a histogram in an interval, which stand for all of them.
    #[must_use]
    pub fn values(mut self, values: u32) -> Self {
        self.options.values = values.max(1);
        self
    }

    /// Tells this share of the spans with [`Timers::Spans`], above 0 and at most 1; the daemon is told, and counts each
    /// for as many as it stands for. Another number is taken as 1.
    #[must_use]
    pub fn sample_rate(mut self, share: f64) -> Self {
        self.options.sample_rate = Share::new(share).unwrap_or(Share::ALL);
        self
    }

    /// Tells Datadog's daemon the values of histograms as this type.
    #[must_use]
    pub fn histograms(mut self, histograms: HistogramType) -> Self {
        self.options.histograms = histograms;
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

    /// Sends the time of the snapshot along with counters and gauges, which Datadog's agent from 7.40 on then stores as
    /// they are: so a batch that was late keeps its time.
    #[must_use]
    pub fn timestamps(mut self) -> Self {
        self.options.timestamps = true;
        self
    }
}

impl Configured for Statsd {
    const NAME: &'static str = "statsd";
    const ABOUT: &'static str = "counters, gauges and timings to a StatsD daemon, plain or Datadog's";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut statsd = Self::default();
        let options = &mut statsd.options;
        settings.take_into("address", &mut options.address)?;
        settings.take_into("dialect", &mut options.dialect)?;
        settings.take_into("prefix", &mut options.prefix)?;
        settings.take_into("labels", &mut options.labels)?;
        options.datagram = take_datagram_size(settings)?;
        settings.take_into("timeout", &mut options.timeout)?;
        settings.take_into("timers", &mut options.timers)?;
        settings.take_into("values", &mut options.values)?;
        settings.take_into("sample_rate", &mut options.sample_rate)?;
        settings.take_into("histograms", &mut options.histograms)?;
        settings.take_into("events", &mut options.events)?;
        settings.take_into("timestamps", &mut options.timestamps)?;
        if options.dialect == Dialect::Classic && !options.labels.is_empty() {
            let problem = "the dialect `classic` has no labels; put them into `prefix`, or set `dialect` to \
                           `tagged` or `dogstatsd`";
            return Err(settings.error("labels", problem));
        }
        Ok(statsd)
    }
}
