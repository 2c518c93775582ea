//! A span's or event's fields, with some of them changed.

use std::borrow::Cow;
use std::iter;

use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::FieldValue;
use crate::model::Fields;
use crate::model::Own;

/// The fields, each with the value that `change` gives it; what the monitor itself says stays.
pub(crate) fn changed<'a>(
    fields: Fields<'a>,
    mut change: impl FnMut(&str, FieldValue<'a>) -> FieldValue<'a>,
) -> Vec<u8> {
    written(fields.all().map(|(name, value)| match name {
        FieldName::Free(free) => (name, change(free, value)),
        FieldName::Declared(_) | FieldName::Own(_) => (name, value),
    }))
}

/// The fields, with `text` as what the monitor itself says under this number.
pub(crate) fn with_own<'a>(fields: Fields<'a>, own: Own, text: &'a str) -> Vec<u8> {
    let name = FieldName::Own(own);
    let others = fields.all().filter(|(it, _)| *it != name);
    written(iter::once((name, FieldValue::Text(Cow::Borrowed(text)))).chain(others))
}

/// Writes each into a buffer of its own first: they were bounded all together when they were recorded, and what a layer
/// changes is no reason to lose one.
fn written<'a>(fields: impl Iterator<Item = (FieldName<'a>, FieldValue<'a>)>) -> Vec<u8> {
    let (mut bytes, mut one) = (Vec::new(), FieldBuffer::default());
    for (name, value) in fields {
        one.clear();
        one.push(name, &value);
        bytes.extend_from_slice(one.as_bytes());
    }
    bytes
}
