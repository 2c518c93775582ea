//! How a call ended and what kind of call it was, in Sentry's words.

use crate::model::FieldValue;
use crate::model::Outcome;
use crate::model::SpanKind;
use crate::recorders::memory::FinishedSpan;

/// The codes of gRPC in their order, which are the words for how a span ended.
///
/// <https://develop.sentry.dev/sdk/telemetry/traces/span-statuses/>
const CODES: [&str; 17] = [
    "ok",
    "cancelled",
    "unknown",
    "invalid_argument",
    "deadline_exceeded",
    "not_found",
    "already_exists",
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
    "internal_error",
    "unavailable",
    "data_loss",
    "unauthenticated",
];

/// How the call ended. An error's status is that of the protocol where one was recorded, else a timeout if its type says
/// so, else an internal error.
pub(crate) fn status(span: &FinishedSpan) -> &'static str {
    match span.outcome {
        Outcome::Ok => "ok",
        Outcome::Cancelled => "cancelled",
        Outcome::Error => of_protocol(span).unwrap_or_else(|| of_type(span.error_type.unwrap_or_default())),
        Outcome::Panic => "internal_error",
    }
}

fn of_protocol(span: &FinishedSpan) -> Option<&'static str> {
    let number = |name: &str| match span.field(name)? {
        FieldValue::Signed(value) => u64::try_from(*value).ok(),
        FieldValue::Unsigned(value) => Some(*value),
        FieldValue::Text(value) => value.parse().ok(),
        _ => None,
    };
    let grpc = number("rpc.grpc.status_code").filter(|code| *code != 0);
    let grpc = grpc.and_then(|code| CODES.get(usize::try_from(code).ok()?).copied());
    grpc.or_else(|| of_http(number("http.response.status_code").or_else(|| number("http.status_code"))?))
}

fn of_http(code: u64) -> Option<&'static str> {
    Some(match code {
        401 => "unauthenticated",
        403 => "permission_denied",
        404 => "not_found",
        409 => "already_exists",
        429 => "resource_exhausted",
        499 => "cancelled",
        400..=499 => "invalid_argument",
        501 => "unimplemented",
        503 => "unavailable",
        504 => "deadline_exceeded",
        500..=599 => "internal_error",
        _ => return None,
    })
}

fn of_type(error_type: &str) -> &'static str {
    let last = error_type.rsplit("::").next().unwrap_or(error_type).to_ascii_lowercase();
    let timeouts = ["timeout", "timed_out", "timedout", "elapsed", "deadline"];
    if timeouts.iter().any(|word| last.contains(word)) { "deadline_exceeded" } else { "internal_error" }
}

/// What kind of call it was.
///
/// <https://develop.sentry.dev/sdk/telemetry/traces/span-operations/>
pub(crate) fn operation(span: &FinishedSpan) -> &'static str {
    let has = |name: &str| span.field(name).is_some();
    match span.metadata.kind {
        SpanKind::Client if has("db.system.name") || has("db.system") => "db",
        SpanKind::Client if has("http.request.method") => "http.client",
        SpanKind::Client if has("rpc.system.name") || has("rpc.system") => "rpc.client",
        SpanKind::Client => "client",
        SpanKind::Consumer => "queue.process",
        SpanKind::Internal => "function",
        SpanKind::Producer => "queue.publish",
        SpanKind::Server if has("http.request.method") => "http.server",
        SpanKind::Server if has("rpc.system.name") || has("rpc.system") => "rpc.server",
        SpanKind::Server => "server",
    }
}

/// Where the name of a transaction comes from.
pub(crate) fn source(span: &FinishedSpan) -> &'static str {
    if span.field("http.route").is_some() {
        "route"
    } else if span.display_name != span.name {
        "custom"
    } else if span.metadata.kind == SpanKind::Consumer {
        "task"
    } else {
        "component"
    }
}
