//! Names and keys as X-Ray accepts them.

use std::borrow::Cow;

/// The longest name of a segment, in characters.
pub(crate) const NAME: usize = 200;
/// The longest key of an annotation, in characters.
const KEY: usize = 500;

/// A name as X-Ray accepts it: Unicode letters, digits, whitespace and `_.:/%&#=+\-@`, at most 200 of them. What else
/// there is falls away, as in the SDKs; of nothing, `unnamed` is left.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>, "Required segment fields".
pub(crate) fn name(text: &str) -> String {
    let accepted =
        |letter: &char| letter.is_alphanumeric() || *letter == ' ' || "_.:/%&#=+\\-@".contains(*letter);
    let plain = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter });
    let kept: String = plain.filter(accepted).collect();
    let kept: String = kept.trim().chars().take(NAME).collect();
    if kept.is_empty() { "unnamed".to_owned() } else { kept }
}

/// A key of an annotation: ASCII letters, digits and underscores; whatever else there is becomes an underscore.
pub(crate) fn key(text: &str) -> String {
    let kept = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let key: String = text.chars().map(kept).take(KEY).collect();
    if key.is_empty() { "_".to_owned() } else { key }
}

/// Text of at most so many characters.
pub(crate) fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// Text of at most so many characters, copied.
pub(crate) fn short(text: Cow<'_, str>, characters: usize) -> String {
    cut(&text, characters).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(name(text), expected);
    }

    #[test]
    fn f65_a_name_has_only_what_xray_accepts() {
        check("Pool::checkout", "Pool::checkout");
        check("<Pool as Drop>::drop", "Pool as Drop::drop");
        check("GET /a?b=c;d", "GET /ab=cd");
        check("größer\u{0}\n世界", "größer 世界");
        check("", "unnamed");
        check(" \n<>", "unnamed");
        check(&"é".repeat(300), &"é".repeat(200));
    }

    #[test]
    fn f65_a_key_has_letters_digits_and_underscores() {
        assert_eq!(key("db.system.name"), "db_system_name");
        assert_eq!(key("grün\n"), "gr_n_");
        assert_eq!(key(""), "_");
    }
}
