//! Check-ins: a job that runs at times says that it ran.

use serde_json::Value;
use serde_json::json;

use crate::model::Outcome;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::sentry::encode::id;
use crate::recorders::sentry::encode::scope::Scope;
use crate::recorders::sentry::encode::text;

/// The longest slug.
const SLUG: usize = 50;
/// Tells the identifier of a check-in from others of the same span.
const CHECK_IN: u64 = 0x6368_6563_6b69_6e00;

/// What the call of a job says about the job; none where the slug has no letter or digit in it.
///
/// <https://develop.sentry.dev/sdk/telemetry/check-ins/>
pub(crate) fn check_in(scope: &Scope, span: &FinishedSpan, slug: &str) -> Option<Value> {
    let lower = slug.to_ascii_lowercase();
    let is_allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let slug = text::plain(&lower, SLUG, '-', is_allowed);
    let slug = slug.trim_matches('-');
    if slug.is_empty() {
        return None;
    }
    let status = if span.outcome == Outcome::Ok { "ok" } else { "error" };
    let mut check_in = json!({
        "check_in_id": id(CHECK_IN, span.context()),
        "monitor_slug": slug,
        "status": status,
        "duration": span.duration.as_secs_f64(),
        "contexts": {"trace": {"trace_id": span.trace_id.to_string()}},
    });
    for (name, value) in [("environment", &scope.environment), ("release", &scope.release)] {
        if let Some(value) = value {
            check_in[name] = json!(value);
        }
    }
    Some(check_in)
}
