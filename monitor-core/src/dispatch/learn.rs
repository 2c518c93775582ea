//! What a lane has to learn of a source before it records it.

use crate::dispatch::attach::core_of;
use crate::dispatch::core::Core;
use crate::dispatch::entry::Entry;
use crate::dispatch::entry::UNKNOWN;
use crate::dispatch::lane::Lane;
use crate::model::Head;

/// The entry of a source, asked about if need be; none if the monitor records nothing of it.
pub(crate) fn known_entry(lane: &'static Lane, source: u32) -> Option<&'static Entry> {
    let entry = lane.entries.obtain(source)?;
    if entry.head() == UNKNOWN {
        let core = core_of(lane)?;
        learn(entry, source, &core);
    }
    (entry.head() & (Head::SPAN | Head::METRICS) != 0).then_some(entry)
}

/// Asks about a source, again if the answer has changed while it was written down.
pub(crate) fn learn(entry: &Entry, source: u32, core: &Core) {
    loop {
        let head = core.head(source);
        entry.set_head(head);
        if core.head(source) == head {
            return;
        }
    }
}
