//! Fields that are set while the call runs.

use std::fmt;

use crate::dispatch::Callsite;
use crate::dispatch::late_field;
use crate::model::Value;
use crate::probe::evaluate::evaluate;

/// A declared field that may be set while the call runs.
#[derive(Clone, Copy, Debug)]
pub struct LateField {
    callsite: &'static Callsite,
    index: usize,
}

impl LateField {
    /// Field number `index` of a callsite.
    #[must_use]
    pub const fn new(callsite: &'static Callsite, index: usize) -> Self {
        Self { callsite, index }
    }
}

/// Sets a late field to a value as it is.
pub fn late<V: Value + ?Sized>(field: &LateField, value: &V) {
    if field.callsite.is_on()
        && let Some(value) = value.field()
    {
        late_field(field.callsite.id(), field.index, |name, fields| fields.push(name, &value));
    }
}

/// Sets a late field to the value's `Display` form.
pub fn late_display<V: fmt::Display + ?Sized>(field: &LateField, value: &V) {
    if field.callsite.is_on() {
        late_field(field.callsite.id(), field.index, |name, fields| {
            evaluate(|| fields.text(name, format_args!("{value}")));
        });
    }
}

/// Sets a late field to the value's `Debug` form.
pub fn late_debug<V: fmt::Debug + ?Sized>(field: &LateField, value: &V) {
    if field.callsite.is_on() {
        late_field(field.callsite.id(), field.index, |name, fields| {
            evaluate(|| fields.text(name, format_args!("{value:?}")));
        });
    }
}
