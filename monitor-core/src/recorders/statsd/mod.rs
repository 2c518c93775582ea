//! Counters, gauges and timings to a StatsD daemon.

mod config;
mod dialect;
mod encode;
mod outbox;
#[cfg(test)]
mod strict;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::export::socket::Packer;
use crate::metric::Deltas;
use crate::metric::Snapshot;
use crate::model::Resource;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;
use crate::recorders::statsd::config::Options;
use crate::recorders::statsd::encode::Form;
use crate::recorders::statsd::outbox::Outbox;

pub use dialect::{Dialect, HistogramType, Timers};

/// Sends metrics to a StatsD daemon, over UDP to `127.0.0.1:8125` unless told otherwise.
///
/// ```no_run
/// use monitor_core::{Monitor, monitored, recorders::Statsd};
///
/// #[monitored]
/// fn order(id: u64) -> Result<u64, std::io::Error> {
///     Ok(id)
/// }
///
/// let statsd = Statsd::default().prefix("shop.{host.name}");
/// let _monitor = Monitor::builder().recorder(statsd).install()?;
/// order(7);
/// # Ok::<(), monitor_core::InstallError>(())
/// ```
///
/// or, without code, `MONITOR_RECORDERS=statsd` and `MONITOR_STATSD_ADDRESS=udp://stats.example:8125`. The daemon then
/// has, besides others, the counter `shop.web-1.function.calls.order.shop.ok` and the timer
/// `shop.web-1.function.calls.duration.order.shop.ok`; by `dialect = "dogstatsd"` the counter `function.calls` with the
/// labels `function`, `module` and `outcome`.
///
/// # What is sent
///
/// | metric | line |
/// |---|---|
/// | counter | `c`, what it grew by since the last interval; nothing where it did not |
/// | gauge, up-down counter | `g`; a negative value after a zero, since a sign would mean a difference |
/// | histogram | at most 64 values (see [`values`](Self::values)) that stand for those since the last interval, as `ms`, to Datadog's daemon as `d`; all times in milliseconds |
/// | event of severity `warn` and above | a counter `events` for each name; to Datadog's daemon an event, and a service check for each heartbeat |
///
/// Counters are exact: the program counts, and what cannot be sent is part of the next difference. What is lost is a
/// datagram that the network loses, or that is sent to another machine before it says that nobody listens; over TCP and
/// Unix streams, what a daemon that dies had not yet read. Where nobody listens over UDP, nothing waits for a daemon:
/// events and timings of spans are lost then, and counted as such.
///
/// The values of a histogram are off by at most the width of their bucket, 0.6 % for exponential buckets. They are taken
/// at evenly spaced ranks, so that quantiles, mean and (by the rate) the count are right; a single outlier among more
/// than 64 values does not show in the daemon's `upper`. Collectd's daemon divides timings by their rate and counts whole
/// milliseconds: give it as many [`values`](Self::values) as there are calls in an interval, or [`Timers::Spans`].
///
/// Nothing in a name or label can make another line, type or label of it: what is neither letter, digit, `-`, `_` nor
/// `.` is `_`.
///
/// # Settings
///
/// | key | value | default |
/// |---|---|---|
/// | `address` | `udp://host:port`, `tcp://host:port`, `unix:///path`, `unixstream:///path` | `udp://127.0.0.1:8125` |
/// | `dialect` | `classic`, `tagged`, `dogstatsd` | `classic` |
/// | `prefix` | what all names begin with; `{host.name}` and the like are replaced | none |
/// | `labels` | `env=prod,team=shop`, in dialects that have labels | none |
/// | `datagram` | the most bytes of a datagram, `1432` | 1,432 over UDP, 8,192 over Unix sockets |
/// | `timeout` | how long sending may take | `10s` |
/// | `timers` | `histograms`, `spans` | `histograms` |
/// | `values` | the most values a histogram and interval | 64 |
/// | `sample_rate` | which share of the spans is told, with `timers = spans` | 1 |
/// | `histograms` | `distribution`, `histogram`, `timing`: their type for Datadog's daemon | `distribution` |
/// | `events` | `off`, `debug`, `info`, `warn`, `error` | `warn` |
/// | `timestamps` | `true`: the snapshot's time goes along to Datadog's daemon | `false` |
#[derive(Default)]
pub struct Statsd {
    options: Options,
    outbox: Option<Outbox>,
    deltas: Deltas,
    /// What was sent in part when it failed.
    partly: Option<Snapshot>,
}

impl fmt::Debug for Statsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statsd")
            .field("options", &self.options)
            .field("outbox", &self.outbox)
            .finish_non_exhaustive()
    }
}

impl Statsd {
    fn ship(
        &mut self,
        resource: &Resource,
        encode: impl FnOnce(&Form<'_>, &mut Packer),
    ) -> Result<(), RecorderError> {
        let mut packer = Packer::new(self.options.datagram());
        encode(&Form::new(&self.options, resource), &mut packer);
        self.outbox.get_or_insert_with(|| self.options.outbox()).ship(&packer)
    }

    fn is_partly_sent(&self) -> bool {
        self.outbox.as_ref().is_some_and(Outbox::is_partly_sent)
    }
}

impl Recorder for Statsd {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signals(&self) -> Signals {
        self.options.signals()
    }

    /// A datagram is sent as quickly as memory is copied: there is no reason to let anything wait, or to lose it.
    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        if self.options.timers == Timers::Histograms {
            return Ok(());
        }
        self.ship(batch.resource(), |form, packer| form.spans(batch, packer))
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.ship(batch.resource(), |form, packer| form.events(batch, packer))
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        // A part of it was sent and it was then given up: counting that part twice would be worse than not having the
        // rest.
        if let Some(given_up) = self.partly.take_if(|partly| partly.taken() != snapshot.taken()) {
            self.deltas.commit(&given_up);
        }
        let delta = self.deltas.since_last(snapshot);
        let sent = self.ship(snapshot.resource(), |form, packer| form.metrics(&delta, packer));
        self.partly = self.is_partly_sent().then(|| snapshot.clone());
        if is_taken(&sent) {
            self.deltas.commit(snapshot);
        }
        sent
    }
}

/// Whether it was sent, perhaps without something that cannot be.
fn is_taken(sent: &Result<(), RecorderError>) -> bool {
    sent.as_ref().map_or_else(|error| error.rejected_count().is_some(), |()| true)
}
