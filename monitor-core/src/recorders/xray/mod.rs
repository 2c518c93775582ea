//! Segments to the AWS X-Ray daemon.

mod address;
mod config;
mod encode;
mod family;
mod outbox;
mod recent;
mod sampling;
#[cfg(test)]
mod tests;
mod waiting;

use std::fmt;
use std::time::Instant;

pub use sampling::{SamplingRules, SamplingRulesError};

use crate::export::moment::after;
use crate::metric::Snapshot;
use crate::model::Resource;
use crate::model::Signals;
use crate::model::SpanContext;
use crate::model::Tally;
use crate::model::TraceIds;
use crate::recorder::Configured;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;
use crate::recorder::decision;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::xray::config::Config;
use crate::recorders::xray::outbox::Outbox;
use crate::recorders::xray::sampling::Sampler;
use crate::recorders::xray::waiting::Piece;
use crate::recorders::xray::waiting::Waiting;

/// Sends spans as segments and subsegments to the AWS X-Ray daemon, over UDP.
///
/// ```
/// use monitor_core::{Monitor, monitored, recorders::XRay};
///
/// #[monitored(kind = server, fields(orders))]
/// fn answer() {
///     load();
/// }
///
/// #[monitored]
/// fn load() {}
///
/// let monitor = Monitor::builder().recorder(XRay::default()).build();
/// monitor.scope(answer);
/// ```
///
/// Or by configuration alone, here with all that can be said:
///
/// ```text
/// MONITOR_RECORDERS=xray
/// MONITOR_XRAY_ADDRESS=127.0.0.1:2000       # else AWS_XRAY_DAEMON_ADDRESS, else this
/// MONITOR_XRAY_ANNOTATIONS=order.id,tenant  # else all short fields
/// MONITOR_XRAY_SEGMENT_NAME=checkout        # else AWS_XRAY_TRACING_NAME, else see below
/// MONITOR_XRAY_ORIGIN=AWS::ECS::Container   # else what the resource says
/// MONITOR_XRAY_SAMPLING_RULES=rules.json    # else all traces
/// MONITOR_XRAY_MAX_DATAGRAM=64000
/// MONITOR_XRAY_MAX_WAITING=10000
/// MONITOR_XRAY_PATIENCE=30s
/// MONITOR_XRAY_TIMEOUT=10s
/// ```
///
/// # What becomes of a span
///
/// * The root of a trace, a span whose parent is in another process, and one of kind `server` or `consumer`, is a
///   **segment**. Any other is a **subsegment** of its parent: in its document if it is here by then, else in one of its
///   own. So is what comes late, or finds no room in the 64 kB of a document. A span whose parent is not seen within
///   [`patience`](XRay::patience), or by the time of a flush, is a segment too.
/// * A segment of kind `server` or `consumer` is named after the service, where its name is known; a subsegment of kind
///   `client` or `producer` is `remote` and named after who was asked, such as `orders@db.example.com`: these are the nodes
///   of the service's map. The span's own name is then `operation` in the metadata. All others have the span's name.
/// * The blocks `http` and `sql` come from the fields `http.*`, `url.*` and `db.*`; the text of a query without its literals,
///   the address of a request without its query unless `url.full` has one.
/// * All other fields are annotations, at most 50 a document, by which traces can be found: those that
///   [`annotations`](XRay::annotations) names, or all numbers, truth values and texts of at most 250 characters. The rest
///   is metadata, under `monitor`.
/// * An event of a span is in the metadata of its document, unless that has gone, or the span does not end within
///   [`patience`](XRay::patience): then it is dropped and counted. An event of no span is no part of a trace and not told.
///
/// | ending | flag |
/// |---|---|
/// | error with a status from 400 to 499, or of a type that blames the caller, such as `NotFound`, `InvalidArgument`, `PermissionDenied` | `error` |
/// | error with the status 429, or of a type such as `Throttled` or `ResourceExhausted` | `error` and `throttle` |
/// | any other error | `fault` |
/// | panic | `fault`, with the annotation `outcome` |
/// | cancelled | none, with the annotation `outcome` |
///
/// # Identifiers of traces
///
/// X-Ray finds a trace by the time in its identifier. With this recorder, a monitor makes such ones
/// ([`TraceIds::Timestamped`]) unless it was told otherwise; in a process without it, say so by
/// [`trace_ids`](crate::MonitorBuilder::trace_ids). What another process has begun keeps its identifier, with a time in it
/// or not.
///
/// # What is chosen
///
/// A trace that came from another process with a decision (`Sampled=0` or `1`, or the flag of `traceparent`) is told or not,
/// as that has decided. Of all others all are told, unless there are [`sampling_rules`](XRay::sampling_rules): then a trace
/// is chosen once, by its first segment. What X-Ray itself wants chosen (its central rules) is not asked.
///
/// # What can be lost
///
/// What waits is bounded in number and memory, and all of it is sent at a flush and at the end. A span counts as exported
/// when it was sent, and as queued while it waits for the segment that it is a part of; in a program with events, a trace waits a little for
/// those of its spans, too. UDP tells nobody what became of a datagram, except that on the own machine a daemon that does
/// not run is noticed: then the runtime tries again, and counts.
pub struct XRay {
    config: Config,
    sampler: Sampler,
    waiting: Waiting,
    outbox: Outbox,
    resource: Resource,
    /// The first and the last span of the last batch.
    last: Option<(Option<SpanContext>, Option<SpanContext>)>,
    /// Events of spans have come. They come behind their spans, which wait for them until the next call.
    hears_events: bool,
}

