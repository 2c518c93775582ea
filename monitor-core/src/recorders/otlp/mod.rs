//! Traces, metrics and logs to whatever speaks OpenTelemetry's protocol.

mod client;
mod config;
mod encode;
mod environment;
mod feeding;
mod flags;
#[cfg(feature = "otlp_grpc")]
mod grpc;
#[cfg(not(feature = "otlp_grpc"))]
#[path = "no_grpc.rs"]
mod grpc;
#[cfg(feature = "otlp_grpc")]
mod grpc_channel;
#[cfg(feature = "otlp_grpc")]
mod grpc_status;
mod http;
mod shipment;
#[cfg(test)]
mod tests;
mod way;

use std::fmt;

use crate::metric::Deltas;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;
use crate::recorders::otlp::client::Client;
use crate::recorders::otlp::client::Clients;
use crate::recorders::otlp::config::Options;
use crate::recorders::otlp::shipment::Refusals;
use crate::recorders::otlp::shipment::ship;
use crate::recorders::otlp::way::Signal;
use crate::recorders::otlp_messages::Form;
use crate::recorders::otlp_messages::LogsData;
use crate::recorders::otlp_messages::MetricsData;
use crate::recorders::otlp_messages::TracesData;

pub use crate::recorders::otlp_messages::{Histograms, Temporality};
pub use flags::Protocol;
pub use way::Way;

/// Sends spans, metrics and events to a collector or a vendor, in OpenTelemetry's protocol: binary over HTTP to
/// `http://localhost:4318` unless told otherwise.
///
/// ```no_run
/// use monitor_core::{Monitor, monitored, recorders::Otlp};
///
/// #[monitored]
/// fn order(id: u64) -> Result<u64, std::io::Error> {
///     Ok(id)
/// }
///
/// let otlp = Otlp::default().endpoint("http://collector.example:4318".parse()?);
/// let _monitor = Monitor::builder().recorder(otlp).install()?;
/// order(7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// or, without code, `MONITOR_RECORDERS=otlp`, and `OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.example:4318` or
/// `MONITOR_OTLP_ENDPOINT` with the same value.
///
/// # What is sent
///
/// | of ours | in the protocol |
/// |---|---|
/// | span | span: `code.*`, `outcome`, `error.type` and its fields as attributes; after an error or panic its status is an error with the kind of error as message; a cancelled call has no status, and says so in `outcome` |
/// | event | log record with a name, its severity and its fields, in the span in which it happened |
/// | counter | monotonic sum |
/// | up-down counter | sum that is not monotonic, always since the start |
/// | gauge | gauge |
/// | histogram | in exponential buckets, or with bounds where one of its series declares some ([`Histograms`]); with its exemplars |
///
/// The scope is the module of the function, for metrics and events this library.
///
/// # When it cannot be sent
///
/// Nothing is sent twice without need: only what the protocol allows is tried again, and a server's wish for time is
/// heeded. What is too large for the server, or larger than 64 MiB, is sent in halves. What a server refuses in part is
/// counted as rejected. Differences ([`Temporality::Delta`]) that could not be shipped are part of the next ones.
///
/// # Settings
///
/// | key | value | default |
/// |---|---|---|
/// | `endpoint` | where the server is, with name and password where it wants them; `/v1/traces`, `/v1/metrics` and `/v1/logs` are put behind it, other than in gRPC | `http://localhost:4318`, in gRPC `http://localhost:4317` |
/// | `protocol` | `http/protobuf`, `http/json`, `grpc` (with the feature `otlp_grpc`) | `http/protobuf` |
/// | `headers` | `name=value,name=value`, with `%` and two digits for what has a meaning | none |
/// | `compression` | `gzip`, `none` | `none` |
/// | `timeout` | for one request, `10s` or a number of milliseconds | `10s` |
/// | `certificate` | a PEM file: who vouches for the server | the system's |
/// | `client_certificate`, `client_key` | PEM files: who we are | none |
/// | `proxy` | `environment`, `direct`, or a URL; in gRPC an unencrypted one | `environment`, never to this machine |
/// | `link_local` | `allowed`: addresses like 169.254.169.254 may be sent to | `refused` |
/// | `temporality` | `cumulative`, `delta`, `lowmemory` (here the same as `delta`) | `cumulative` |
/// | `histograms` | `base2_exponential_bucket_histogram`, `explicit_bucket_histogram`, or `exponential`, `explicit` | `exponential` |
/// | `only` | `spans`, `metrics`, `events`, joined by commas | all |
///
/// The first seven also with `traces_`, `metrics_` or `logs_` before them, for one signal; an `endpoint` of one signal is
/// used as it is. What is not said here is taken from `OTEL_EXPORTER_OTLP_*`, which have the same keys in capitals and
/// the specification's meaning, with `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` and
/// `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`, and how the recorder is fed from `OTEL_BSP_*`, with events
/// from `OTEL_BLRP_*`. Other than there, exponential histograms are the default, as they lose nothing, and a value that
/// means nothing is an error.
#[derive(Default)]
pub struct Otlp {
    options: Options,
    clients: Clients,
    deltas: Deltas,
    /// What a server had to say last about what it took.
    warning: String,
}

impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Otlp").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Otlp {
    /// What sends the requests of a signal, made when it is first needed.
    fn client(&mut self, signal: Signal) -> Result<&mut Client, RecorderError> {
        let place = match signal {
            Signal::Logs => &mut self.clients.logs,
            Signal::Metrics => &mut self.clients.metrics,
            Signal::Traces => &mut self.clients.traces,
        };
        match place {
            Some(client) => Ok(client),
            none => Ok(none.insert(Client::new(&self.options, signal)?)),
        }
    }

    /// What a server says about what it took is told once.
    fn warned(&mut self, refusals: &Refusals) -> Result<(), RecorderError> {
        if refusals.message.is_empty() || refusals.message == self.warning {
            return Ok(());
        }
        self.warning.clone_from(&refusals.message);
        Err(RecorderError::rejected(0, &refusals.message))
    }

    fn settled(&mut self, refusals: &Refusals) -> Result<(), RecorderError> {
        match refusals.count {
            0 => self.warned(refusals),
            count => Err(RecorderError::rejected(count, refusals.to_string())),
        }
    }
}

impl Recorder for Otlp {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signals(&self) -> Signals {
        self.options.signals()
    }

    fn delivery(&self) -> Delivery {
        self.options.feeding.spans.clone()
    }

    fn event_delivery(&self) -> Delivery {
        self.options.feeding.events.clone()
    }

    fn start(&mut self, _: &SnapshotSource) -> Result<(), RecorderError> {
        let wanted = self.signals();
        for (signals, signal) in [
            (Signals::SPANS, Signal::Traces),
            (Signals::METRICS, Signal::Metrics),
            (Signals::EVENTS, Signal::Logs),
        ] {
            if wanted.contains(signals) {
                self.client(signal)?;
            }
        }
        Ok(())
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let refusals = ship(self.client(Signal::Traces)?, TracesData::from(batch))?;
        self.settled(&refusals)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let refusals = ship(self.client(Signal::Logs)?, LogsData::from(batch))?;
        self.settled(&refusals)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        let form = Form {
            temporality: self.options.temporality,
            started: snapshot.started(),
            histograms: self.options.histograms,
        };
        let data = match form.temporality {
            Temporality::Cumulative => MetricsData::of(snapshot, form),
            Temporality::Delta => MetricsData::of(&self.deltas.since_last(snapshot), form),
        };
        if data.is_empty() {
            return Ok(());
        }
        let refusals = ship(self.client(Signal::Metrics)?, data)?;
        if form.temporality == Temporality::Delta {
            // Also what was refused will never be sent again.
            self.deltas.commit(snapshot);
        }
        match refusals.count {
            0 => self.warned(&refusals),
            // A server counts points, the account snapshots.
            count => Err(RecorderError::rejected(u64::from(count >= refusals.total), refusals.to_string())),
        }
    }
}
