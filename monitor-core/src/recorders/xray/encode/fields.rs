//! The fields of a span that have no place of their own yet.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::FieldValue;

/// The fields of a span that have no place of their own yet.
pub(crate) struct Unused<'a>(Vec<(&'a str, &'a FieldValue<'static>)>);

impl<'a> Unused<'a> {
    pub(crate) fn new(fields: &'a [(String, FieldValue<'static>)]) -> Self {
        Self(fields.iter().map(|(name, value)| (&**name, value)).collect())
    }

    /// The text of a field, which then has its place.
    pub(crate) fn text(&mut self, name: &str) -> Option<Cow<'a, str>> {
        let value = self.take(name)?;
        Some(match value {
            FieldValue::Text(text) => Cow::Borrowed(&**text),
            other => Cow::Owned(other.to_string()),
        })
    }

    /// The number of a field, which then has its place.
    pub(crate) fn number(&mut self, name: &str) -> Option<u64> {
        match self.take(name)? {
            FieldValue::Unsigned(number) => Some(*number),
            FieldValue::Signed(number) => u64::try_from(*number).ok(),
            FieldValue::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The text of a field that keeps its place among the others.
    pub(crate) fn look(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(it, _)| *it == name).map(|(_, value)| value.to_string())
    }

    /// What is left.
    pub(crate) fn rest(self) -> impl Iterator<Item = (&'a str, &'a FieldValue<'static>)> {
        self.0.into_iter()
    }

    fn take(&mut self, name: &str) -> Option<&'a FieldValue<'static>> {
        let place = self.0.iter().position(|(it, _)| *it == name)?;
        Some(self.0.remove(place).1)
    }
}

/// A value as JSON has it. What is no number there is told as text.
pub(crate) fn json(value: &FieldValue<'_>) -> Value {
    match value {
        FieldValue::Bool(value) => Value::from(*value),
        FieldValue::Float(value) if !value.is_finite() => Value::from(value.to_string()),
        FieldValue::Float(value) => Value::from(*value),
        FieldValue::Signed(value) => Value::from(*value),
        FieldValue::Text(value) => Value::from(&**value),
        FieldValue::Unsigned(value) => Value::from(*value),
    }
}
