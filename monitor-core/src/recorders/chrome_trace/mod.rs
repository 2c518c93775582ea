//! A picture of what happened when, to be looked at in Perfetto or chrome://tracing.

mod config;
mod encode;
mod layout;
mod placed;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Instant;

use crate::export::file::FramedFile;
use crate::export::file::Rotation;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::model::Tally;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;
use crate::recorders::chrome_trace::encode::Drawing;
use crate::recorders::chrome_trace::layout::LANES;
use crate::recorders::console::Part;
use crate::recorders::console::Waiting;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::memory::RecordedEvent;

/// The most events that wait for their spans to be drawn.
const EVENTS: usize = 20_000;

/// Draws spans, events and gauges into a file in Chrome's Trace Event Format. Open it at `ui.perfetto.dev`, in
/// `chrome://tracing` or in the performance panel of the browser's tools; nothing leaves your machine there.
///
/// ```no_run
/// use monitor_core::{Monitor, recorders::ChromeTrace};
///
/// let _monitor = Monitor::builder().recorder(ChromeTrace::default().path("checkout.json")).install()?;
/// # Ok::<(), monitor_core::InstallError>(())
/// ```
///
/// # How to read it
///
/// * Spans lie in lanes, children below their parents. A lane is no thread: a call may have moved between several. What
///   overlaps lies in different lanes, so that nothing lies below anything but its own parent.
/// * A span has its outcome, `error.type`, identifiers and fields as arguments; what failed is red in chrome://tracing.
/// * Events are marks in the lane of their span, links are arrows.
/// * Gauges, up-down counters and calls under way are curves.
/// * Time zero is when the monitor began; the label of the process tells when that was.
///
/// A trace is drawn when its root has ended, when nothing of it has come for 10 seconds, or when 20,000 spans wait; what
/// comes later is drawn in another lane. Where more than 1,000 lanes would be needed at once, the rest is not drawn, and
/// counted as dropped with the spans that come next.
///
/// # The file
///
/// It is valid JSON after each batch, and what a killed process leaves is still read. It is made for its owner alone
/// (0600); through a symbolic link nothing is written. Each run begins a file: what was there is `trace.json.1` then.
///
/// # Settings
///
/// | key | value | default |
/// |---|---|---|
/// | `path` | the file | `trace.json` |
/// | `max_size` | how large it may become, `64MiB`, until it is put aside | `256MiB` |
/// | `max_files` | how many that were put aside are kept | 5 |
#[derive(Debug)]
pub struct ChromeTrace {
    path: PathBuf,
    rotation: Rotation,
    signals: Signals,
    file: Option<FramedFile>,
    drawing: Drawing,
    waiting: Waiting,
    /// Events whose span is not drawn yet.
    events: Vec<RecordedEvent>,
    /// What is drawn and not written, and what it is of.
    records: Vec<u8>,
    unwritten: Tally,
    /// Spans for which there was no lane, and of which nobody was told yet.
    missing: u64,
}

impl Default for ChromeTrace {
    /// To `trace.json` where the process is.
    fn default() -> Self {
        Self {
            path: PathBuf::from("trace.json"),
            rotation: Rotation { max_size: 256 << 20, ..Rotation::default() },
            signals: Signals::ALL,
            file: None,
            drawing: Drawing::new(std::process::id()),
            waiting: Waiting::default(),
            events: Vec::new(),
            records: Vec::new(),
            unwritten: Tally::default(),
            missing: 0,
        }
    }
}

impl ChromeTrace {
    /// Writes what is drawn; where that fails it is kept.
    fn write(&mut self) -> Result<(), RecorderError> {
        let (path, rotation) = (&self.path, self.rotation);
        let file = || FramedFile::new(path, b"[\n").rotation(rotation);
        self.file.get_or_insert_with(file).write(&self.records, &self.drawing.end())?;
        self.records.clear();
        self.unwritten = Tally::default();
        Ok(())
    }

    /// Makes sure that nothing waits to be written, before something is taken that would have to wait as well.
    fn make_room(&mut self) -> Result<(), RecorderError> {
        if self.records.is_empty() { Ok(()) } else { self.write() }
    }

    /// Writes what was taken. Where that fails it is tried again before anything else is taken.
    fn settle(&mut self) {
        if !self.records.is_empty() {
            let _ = self.write();
        }
    }

    fn draw(&mut self, parts: Vec<Part>) {
        for part in parts {
            let missing = self.drawing.spans(&mut self.records, &part.spans);
            self.missing += missing as u64;
            self.unwritten.spans += part.spans.len().saturating_sub(missing) as u64;
        }
        let events = std::mem::take(&mut self.events);
        let (drawn, rest): (Vec<_>, Vec<_>) =
            events.into_iter().partition(|event| self.drawing.knows_span_of(event));
        self.events = rest;
        drawn.iter().for_each(|event| self.draw_event(event));
    }

    fn draw_event(&mut self, event: &RecordedEvent) {
        self.drawing.event(&mut self.records, event);
        self.unwritten.events += 1;
    }

    fn draw_events_as_they_are(&mut self) {
        let events = std::mem::take(&mut self.events);
        events.iter().for_each(|event| self.draw_event(event));
    }

    /// Tells, once, of spans for which there was no lane.
    fn own_up(&mut self) -> Result<(), RecorderError> {
        match std::mem::take(&mut self.missing) {
            0 => Ok(()),
            missing => {
                let why = format!("{missing} spans would need a lane above {LANES}");
                Err(RecorderError::rejected(missing, why))
            }
        }
    }
}

impl Recorder for ChromeTrace {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signals(&self) -> Signals {
        self.signals
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    /// Begins the file, so that one that cannot be written is told of before there is anything to draw.
    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        if let Some(snapshot) = source.take() {
            self.drawing.begin(snapshot.started(), snapshot.resource().service_name());
        }
        self.write()
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.make_room()?;
        if let Some(first) = batch.iter().map(|span| span.start()).min() {
            self.drawing.begin(first, batch.resource().service_name());
        }
        let now = Instant::now();
        batch.iter().for_each(|span| self.waiting.add(FinishedSpan::from(&span), now));
        let ready = self.waiting.take_ready(now);
        self.draw(ready);
        self.settle();
        self.own_up()
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.make_room()?;
        if let Some(first) = batch.iter().map(|event| event.time()).min() {
            self.drawing.begin(first, batch.resource().service_name());
        }
        for event in batch.iter() {
            let event = RecordedEvent::from(&event);
            if event.context.is_none() || self.drawing.knows_span_of(&event) {
                self.draw_event(&event);
            } else {
                self.events.push(event);
            }
        }
        if self.events.len() > EVENTS {
            self.draw_events_as_they_are();
        }
        self.settle();
        Ok(())
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.make_room()?;
        self.drawing.begin(snapshot.started(), snapshot.resource().service_name());
        // Also where no spans come any more.
        let ready = self.waiting.take_ready(Instant::now());
        self.draw(ready);
        self.drawing.metrics(&mut self.records, snapshot);
        self.settle();
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        self.make_room()?;
        let rest = self.waiting.take_all();
        self.draw(rest);
        self.draw_events_as_they_are();
        self.make_room()?;
        self.own_up()
    }

    fn held(&self) -> Tally {
        Tally {
            events: self.events.len() as u64 + self.unwritten.events,
            spans: self.waiting.len() as u64 + self.unwritten.spans + self.missing,
        }
    }
}
