//! Text cut to a length.

use std::borrow::Cow;

/// Cuts text after so many bytes, at the next character boundary, and says so by `...`, which does not count.
///
/// Text of which nothing was cut stays as it is.
///
/// ```
/// use monitor_core::redaction::truncate;
///
/// assert_eq!(truncate("find", 4), "find");
/// assert_eq!(truncate("find", 2), "fi...");
/// assert_eq!(truncate("🤔🤔", 1), "🤔...");
/// ```
#[must_use]
pub fn truncate(text: &str, bytes: usize) -> Cow<'_, str> {
    let end = text.ceil_char_boundary(bytes);
    match text.get(..end) {
        Some(kept) if end < text.len() => Cow::Owned(format!("{kept}...")),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::truncate;

    #[track_caller]
    fn check(text: &str, bytes: usize, expected: &str) {
        assert_eq!(truncate(text, bytes), expected, "{bytes}");
    }

    #[test]
    fn f61_the_vectors_of_the_rust_driver_for_mongodb() {
        let two = "🤔🤔";
        check(two, 0, "...");
        check(two, 1, "🤔...");
        check(two, 4, "🤔...");
        check(two, 5, two);
        check(two, 8, two);
        check(two, 10, two);
    }

    #[test]
    fn dots_stand_only_where_something_was_cut() {
        check("", 0, "");
        check("abc", 3, "abc");
        check("abc", usize::MAX, "abc");
        check("{\"hello\": true}", 5, "{\"hel...");
    }
}
