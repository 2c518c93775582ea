//! Texts and values of others, so short and plain that they are taken as they are.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::model::FieldValue;

/// The longest message.
pub(crate) const MESSAGE: usize = 8_192;
/// The longest name of a function, module or type.
pub(crate) const SYMBOL: usize = 256;
/// The longest name of a transaction, and the longest value of a tag.
pub(crate) const NAME: usize = 200;
/// The longest name of a tag that every version takes.
pub(crate) const TAG: usize = 32;
/// What all fields of one span or event may have together.
const FIELDS: usize = 7_000;
/// The longest value of one field.
const FIELD: usize = 2_000;
/// The most whole numbers that every reader of JSON can tell apart.
const EXACT: u64 = 1 << 53;

/// At most so many letters, none of which a database refuses.
pub(crate) fn clean(text: &str, longest: usize) -> String {
    let mut letters = text.chars();
    let mut cleaned: String = letters.by_ref().take(longest).map(without_null).collect();
    if letters.next().is_some() {
        cleaned.pop();
        cleaned.push('…');
    }
    cleaned
}

fn without_null(letter: char) -> char {
    if letter == '\0' { char::REPLACEMENT_CHARACTER } else { letter }
}

/// One line, for what must not have more: at most so many letters, with `stand_in` for those that are not allowed.
pub(crate) fn plain(text: &str, longest: usize, stand_in: char, is_allowed: impl Fn(char) -> bool) -> String {
    let letters = text.trim().chars().take(longest);
    letters.map(|letter| if is_allowed(letter) && !letter.is_control() { letter } else { stand_in }).collect()
}

/// The name of a tag.
pub(crate) fn tag_name(name: &str) -> String {
    plain(name, TAG, '_', |letter| letter.is_ascii_alphanumeric() || "_.:-".contains(letter))
}

/// The value of a tag.
pub(crate) fn tag_value(value: &str) -> String {
    plain(value, NAME, ' ', |letter| !matches!(letter, '\u{2028}' | '\u{2029}')).trim().to_owned()
}

/// Fields by name. What would be too much together is left out.
pub(crate) fn fields<'a>(all: impl Iterator<Item = (&'a str, FieldValue<'a>)>) -> Map<String, Value> {
    fields_within(FIELDS, all)
}

/// The same with at most so many bytes of names and values.
pub(crate) fn fields_within<'a>(
    most: usize,
    all: impl Iterator<Item = (&'a str, FieldValue<'a>)>,
) -> Map<String, Value> {
    let (mut fields, mut left) = (Map::new(), most);
    for (name, field) in all {
        let (name, value) = (clean(name, NAME), value(&field));
        let size = name.len() + value.as_str().map_or(20, str::len) + 8;
        if size <= left && !name.is_empty() {
            left -= size;
            fields.insert(name, value);
        }
    }
    fields
}

/// How many bytes a value has.
pub(crate) fn size(value: &FieldValue<'_>) -> usize {
    match value {
        FieldValue::Text(text) => text.len(),
        _ => size_of::<u64>(),
    }
}

/// A number where every reader understands it as the same, else text.
pub(crate) fn value(value: &FieldValue<'_>) -> Value {
    match value {
        FieldValue::Bool(value) => json!(value),
        FieldValue::Float(value) if value.is_finite() => json!(value),
        FieldValue::Signed(value) if value.unsigned_abs() <= EXACT => json!(value),
        FieldValue::Unsigned(value) if *value <= EXACT => json!(value),
        FieldValue::Text(value) => json!(clean(value, FIELD)),
        other => json!(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f61_texts_are_cut_between_letters() {
        assert_eq!(clean("naïve", 5), "naïve");
        assert_eq!(clean("naïve 🤔", 4), "naï…");
        assert_eq!(clean("a\0b", 9), "a\u{fffd}b");
    }

    #[test]
    fn f65_numbers_that_no_reader_would_understand_are_texts() {
        let check = |field: FieldValue<'_>, expected: &str| assert_eq!(value(&field).to_string(), expected);
        check(FieldValue::Unsigned(u64::MAX), "\"18446744073709551615\"");
        check(FieldValue::Unsigned(EXACT), "9007199254740992");
        check(FieldValue::Signed(i64::MIN), "\"-9223372036854775808\"");
        check(FieldValue::Signed(-7), "-7");
        check(FieldValue::Float(f64::NAN), "\"NaN\"");
        check(FieldValue::Float(f64::INFINITY), "\"inf\"");
        check(FieldValue::Float(0.5), "0.5");
        check(FieldValue::Bool(true), "true");
    }

    #[test]
    fn f62_a_tag_is_one_line() {
        assert_eq!(tag_name("a b\n🤔=c.d:e-f_g"), "a_b___c.d:e-f_g");
        assert_eq!(tag_value(" one\r\ntwo\u{2028} "), "one  two");
        assert_eq!(tag_value("\n"), "");
    }

    #[test]
    fn f61_all_fields_together_are_bounded() {
        let long = "x".repeat(1_500);
        let names: Vec<_> = (0..100).map(|number| format!("f{number}")).collect();
        let all = names.iter().map(|name| (name.as_str(), FieldValue::Text(long.as_str().into())));
        assert_eq!(fields(all).len(), 4);
    }
}
