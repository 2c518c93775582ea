//! The protocol's lines: fields between tabs, each escaped so that it can hold anything.

use std::str::FromStr;

use crate::Statement;
use crate::Value;

/// Fields on their way into a line.
#[derive(Debug, Default)]
pub(super) struct Line(String);

/// Fields on their way out of a line.
pub(super) struct Fields<'a>(std::str::Split<'a, char>);

/// A line that does not say what it should.
#[derive(Debug, thiserror::Error)]
#[error("the line has no {wanted} where one should be")]
pub(super) struct Malformed {
    pub(super) wanted: &'static str,
}

impl Line {
    /// A line with this field.
    pub(super) fn of(field: impl ToString) -> Self {
        Self::default().and(field)
    }

    /// The same line with one more field.
    pub(super) fn and(mut self, field: impl ToString) -> Self {
        for letter in field.to_string().chars() {
            match letter {
                '\\' => self.0.push_str("\\\\"),
                '\n' => self.0.push_str("\\n"),
                '\r' => self.0.push_str("\\r"),
                '\t' => self.0.push_str("\\t"),
                other => self.0.push(other),
            }
        }
        self.0.push('\t');
        self
    }

    /// The same line with a value: a letter for its kind, and its text.
    pub(super) fn and_value(self, value: &Value) -> Self {
        match value {
            Value::Integer(number) => self.and(format_args!("i{number}")),
            Value::Null => self.and("n"),
            Value::Real(number) => self.and(format_args!("r{number}")),
            Value::Text(text) => self.and(format_args!("t{text}")),
        }
    }

    /// The same line with a statement as one field, which holds a line itself.
    pub(super) fn and_statement(self, statement: &Statement) -> Self {
        let inside = Self::of(&statement.sql);
        let inside = statement.params.iter().fold(inside, |line, value| line.and_value(value));
        self.and(inside.0)
    }

    /// The text of the line, with its end.
    pub(super) fn finish(mut self) -> String {
        self.0.push('\n');
        self.0
    }
}

impl<'a> Fields<'a> {
    /// The fields of a line.
    pub(super) fn of(line: &'a str) -> Self {
        let line = line.trim_end_matches(['\n', '\r']);
        Self(line.strip_suffix('\t').unwrap_or(line).split('\t'))
    }

    /// The next field as text.
    pub(super) fn text(&mut self, wanted: &'static str) -> Result<String, Malformed> {
        Ok(unescaped(self.0.next().ok_or(Malformed { wanted })?))
    }

    /// The next field as something that can be read from text.
    pub(super) fn read<T: FromStr>(&mut self, wanted: &'static str) -> Result<T, Malformed> {
        self.text(wanted)?.parse().map_err(|_| Malformed { wanted })
    }

    /// The next field as a statement.
    pub(super) fn statement(&mut self) -> Result<Statement, Malformed> {
        let text = self.text("statement")?;
        let mut inside = Fields::of(&text);
        let sql = inside.text("statement")?;
        Ok(Statement::new(&sql, &inside.values()?))
    }

    /// All that is left, as values.
    pub(super) fn values(self) -> Result<Vec<Value>, Malformed> {
        self.0.map(|field| value(&unescaped(field)).ok_or(Malformed { wanted: "value" })).collect()
    }
}

fn value(field: &str) -> Option<Value> {
    let kind = field.chars().next()?;
    let rest = &field[kind.len_utf8()..];
    match kind {
        'i' => rest.parse().ok().map(Value::Integer),
        'n' => Some(Value::Null),
        'r' => rest.parse().ok().map(Value::Real),
        't' => Some(Value::Text(rest.to_owned())),
        _ => None,
    }
}

fn unescaped(field: &str) -> String {
    let mut letters = field.chars();
    let mut text = String::with_capacity(field.len());
    while let Some(letter) = letters.next() {
        text.push(match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(other) => other,
                None => break,
            },
            (other, false) => other,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(params: &[Value]) {
        let statement = Statement::new("INSERT INTO \"a\tb\"\nVALUES ('\\n')", params);
        let line = Line::of("execute").and_statement(&statement).finish();
        assert_eq!(line.matches('\n').count(), 1, "one line: {line:?}");
        let mut fields = Fields::of(&line);
        assert_eq!(fields.text("verb").unwrap(), "execute");
        assert_eq!(fields.statement().unwrap(), statement);
        assert!(fields.text("end").is_err());
    }

    #[test]
    fn what_is_written_is_read_again_whatever_it_holds() {
        check(&[]);
        check(&[Value::Null, 0.into(), i64::MIN.into(), 0.1.into(), f64::INFINITY.into()]);
        check(&["".into(), "\t\n\r\\\\n".into(), "ünïcödé ✓\\".into(), "".into()]);
    }

    #[test]
    fn a_line_that_says_nothing_is_refused() {
        assert!(Fields::of("").read::<u64>("number").is_err());
        assert!(Fields::of("x1").values().is_err());
        assert!(Fields::of("i1x").values().is_err());
    }
}
