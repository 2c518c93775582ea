//! JSON in which a value is a value: whatever it contains, it ends no line, no page and commands no terminal.

use std::io;
use std::io::Write;
use std::time::Duration;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::model::FieldValue;
use crate::model::is_dangerous;
use crate::model::since_1970;

/// The last second that has four digits of a year, 9999-12-31T23:59:59Z.
pub(crate) const LAST_SECOND: Duration = Duration::from_secs(253_402_300_799);

/// One JSON object that is being written, on one line. Keys are not compared: who may have one twice takes care.
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

/// Writes an object.
pub(crate) fn object(out: &mut Vec<u8>, fill: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    fill(&mut Object { out, is_empty: true });
    out.push(b'}');
}

/// Writes one value on one line, with the end of the line.
///
/// # Errors
///
/// The value has no form in JSON, such as a map whose keys are no texts; nothing is written then.
pub(crate) fn line(out: &mut Vec<u8>, value: impl Serialize) -> serde_json::Result<()> {
    let before = out.len();
    let written = value.serialize(&mut Serializer::with_formatter(&mut *out, Harmless));
    match written {
        Ok(()) => out.push(b'\n'),
        Err(_) => out.truncate(before),
    }
    written
}

impl Object<'_> {
    /// Adds an entry. A number that is none becomes `null`.
    pub(crate) fn entry(&mut self, key: &str, value: impl Serialize) {
        self.key(key);
        write(self.out, value);
    }

    /// Adds an entry with the value of a field.
    pub(crate) fn field(&mut self, key: &str, value: &FieldValue<'_>) {
        match value {
            FieldValue::Bool(value) => self.entry(key, value),
            FieldValue::Float(value) => self.entry(key, value),
            FieldValue::Signed(value) => self.entry(key, value),
            FieldValue::Text(value) => self.entry(key, value.as_ref()),
            FieldValue::Unsigned(value) => self.entry(key, value),
        }
    }

    /// Adds an entry that is an object itself.
    pub(crate) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        object(self.out, fill);
    }

    /// Adds an entry whose value is JSON already.
    pub(crate) fn written(&mut self, key: &str, value: std::fmt::Arguments<'_>) {
        self.key(key);
        // Memory takes whatever it is given.
        let _ = self.out.write_fmt(value);
    }

    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(b',');
        }
        write(self.out, key);
        self.out.push(b':');
    }
}

/// Writes one value.
pub(crate) fn write(out: &mut Vec<u8>, value: impl Serialize) {
    let before = out.len();
    if value.serialize(&mut Serializer::with_formatter(&mut *out, Harmless)).is_err() {
        // What cannot be said in JSON is not said.
        out.truncate(before);
        out.extend(b"null");
    }
}

/// Each key once, with its last value, in the order in which the keys first come.
pub(crate) fn last_of_each<K: PartialEq, V>(entries: impl IntoIterator<Item = (K, V)>) -> Vec<(K, V)> {
    let mut last: Vec<(K, V)> = Vec::new();
    for (key, value) in entries {
        match last.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => last.push((key, value)),
        }
    }
    last
}

/// The time as RFC 3339 writes it, in UTC, to the nanosecond. What lies before 1970 or after 9999 is at that end.
pub(crate) fn rfc_3339(time: SystemTime) -> String {
    let since = since_1970(time);
    let shown = SystemTime::UNIX_EPOCH + since.min(LAST_SECOND);
    humantime::format_rfc3339_nanos(shown).to_string()
}

/// Escapes in texts what JSON itself would let through: what commands a terminal that shows the file, and what ends a
/// script on a page that contains it.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut rest = fragment;
        while let Some((place, letter)) = rest.char_indices().find(|(place, letter)| {
            is_dangerous(*letter) || (*letter == '<' && rest[place + 1..].starts_with(['/', '!']))
        }) {
            writer.write_all(&rest.as_bytes()[..place])?;
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[place + letter.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: impl Serialize, expected: &str) {
        let mut out = Vec::new();
        object(&mut out, |object| object.entry("value", value));
        assert_eq!(String::from_utf8(out).unwrap(), format!("{{\"value\":{expected}}}"));
    }

    #[test]
    fn f65_no_value_is_more_than_a_value() {
        check("plain, naïve 🤔, Vec<u8>", "\"plain, naïve 🤔, Vec<u8>\"");
        check("a\"b\\c\nd\u{0}\u{1f}", "\"a\\\"b\\\\c\\nd\\u0000\\u001f\"");
        check("\u{1b}[31m\u{7f}\u{9b}2J", "\"\\u001b[31m\\u007f\\u009b2J\"");
        check("\u{202e}\u{2028}\u{61c}\u{feff}", "\"\\u202e\\u2028\\u061c\\ufeff\"");
        check("</script><!--", "\"\\u003c/script>\\u003c!--\"");
        check("<", "\"<\"");
        check(f64::NAN, "null");
        check(f64::NEG_INFINITY, "null");
        check(u64::MAX, "18446744073709551615");
        check(0.1, "0.1");
    }

    #[test]
    fn entries_and_objects_within_objects_are_told_apart() {
        let mut out = Vec::new();
        object(&mut out, |outer| {
            outer.object("inner", |inner| inner.field("a\"", &FieldValue::Bool(true)));
            outer.object("empty", |_| {});
            outer.written("digits", format_args!("{:.3}", 1.0));
        });
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"inner":{"a\"":true},"empty":{},"digits":1.000}"#);
    }
}
