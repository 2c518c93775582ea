//! A span's or event's fields, with some of them changed.

use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::FieldValue;
use crate::model::Fields;
use crate::recorder::DROPPED_FIELD;

/// Writes the fields anew: each as `change` gives it, which is nothing where it goes.
pub(crate) fn changed<'a>(
    fields: Fields<'a>,
    mut change: impl FnMut(&str, FieldValue<'a>) -> Option<FieldValue<'a>>,
) -> FieldBuffer {
    let mut changed = FieldBuffer::default();
    let mut lost = 0;
    for (name, value) in fields {
        match value {
            FieldValue::Unsigned(count) if name == DROPPED_FIELD => lost = count,
            value => {
                if let Some(value) = change(name, value) {
                    changed.push(FieldName::Free(name), &value);
                }
            }
        }
    }
    let lost = u16::try_from(lost).unwrap_or(u16::MAX).saturating_add(changed.dropped());
    if lost > 0 {
        changed.lost(DROPPED_FIELD, lost);
    }
    changed
}
