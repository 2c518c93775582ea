//! The names of systems whose metrics have a path and nothing else.

use crate::expected::Series;

/// What all names of the program begin with.
pub(crate) const PREFIX: &str = "check";

/// The path of a metric of the functions.
pub(crate) fn of_call(metric: &str, (function, outcome, error_type): &Series) -> String {
    let mut path = vec![PREFIX, metric, function, "servers__program", outcome];
    if !error_type.is_empty() {
        path.push(error_type);
    }
    path.join(".")
}

/// The path of a metric by hand with one label, or none.
pub(crate) fn of_value(metric: &str, label: Option<&str>) -> String {
    let mut path = format!("{PREFIX}.{metric}");
    if let Some(label) = label {
        let kept = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        path.push('.');
        path.extend(label.chars().map(|letter| if kept(letter) { letter } else { '_' }));
    }
    path
}

/// Whether it tells how the recorders themselves are doing.
pub(crate) fn is_about_recorders(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|path| path.starts_with(".otel.sdk."))
}

/// Whether it tells how long functions took that call others, less these.
pub(crate) fn is_self_duration(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|path| path.starts_with(".function.calls.self_duration."))
}
