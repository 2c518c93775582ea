//! What a typed event costs beside the function that tells it: heard by nobody, by others, and by one.

use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::ConnectionCreated;
use monitor_core::event::HeartbeatInfo;
use monitor_core::event::HeartbeatStarted;

use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::drive;
use crate::ours;

/// Events of two families, of which one is heard where anything is.
pub(crate) const CONTESTANTS: &[Contestant] = &[
    Contestant {
        name: "ours: event, nobody listens",
        group: Group::Off,
        gives: "nothing, until somebody listens",
        setup: ours::off,
        flush: ours::off,
        records: Records::Kept,
        cases: Cases { leaf: Some(|calls| drive::plain(calls, drive::directly, unheard)), ..Cases::NONE },
    },
    Contestant {
        name: "ours: event, others are heard",
        group: Group::On,
        gives: "nothing: the listener is for another family",
        setup: ours::install,
        flush: ours::flush,
        records: Records::Kept,
        cases: Cases { leaf: Some(|calls| drive::plain(calls, drive::directly, unheard)), ..Cases::NONE },
    },
    Contestant {
        name: "ours: event, one listener",
        group: Group::On,
        gives: "the event, made and heard",
        setup: ours::install,
        flush: ours::flush,
        records: Records::Kept,
        cases: Cases { leaf: Some(|calls| drive::plain(calls, drive::directly, heard)), ..Cases::NONE },
    },
];

#[inline(never)]
fn unheard(x: u64) -> u64 {
    emit(|| HeartbeatStarted::new(&HeartbeatInfo::new(Address::tcp("db", 5432))));
    drive::work(x)
}

#[inline(never)]
fn heard(x: u64) -> u64 {
    emit(|| ConnectionCreated::new(Address::tcp("db", 5432), x));
    drive::work(x)
}
