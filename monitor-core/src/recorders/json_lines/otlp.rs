//! From batches to lines of OpenTelemetry's file format: one message a line, in OTLP/JSON. Pure.
//!
//! <https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/>

use serde::Serialize;

use crate::export::json::line;
use crate::metric::Snapshot;
use crate::recorder::EventBatch;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;
use crate::recorders::otlp_messages::Form;
use crate::recorders::otlp_messages::LogsData;
use crate::recorders::otlp_messages::MetricsData;
use crate::recorders::otlp_messages::TracesData;

/// A `TracesData`; nothing where there are no spans.
pub(crate) fn spans(out: &mut Vec<u8>, batch: &SpanBatch) -> Result<(), RecorderError> {
    if batch.is_empty() { Ok(()) } else { message(out, TracesData::from(batch)) }
}

/// A `LogsData`; nothing where there are no events.
pub(crate) fn events(out: &mut Vec<u8>, batch: &EventBatch) -> Result<(), RecorderError> {
    if batch.is_empty() { Ok(()) } else { message(out, LogsData::from(batch)) }
}

/// A `MetricsData` with all sums since the start; nothing where there are no metrics.
pub(crate) fn metrics(out: &mut Vec<u8>, snapshot: &Snapshot) -> Result<(), RecorderError> {
    if snapshot.metrics().is_empty() {
        return Ok(());
    }
    message(out, MetricsData::of(snapshot, Form::cumulative(snapshot)))
}

fn message(out: &mut Vec<u8>, message: impl Serialize) -> Result<(), RecorderError> {
    line(out, message).map_err(|error| RecorderError::new(format!("no form in OTLP/JSON: {error}")))
}