impl fmt::Debug for XRay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XRay").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl Default for XRay {
    fn default() -> Self {
        let config = Config::default();
        let waiting = Waiting::default();
        Self {
            config,
            sampler: Sampler::default(),
            waiting,
            outbox: Outbox::default(),
            resource: Resource::default(),
            last: None,
            hears_events: false,
        }
    }
}

impl XRay {
    /// Puts pieces of traces into words.
    fn tell(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            let trace = piece.spans.first().map(|(held, _)| held.span.trace_id);
            if self.sampler.is_told(&piece, trace.and_then(decision)) {
                let limit = self.config.datagram;
                self.outbox.extend(encode::datagrams(&piece, &self.resource, &self.config.wording, limit));
            }
        }
    }

    fn send(&mut self) -> Result<(), RecorderError> {
        self.outbox.send(after(self.config.timeout))
    }

    /// The same; tells what was lost.
    fn send_and_tell(&mut self) -> Result<(), RecorderError> {
        self.send()?;
        match self.outbox.take_lost() {
            None => Ok(()),
            Some((lost, why)) => Err(RecorderError::rejected(lost, why)),
        }
    }

    /// Keeps the spans of a batch, unless it is handed over again, as what was sent did not arrive.
    fn add(&mut self, batch: &SpanBatch) {
        let ends =
            (batch.iter().next().map(|span| span.context()), batch.iter().last().map(|span| span.context()));
        if self.last == Some(ends) {
            return;
        }
        self.last = Some(ends);
        self.resource.clone_from(batch.resource());
        let now = Instant::now();
        batch.iter().for_each(|span| self.waiting.add(FinishedSpan::from(&span), now));
    }

    /// Tells what is complete, and what need not wait any longer.
    fn tell_complete(&mut self) {
        let mut ready = self.waiting.take_complete();
        ready.extend(self.waiting.take_overdue(Instant::now()));
        self.tell(ready);
    }
}

impl Recorder for XRay {
    fn name(&self) -> &str {
        Self::NAME
    }

    /// Metrics only so that it is called now and then: what has waited long enough goes then.
    fn signals(&self) -> Signals {
        Signals::ALL
    }

    fn trace_ids(&self) -> TraceIds {
        TraceIds::Timestamped
    }

    fn start(&mut self, _: &SnapshotSource) -> Result<(), RecorderError> {
        self.outbox.open(&self.config.daemon()?);
        Ok(())
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let rests = self.hears_events;
        if rests {
            self.tell_complete();
        }
        self.add(batch);
        if !rests {
            self.tell_complete();
        }
        self.send_and_tell()
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let now = Instant::now();
        // An event of no span is no part of a trace.
        for (event, span) in batch.iter().filter_map(|event| Some((event, event.context()?))) {
            self.waiting.add_event(&event, span, now);
            self.hears_events = true;
        }
        self.tell_complete();
        // What was not sent stays, and the next spans say why.
        let _ = self.send();
        match self.waiting.take_lost_events(batch.len() as u64) {
            0 => Ok(()),
            lost => {
                let why = "events came after the document of their span had gone, or too long before its end";
                Err(RecorderError::rejected(lost, why))
            }
        }
    }

    fn metrics(&mut self, _: &Snapshot) -> Result<(), RecorderError> {
        self.tell_complete();
        // No metric is lost if this fails; what was not sent stays, and the next spans say why.
        let _ = self.send();
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        let all = self.waiting.take_all();
        self.tell(all);
        self.send_and_tell()
    }

    fn held(&self) -> Tally {
        Tally { spans: self.waiting.len() as u64 + self.outbox.spans(), ..Tally::default() }
    }
}
