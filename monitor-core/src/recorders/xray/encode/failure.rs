//! What an ending means to X-Ray: error, throttle or fault.

use serde::Serialize;

use crate::model::FieldValue;
use crate::model::Outcome;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::xray::encode::fields::Unused;
use crate::recorders::xray::encode::name::short;

/// The longest message of an exception, in characters.
const MESSAGE: usize = 1_000;

/// Types of errors that say that the caller is to blame, as a status from 400 to 499 does: names of gRPC, of HTTP and of
/// what libraries make of them, without what is neither letter nor digit.
const CALLERS_FAULT: [&str; 20] = [
    "aborted",
    "accessdenied",
    "alreadyexists",
    "badrequest",
    "conflict",
    "failedprecondition",
    "forbidden",
    "invalidargument",
    "invalidinput",
    "methodnotallowed",
    "notfound",
    "outofrange",
    "permissiondenied",
    "preconditionfailed",
    "unauthenticated",
    "unauthorized",
    "unauthorised",
    "unprocessableentity",
    "validation",
    "validationerror",
];
/// Types of errors that say that there were too many calls, as the status 429 does.
const THROTTLED: [&str; 6] =
    ["ratelimited", "resourceexhausted", "throttled", "throttling", "throttlingexception", "toomanyrequests"];

/// How an ending is told.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Flags {
    #[serde(skip_serializing_if = "is_not")]
    error: bool,
    #[serde(skip_serializing_if = "is_not")]
    throttle: bool,
    #[serde(skip_serializing_if = "is_not")]
    fault: bool,
}

/// What went wrong.
#[derive(Debug, Serialize)]
pub(crate) struct Cause {
    exceptions: [Exception; 1],
}

#[derive(Debug, Serialize)]
struct Exception {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Cause {
    pub(crate) fn message_mut(&mut self) -> Option<&mut String> {
        self.exceptions[0].message.as_mut()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_not(flag: &bool) -> bool {
    !*flag
}

/// An error is a fault unless it says that the caller is to blame; a status has the last word.
pub(crate) fn flags(span: &FinishedSpan) -> Flags {
    let status = match span.field("http.response.status_code") {
        Some(FieldValue::Signed(status)) => u16::try_from(*status).ok(),
        Some(FieldValue::Unsigned(status)) => u16::try_from(*status).ok(),
        _ => None,
    };
    let kind = span.error_type.map(plain).unwrap_or_default();
    let status = status.or_else(|| kind.parse().ok()).filter(|status| (400..600).contains(status));
    let error = Flags { error: true, ..Flags::default() };
    let throttle = Flags { throttle: true, ..error };
    let fault = Flags { fault: true, ..Flags::default() };
    match (span.outcome, status) {
        (Outcome::Panic, _) => fault,
        (_, Some(429)) => throttle,
        (_, Some(400..500)) => error,
        (_, Some(_)) => fault,
        (Outcome::Error, None) if THROTTLED.contains(&&*kind) => throttle,
        (Outcome::Error, None) if CALLERS_FAULT.contains(&&*kind) => error,
        (Outcome::Error, None) => fault,
        _ => Flags::default(),
    }
}

/// The last part of a type's path, in lower case, without `Error` at its end and whatever is neither letter nor digit.
fn plain(kind: &str) -> String {
    let last = kind.rsplit("::").next().unwrap_or_default();
    let letters = last.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    match plain.strip_suffix("error") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => plain,
    }
}

/// What went wrong, if something did.
pub(crate) fn cause(span: &FinishedSpan, fields: &mut Unused<'_>) -> Option<Cause> {
    let failed = matches!(span.outcome, Outcome::Error | Outcome::Panic);
    if !failed {
        return None;
    }
    let message = fields.text("error.message").or_else(|| fields.text("exception.message"));
    let exception = Exception {
        // One a span, so that it can be named after the span; bits are turned, as no two things may have one name.
        id: format!("{:016x}", !span.span_id.as_u64()),
        kind: span.error_type.unwrap_or("error").to_owned(),
        message: message.map(|message| short(message, MESSAGE)),
    };
    Some(Cause { exceptions: [exception] })
}
