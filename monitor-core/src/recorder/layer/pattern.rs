//! Names with places for any text.

use crate::recorder::FromSetting;

/// A name in which `*` stands for any text and `?` for any letter, as in OpenTelemetry's views.
///
/// ```
/// use monitor_core::layers::Pattern;
///
/// assert!(Pattern::new("db.*").matches("db.client.operation.duration"));
/// assert!(Pattern::new("h?t").matches("hit"));
/// assert!(!Pattern::new("db").matches("db.client"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern(Vec<char>);

impl Pattern {
    /// The pattern that this text is.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    /// Whether all of `name` is what the pattern stands for. Takes time in proportion to both lengths at worst.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (&self.0, name.chars().collect::<Vec<_>>());
        let (mut at, mut place) = (0, 0);
        // After the last `*`: where the pattern goes on, and how much the `*` has taken so far.
        let mut star: Option<(usize, usize)> = None;
        while place < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at + 1, place));
                    at += 1;
                }
                Some(letter) if *letter == '?' || *letter == name[place] => {
                    at += 1;
                    place += 1;
                }
                _ => {
                    let Some((after, taken)) = star else { return false };
                    star = Some((after, taken + 1));
                    (at, place) = (after, taken + 1);
                }
            }
        }
        pattern[at..].iter().all(|letter| *letter == '*')
    }
}

impl Pattern {
    /// Whether one of them matches.
    pub(crate) fn any(patterns: &[Pattern], name: &str) -> bool {
        patterns.iter().any(|pattern| pattern.matches(name))
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0.into_iter().collect()
    }
}

impl FromSetting for Pattern {
    const EXPECTED: &'static str = "a name, in which `*` may stand for any text";

    fn from_setting(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let pattern = Pattern::new(pattern);
        assert!(yes.iter().all(|name| pattern.matches(name)), "{pattern:?} matches too little of {yes:?}");
        assert!(!no.iter().any(|name| pattern.matches(name)), "{pattern:?} matches too much of {no:?}");
    }

    #[test]
    fn stars_take_any_text_and_question_marks_one_letter() {
        check("", &[""], &["a"]);
        check("*", &["", "a", "a.b"], &[]);
        check("a*", &["a", "ab", "a*"], &["", "ba"]);
        check("*.count", &["a.count", "a.count.count"], &["count", "a.counts"]);
        check("a*b*c", &["abc", "axxbyyc", "abbcc"], &["ab", "acb"]);
        check("?", &["a", "ü"], &["", "ab"]);
    }
}
