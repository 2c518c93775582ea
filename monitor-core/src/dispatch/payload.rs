//! The fields and links of a span or event, in records before its own.

use crate::dispatch::core::Core;
use crate::dispatch::extra::Extra;
use crate::dispatch::lane::Lane;
use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::Head;
use crate::model::Outcome;
use crate::model::PAYLOAD;
use crate::model::WORDS;
use crate::recorder::DROPPED_FIELD;
use crate::recorder::LINK_FIELD;
use crate::recorder::NAME_FIELD;

/// Writes the fields and what else only few spans have, to be followed by the span's record.
pub(crate) fn write_span_payload(lane: &'static Lane, core: Option<&Core>, extra: &mut Extra) {
    let fields = &mut extra.fields;
    if let Some(name) = &extra.display_name {
        fields.text(FieldName::Free(NAME_FIELD), format_args!("{name}"));
    }
    for link in &extra.links {
        fields.text(FieldName::Free(LINK_FIELD), format_args!("{}-{}", link.trace_id(), link.span_id()));
    }
    write_payload(lane, core, fields);
}

/// Writes the fields in records of their own, in a row and before that of the span or event, which must be written
/// next. There is room for it in the same chunk.
pub(crate) fn write_payload(lane: &'static Lane, core: Option<&Core>, fields: &mut FieldBuffer) {
    let dropped = fields.dropped();
    if dropped > 0 {
        fields.lost(DROPPED_FIELD);
    }
    let records = fields.as_bytes().len().div_ceil(PAYLOAD);
    lane.reserve(records + 1, core);
    for part in fields.as_bytes().chunks(PAYLOAD) {
        let mut words = [0; WORDS];
        for (word, bytes) in words.iter_mut().zip(part.chunks(8)) {
            let mut eight = [0; 8];
            eight[..bytes.len()].copy_from_slice(bytes);
            *word = u64::from_le_bytes(eight);
        }
        words[WORDS - 1] = Head::call(0, part.len() as u16, 0, Outcome::Ok, Head::PAYLOAD).word();
        // Room for all of them and what they belong to was made above, so the chunk does not fill here.
        lane.push(words);
    }
}
