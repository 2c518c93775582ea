//! One JSON object a line, to a file or a stream: for `jq`, for log shippers, for OpenTelemetry's collector.

mod config;
mod encode;
mod format;
mod otlp;
mod output;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use format::Format;

use crate::export::file::RecordFile;
use crate::export::file::Rotation;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorder::SpanBatch;
use crate::recorders::json_lines::output::Output;

/// Writes each span, event and series of a metric as one JSON object on one line.
///
/// ```no_run
/// use monitor_core::{Monitor, recorders::JsonLines};
///
/// let lines = JsonLines::default().path("checkout.jsonl").max_size(10 << 20).max_files(3);
/// let _monitor = Monitor::builder().recorder(lines).install()?;
/// # Ok::<(), monitor_core::InstallError>(())
/// ```
///
/// A span, broken here for reading:
///
/// ```json
/// {"time":"2026-11-21T13:48:06.123456789Z","type":"span","service":"checkout","name":"charge","outcome":"error",
///  "error.type":"Declined","duration":0.0021,"self_duration":0.0004,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",
///  "span_id":"00f067aa0ba902b7","parent_id":"53995c3f42cd8ad8","kind":"client","module":"shop::payment",
///  "file":"src/payment.rs","line":17,"order":4711}
/// ```
///
/// so that `jq -r 'select(.type == "span" and .outcome == "error") | [.name, ."error.type", .order] | @tsv'` tells what
/// failed.
///
/// # What is on a line
///
/// This is [`Format::Plain`]; with [`Format::Otlp`] a line is a whole batch in the words of OpenTelemetry.
///
/// | key | on | what |
/// |---|---|---|
/// | `time` | all | in UTC, to the nanosecond: start of a span, time of an event, when the metric was read |
/// | `type` | all | `span`, `event` or `metric` |
/// | `service` | all | the name of the service |
/// | `name` | all | of the span, the event or the metric |
/// | `outcome` | span | `ok`, `error`, `cancelled` or `panic` |
/// | `error.type` | span | with what kind of error it ended, if with one |
/// | `duration`, `self_duration` | span | seconds; the second less the time of instrumented children |
/// | `trace_id`, `span_id` | span, event | in hexadecimal digits; on an event, those of the span in which it happened |
/// | `parent_id` | span | the span that it is a part of, if any |
/// | `kind` | span, metric | role of the span, or `counter`, `gauge`, `histogram`, `up_down_counter` |
/// | `module`, `file`, `line` | span | where the function is |
/// | `links` | span | other spans, as `trace-span` |
/// | `severity`, `family` | event | how much it matters, and the family of events |
/// | `unit` | metric | in UCUM, if it has one |
/// | `value` | metric | of a counter since the monitor began; of a gauge and an up-down counter now |
/// | `count`, `sum`, `min`, `max`, `p50`, `p90`, `p99` | metric | of a histogram instead of `value`, since the monitor began |
/// | `dropped_fields` | span, event | how many fields did not fit, if any |
///
/// Then come the fields of a span or event, or the labels of a metric, under their own names, each once with its last
/// value. A field that is called like one of these keys is written with `own.` before it. A number that is none is
/// `null`. No value ends a line or commands the terminal that shows it.
///
/// # The file
///
/// It is made for its owner alone (0600), and it is appended to: whole lines or, when the disk is full, none. A process
/// that is killed leaves whole lines and perhaps the beginning of one, which the next run cuts off. What is neither a
/// file nor missing, a symbolic link above all, is refused. Full files are renamed: `telemetry.jsonl.1` is the newest.
/// Several processes may write to one file, as long as all of them write through this recorder.
///
/// # Settings
///
/// | key | value | default |
/// |---|---|---|
/// | `path` | the file, or `-` for standard output | `telemetry.jsonl` |
/// | `format` | `plain`, `otlp` | `plain` |
/// | `max_size` | how large the file may become, `10MiB`, until it is put aside | `100MiB` |
/// | `max_age` | how old it may become, `24h` | any age |
/// | `max_files` | how many that were put aside are kept | 5 |
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    rotation: Rotation,
    format: Format,
    signals: Signals,
    /// Opened at first use.
    output: Option<Output>,
    /// Kept, so that its memory is used again.
    lines: Vec<u8>,
}

impl Default for JsonLines {
    /// To `telemetry.jsonl` where the process is.
    fn default() -> Self {
        Self {
            path: PathBuf::from("telemetry.jsonl"),
            rotation: Rotation::default(),
            format: Format::default(),
            signals: Signals::ALL,
            output: None,
            lines: Vec::new(),
        }
    }
}

impl JsonLines {
    fn write(
        &mut self,
        encode: impl FnOnce(Format, &mut Vec<u8>) -> Result<(), RecorderError>,
    ) -> Result<(), RecorderError> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        let written = encode(self.format, &mut lines).and_then(|()| self.output().write(&lines));
        self.lines = lines;
        written
    }

    fn output(&mut self) -> &mut Output {
        let (path, rotation) = (&self.path, self.rotation);
        self.output.get_or_insert_with(|| Output::File(RecordFile::new(path).rotation(rotation)))
    }
}

impl Recorder for JsonLines {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signals(&self) -> Signals {
        self.signals
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    /// Opens the file, so that one that cannot be written is told of before there is anything to write.
    fn start(&mut self, _: &SnapshotSource) -> Result<(), RecorderError> {
        self.output().open()
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.write(|format, lines| format.spans(lines, batch))
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.write(|format, lines| format.events(lines, batch))
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.write(|format, lines| format.metrics(lines, snapshot))
    }
}
