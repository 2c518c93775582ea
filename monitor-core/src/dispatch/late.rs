//! Fields that are set while a call runs: where they wait until it pauses or ends.

use std::cell::RefCell;

use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::Head;

struct Frame {
    source: u32,
    fields: FieldBuffer,
}

thread_local! {
    /// The calls under way on this thread that may get fields late, the innermost last.
    static FRAMES: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// A call of a source goes on on this thread.
pub(crate) fn enter(head: u64) {
    let source = Head::from_word(head).source();
    with_frames(|frames| frames.push(Frame { source, fields: FieldBuffer::default() }));
}

/// The innermost call of a source pauses or ends: it takes along what was set meanwhile.
pub(crate) fn leave(head: u64, fields: &mut FieldBuffer) {
    let source = Head::from_word(head).source();
    with_frames(|frames| {
        if let Some(place) = frames.iter().rposition(|frame| frame.source == source) {
            fields.append(&frames.remove(place).fields);
        }
    });
}

/// Sets a field of the innermost call of a source.
///
/// The value is written to a buffer of its own first, since a `Display` may itself be instrumented.
pub(crate) fn set(source: u32, index: usize, write: impl FnOnce(FieldName<'_>, &mut FieldBuffer)) {
    let mut fields = FieldBuffer::default();
    write(FieldName::Declared(index), &mut fields);
    with_frames(|frames| {
        if let Some(frame) = frames.iter_mut().rev().find(|frame| frame.source == source) {
            frame.fields.append(&fields);
        }
    });
}

/// Without the thread-local, at the very end of a thread, there are no late fields.
fn with_frames(act: impl FnOnce(&mut Vec<Frame>)) {
    let _ = FRAMES.try_with(|frames| {
        if let Ok(mut frames) = frames.try_borrow_mut() {
            act(&mut frames);
        }
    });
}
