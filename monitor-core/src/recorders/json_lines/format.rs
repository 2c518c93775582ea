//! What the lines look like.

use crate::metric::Snapshot;
use crate::recorder::EventBatch;
use crate::recorder::FromSetting;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;
use crate::recorders::json_lines::encode;
use crate::recorders::json_lines::otlp;

/// What the lines look like.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// [OpenTelemetry's file format][1]: a batch of spans, of events (as log records) or of metrics a line, in OTLP/JSON.
    /// The collector reads it with its receiver `otlpjsonfile`.
    ///
    /// [1]: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
    Otlp,
    /// One flat object for each span, event and series.
    #[default]
    Plain,
}

impl FromSetting for Format {
    const EXPECTED: &'static str = "`plain` or `otlp`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "otlp" => Some(Format::Otlp),
            "plain" => Some(Format::Plain),
            _ => None,
        }
    }
}

impl Format {
    pub(crate) fn spans(self, out: &mut Vec<u8>, batch: &SpanBatch) -> Result<(), RecorderError> {
        match self {
            Format::Otlp => otlp::spans(out, batch),
            Format::Plain => {
                encode::spans(out, batch);
                Ok(())
            }
        }
    }

    pub(crate) fn events(self, out: &mut Vec<u8>, batch: &EventBatch) -> Result<(), RecorderError> {
        match self {
            Format::Otlp => otlp::events(out, batch),
            Format::Plain => {
                encode::events(out, batch);
                Ok(())
            }
        }
    }

    pub(crate) fn metrics(self, out: &mut Vec<u8>, snapshot: &Snapshot) -> Result<(), RecorderError> {
        match self {
            Format::Otlp => otlp::metrics(out, snapshot),
            Format::Plain => {
                encode::metrics(out, snapshot);
                Ok(())
            }
        }
    }
}
