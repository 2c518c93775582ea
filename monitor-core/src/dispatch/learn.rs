//! What a monitor says of a source, and how a lane learns of it.

use crate::dispatch::attach::core_of;
use crate::dispatch::callsite::Callsite;
use crate::dispatch::core::Core;
use crate::dispatch::entry::Entry;
use crate::dispatch::entry::FAST;
use crate::dispatch::entry::SILENT;
use crate::dispatch::entry::SLOW;
use crate::dispatch::entry::STEADY;
use crate::dispatch::entry::UNKNOWN;
use crate::dispatch::hook;
use crate::dispatch::lane::Lane;
use crate::dispatch::sources;
use crate::dispatch::sources::Source;
use crate::dispatch::ticks;
use crate::metric::InstrumentInfo;
use crate::model::Head;
use crate::model::Levels;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Signals;
use crate::model::TraceLevel;

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

impl Core {
    /// What this monitor takes from a callsite.
    pub(crate) fn signals(&self, metadata: &Metadata) -> Signals {
        let leveled = if metadata.level == TraceLevel::NoTrace { Signals::METRICS } else { Signals::ALL };
        self.config
            .filter
            .signals(metadata.module)
            .intersection(metadata.signals)
            .intersection(self.config.signals)
            .intersection(leveled)
    }

    /// Whether this monitor takes the values of an instrument: only a declared one has a module, and so a filter.
    pub(crate) fn shows(&self, info: &InstrumentInfo) -> bool {
        info.module.is_empty() || self.config.filter.signals(info.module).contains(Signals::METRICS)
    }

    /// What this monitor makes of trace levels.
    pub(crate) fn levels(&self) -> Levels {
        self.config.levels
    }

    /// The beginning of a record's head for a source, or why there is none.
    pub(crate) fn head(&self, source: u32) -> u64 {
        match sources::source(source) {
            Some(Source::Callsite(callsite)) => self.head_of_callsite(source, callsite),
            Some(Source::Instrument(info)) if self.shows(info) => {
                let head = Head::call(source, 0, 0, Outcome::Ok, Head::TICK).word();
                if hook::values_wanted() { head | SLOW } else { head | FAST }
            }
            Some(Source::Family(_) | Source::Instrument(_)) | None => SILENT,
        }
    }

    fn head_of_callsite(&self, source: u32, callsite: &Callsite) -> u64 {
        let (metadata, bridged) = (callsite.metadata(), callsite.is_bridged());
        let signals = self.signals(metadata);
        if self.is_closed() || (signals.is_empty() && !bridged) {
            return SILENT;
        }
        let mut flags = 0;
        if signals.contains(Signals::SPANS) {
            flags |= Head::SPAN;
        }
        if signals.contains(Signals::METRICS) {
            flags |= Head::METRICS;
        }
        let head = Head::call(source, 0, 0, Outcome::Ok, flags).word();
        let leveled = flags & Head::SPAN != 0 && self.is_leveled(metadata);
        let slow = bridged || leveled || self.config.clock.is_manual() || !metadata.fields.is_empty();
        match slow {
            true => head | SLOW,
            false if ticks::are_in_place() => head | FAST,
            false => head | STEADY,
        }
    }

    /// The explicit bucket bounds of a source.
    pub(crate) fn bounds(source: u32) -> &'static [f64] {
        match sources::source(source) {
            Some(Source::Callsite(callsite)) => callsite.metadata().buckets,
            Some(Source::Instrument(info)) => info.buckets,
            Some(Source::Family(_)) | None => &[],
        }
    }
}
