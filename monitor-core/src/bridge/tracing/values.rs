//! Values of `tracing` fields, written into ours.

use std::error::Error;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use tracing::field::Field;
use tracing::field::Visit;

use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::FieldValue;

/// Writes the values of a span's fields, which the span's callsite has declared.
pub(crate) struct Written<'a>(pub(crate) &'a mut FieldBuffer);

impl Written<'_> {
    fn push(&mut self, field: &Field, value: &FieldValue<'_>) {
        self.0.push(FieldName::Declared(field.index()), value);
    }

    fn text(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // A panic in the value's own formatting is not to reach the program through us.
        let _ = catch_unwind(AssertUnwindSafe(|| self.0.text(FieldName::Declared(field.index()), value)));
    }
}

impl Visit for Written<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, &FieldValue::Float(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, &FieldValue::Signed(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, &FieldValue::Unsigned(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, &FieldValue::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, &FieldValue::Text(value.into()));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.text(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, format_args!("{value:?}"));
    }
}

/// Finds the message of an event: its `message`, or else its `error`.
#[derive(Default)]
pub(crate) struct Message {
    text: FieldBuffer,
    is_message: bool,
}

impl Message {
    /// What was found, as the field `exception.message`.
    pub(crate) fn into_fields(self) -> FieldBuffer {
        self.text
    }
}

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let is_message = field.name() == "message";
        if is_message || (field.name() == "error" && !self.is_message) {
            self.is_message = is_message;
            self.text.clear();
            let name = FieldName::Free("exception.message");
            // A panic in the value's own formatting is not to reach the program through us.
            let _ = catch_unwind(AssertUnwindSafe(|| self.text.text(name, format_args!("{value:?}"))));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{value}"));
    }
}
