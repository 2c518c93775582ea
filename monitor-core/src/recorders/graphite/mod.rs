//! Points to Graphite, and events as its annotations.

mod choices;
mod config;
mod encode;
mod outbox;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::metric::Deltas;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::since_1970;
use crate::recorder::Configured;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorders::graphite::config::Options;
use crate::recorders::graphite::outbox::Outbox;

pub use choices::{Counters, Naming, Protocol};

/// Sends metrics to Graphite's Carbon, over TCP to `127.0.0.1:2003` unless told otherwise, and events as annotations to
/// graphite-web where its address is told.
///
/// ```no_run
/// use monitor_core::{Monitor, monitored, recorders::Graphite};
///
/// #[monitored]
/// fn order(id: u64) -> Result<u64, std::io::Error> {
///     Ok(id)
/// }
///
/// let graphite = Graphite::default().prefix("shop.{host.name}");
/// let _monitor = Monitor::builder().recorder(graphite).install()?;
/// order(7);
/// # Ok::<(), monitor_core::InstallError>(())
/// ```
///
/// or, without code, `MONITOR_RECORDERS=graphite` and `MONITOR_GRAPHITE_ADDRESS=tcp://graphite.example:2003`. Graphite
/// then has, besides others, `shop.web-1.function.calls.order.shop.ok` and
/// `shop.web-1.function.calls.duration.order.shop.ok.p99`.
///
/// # What is sent
///
/// | metric | points |
/// |---|---|
/// | counter | the sum since the program began, or by [`Counters::Delta`] what came since the last point |
/// | gauge, up-down counter | its value |
/// | histogram | `.count` and `.sum` as of counters; `.min`, `.max`, `.p50`, `.p90` and `.p99` of what came since the last point, and nothing where nothing came |
/// | event | with [`events_url`](Self::events_url), from severity `warn` on: an annotation |
///
/// All points of a snapshot have its time, in whole seconds: a point that is sent twice is one point. Of the points that
/// come within one step of its first archive Graphite keeps the last one: with [`Counters::Delta`], let the
/// [interval](crate::MonitorBuilder::interval) be as long as that step. Values are in the metric's own unit, durations in
/// seconds. Carbon does not say whether it took something; what it had not read when it
/// died is lost.
///
/// Nothing in a name or label can make another line, path or tag of it: parts of a path are of ASCII letters, digits,
/// `-` and `_`; in tags, letters of all scripts and `./:@+` stay too; everything else is `_`.
///
/// # Settings
///
/// | key | value | default |
/// |---|---|---|
/// | `address` | `tcp://host:port`, `udp://host:port`, `unix:///path`, `unixstream:///path` | `tcp://127.0.0.1:2003`, port 2004 for pickles |
/// | `protocol` | `plaintext`, `pickle` | `plaintext` |
/// | `naming` | `path`, `tagged`, `metrics20` | `path` |
/// | `prefix` | what all names begin with; `{host.name}` and the like are replaced | none |
/// | `labels` | `env=prod,team=shop`, not with `naming = path` | none |
/// | `counters` | `cumulative`, `delta` | `cumulative` |
/// | `quantiles` | `0.5,0.9,0.99` | these |
/// | `datagram` | the most bytes of a datagram | 1,432 |
/// | `timeout` | how long sending may take | `10s` |
/// | `events_url` | where graphite-web takes events, `https://graphite.example/events/` | nowhere |
/// | `events` | `off`, `debug`, `info`, `warn`, `error` | `warn` |
#[derive(Default)]
pub struct Graphite {
    options: Options,
    outbox: Outbox,
    deltas: Deltas,
    /// What was told last, and of which second.
    told: Option<(u64, Snapshot)>,
}

impl fmt::Debug for Graphite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graphite").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Recorder for Graphite {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signals(&self) -> Signals {
        self.options.signals()
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.outbox.annotate(&self.options, encode::annotations(&self.options, batch))
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        let seconds = since_1970(snapshot.taken()).as_secs();
        // Of one second Graphite keeps one point: a second one tells all that the first one told, and more.
        if let Some((_, told)) = self.told.take_if(|(second, _)| *second != seconds) {
            self.deltas.commit(&told);
        }
        let points = encode::points(&self.options, snapshot, &self.deltas.since_last(snapshot));
        let sent = self.outbox.ship(&self.options, &points, seconds);
        // What was rejected is what cannot be sent; all else was.
        if sent.as_ref().map_or_else(|error| error.rejected_count().is_some(), |()| true) {
            self.told = Some((seconds, snapshot.clone()));
        }
        sent
    }
}
