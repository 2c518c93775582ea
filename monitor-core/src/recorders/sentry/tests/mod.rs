//! What is tested without a server.

mod batches;
mod encoding;
mod hostile;
mod settings;
mod waiting;

use std::time::Duration;
use std::time::SystemTime;

use crate::model::Details;
use crate::model::FieldValue;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::SpanId;
use crate::model::SpanKind;
use crate::model::TraceId;
use crate::recorders::memory::FinishedSpan;

static PLAIN: Metadata =
    Metadata { name: "load", module: "shop::cart", file: "src/cart.rs", line: 7, ..Metadata::DEFAULT };
static SERVER_DETAILS: Details = Details { kind: SpanKind::Server, ..Details::DEFAULT };
static CLIENT_DETAILS: Details = Details { kind: SpanKind::Client, ..Details::DEFAULT };
static SERVER: Metadata =
    Metadata { name: "checkout", module: "shop", details: Some(&SERVER_DETAILS), ..Metadata::DEFAULT };
static CLIENT: Metadata =
    Metadata { name: "query", module: "shop::db", details: Some(&CLIENT_DETAILS), ..Metadata::DEFAULT };

/// Span `id` of trace `trace`, below `parent` if that is not zero; it took the milliseconds from `from` to `to`.
fn span(trace: u128, id: u64, parent: u64, from: u64, to: u64) -> FinishedSpan {
    FinishedSpan {
        name: PLAIN.name,
        display_name: PLAIN.name.into(),
        metadata: &PLAIN,
        trace_id: TraceId::new(trace),
        span_id: SpanId::new(id),
        parent: (parent != 0).then_some(SpanId::new(parent)),
        has_remote_parent: false,
        start: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + Duration::from_millis(from),
        duration: Duration::from_millis(to - from),
        self_duration: Duration::from_millis(to - from),
        outcome: Outcome::Ok,
        error_type: None,
        fields: Vec::new(),
        links: Vec::new(),
    }
}

fn of(metadata: &'static Metadata, span: FinishedSpan) -> FinishedSpan {
    FinishedSpan { metadata, name: metadata.name, display_name: metadata.name.into(), ..span }
}

fn failed(error_type: &'static str, span: FinishedSpan) -> FinishedSpan {
    FinishedSpan { outcome: Outcome::Error, error_type: Some(error_type), ..span }
}

fn with(name: &str, value: impl Into<FieldValue<'static>>, mut span: FinishedSpan) -> FinishedSpan {
    span.fields.push((name.to_owned(), value.into()));
    span
}

fn text(value: &str) -> FieldValue<'static> {
    FieldValue::Text(value.to_owned().into())
}
