//! What a statement is given and what a row holds.

use std::fmt;

/// One value of a parameter or a row.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Integer(i64),
    /// No value.
    Null,
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(String),
}

/// One row of an answer, its values in the order of the columns.
pub type Row = Vec<Value>;

/// What a statement gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The rows that it changed.
    pub changed: u64,
    /// The rows that it found.
    pub rows: Vec<Row>,
}

impl Value {
    /// The whole number, where it is one.
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(out),
            Self::Null => out.write_str("NULL"),
            Self::Real(number) => number.fmt(out),
            Self::Text(text) => text.fmt(out),
        }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
