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

    /// Whether all of `name` is what the pattern stands for. Allocates nothing, and takes at worst as many steps as
    /// both lengths multiplied.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let (mut at, mut rest) = (0, name.chars());
        // After the last `*`: where the pattern goes on, and what of the name it has left so far.
        let mut star = None;
        loop {
            let mut next = rest.clone();
            match (self.0.get(at), next.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    at += 1;
                    star = Some((at, rest.clone()));
                }
                (Some(wanted), Some(letter)) if *wanted == '?' || *wanted == letter => {
                    at += 1;
                    rest = next;
                }
                _ => {
                    let Some((after, left)) = &mut star else { return false };
                    if left.next().is_none() {
                        return false;
                    }
                    (at, rest) = (*after, left.clone());
                }
            }
        }
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
        check("*ü?", &["aüb", "üüb", "üüü"], &["ü", "aü", "übb"]);
    }
}
