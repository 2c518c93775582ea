//! The fields and links of a span or event, in records before its own.

use crate::dispatch::core::Core;
use crate::dispatch::extra::Extra;
use crate::dispatch::lane::Lane;
use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::Head;
use crate::model::Outcome;
use crate::model::Own;
use crate::model::PAYLOAD;
use crate::model::SpanContext;
use crate::model::WORDS;

/// Adds a link.
pub(crate) fn link(own: &mut FieldBuffer, to: SpanContext) {
    let remote = if to.is_remote() { "-remote" } else { "" };
    own.text(FieldName::Own(Own::Link), format_args!("{}-{}{remote}", to.trace_id(), to.span_id()));
}

/// Writes the fields and what else only few spans have, to be followed by the span's record. Gives the flags that tell of
/// it there.
///
/// What the monitor itself says comes first and in a buffer of its own, so that fields never take its room.
pub(crate) fn write_span_payload(lane: &'static Lane, core: Option<&Core>, extra: &mut Extra) -> u64 {
    let Extra { own, fields, links, display_name, remote, .. } = extra;
    if let Some(name) = display_name {
        own.text(FieldName::Own(Own::Name), format_args!("{name}"));
    }
    links.iter().for_each(|to| link(own, *to));
    let dropped = fields.dropped().saturating_add(own.dropped());
    if dropped > 0 {
        own.lost(dropped);
    }
    let told = if write(lane, core, [own.as_bytes(), fields.as_bytes()]) { Head::FIELDS } else { 0 };
    if *remote { told | Head::REMOTE } else { told }
}

/// Writes the fields of an event, to be followed by its record.
pub(crate) fn write_payload(lane: &'static Lane, core: Option<&Core>, fields: &mut FieldBuffer) {
    let dropped = fields.dropped();
    if dropped > 0 {
        fields.lost(dropped);
    }
    write(lane, core, [fields.as_bytes(), &[]]);
}

/// Writes these bytes in records of their own, in a row and before that of the span or event, which must be written
/// next. There is room for it in the same chunk. Tells whether there is any.
fn write(lane: &'static Lane, core: Option<&Core>, bytes: [&[u8]; 2]) -> bool {
    let parts = || bytes.into_iter().flat_map(|bytes| bytes.chunks(PAYLOAD));
    let records = parts().count();
    lane.reserve(records + 1, core);
    for part in parts() {
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
    records > 0
}
