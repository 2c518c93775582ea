//! The hot path: from an annotated function to a record in its thread's buffer.
//!
//! A thread owns one lane for each monitor that it records for. Only the owner writes records, with plain
//! relaxed stores; whoever holds the lane's lock folds them into cells. The owner only tries that lock.

mod alarm;
mod attach;
mod call;
mod callsite;
mod chain;
mod chunk;
mod companion;
mod context;
mod copy;
mod core;
mod counted;
mod declared;
mod ears;
mod emit;
mod entry;
mod error_types;
mod event_record;
mod exemplars;
mod extra;
mod flight;
mod hearing;
mod hook;
mod instrument;
mod label_cache;
mod lane;
mod late;
mod learn;
mod level;
#[cfg_attr(
    not(any(
        target_os = "android",
        target_os = "freebsd",
        target_os = "fuchsia",
        target_os = "illumos",
        target_os = "ios",
        target_os = "linux",
        target_os = "macos",
        target_os = "openbsd",
        target_os = "tvos",
        target_os = "windows",
    )),
    path = "unlinked.rs"
)]
pub mod linked;
#[cfg(all(test, loom))]
mod loom;
mod marks;
mod names;
mod nest;
mod notes;
mod observed;
mod order;
mod origin;
mod payload;
mod process_wide;
mod short_labels;
mod snapshot;
mod sources;
mod static_ref;
mod ticks;
mod value;
mod values;
#[cfg(feature = "tracing")]
mod visit;

pub use callsite::Callsite;
pub use chain::Plugin;
pub use declared::Declared;
pub use emit::{emit, is_heard};
pub use process_wide::{Registration, register};
pub use values::Moments;

pub(crate) use attach::{attached, current, current_core, lane_of, note_panic, scope, suppress};
pub(crate) use call::{Call, finish, start, start_labelled, start_with};
pub(crate) use chain::{Segment, reach_end};
pub(crate) use companion::{Answer, CallEnd, Companion};
pub(crate) use core::{Core, CoreConfig};
pub(crate) use emit::emit_to;
pub(crate) use error_types::error_type_id;
#[cfg(test)]
pub(crate) use event_record::record_event;
pub(crate) use extra::Extra;
pub(crate) use flight::{Flight, park};
#[cfg(feature = "tracing")]
pub(crate) use hook::apart;
#[cfg(any(feature = "metrics", feature = "tracing"))]
pub(crate) use hook::{Bridge, Ending, Hook, HookSpan, set_hook};
#[cfg(feature = "metrics")]
pub(crate) use hook::{Sample, once_beyond, want_values};
pub(crate) use instrument::{Instrument, MOST_LABELS};
pub(crate) use label_cache::{known_slot, label_slot};
pub(crate) use lane::Lane;
pub(crate) use late::set as late_field;
pub(crate) use nest::{Around, Nest};
pub(crate) use observed::{Observable, Reading, unwatch};
pub(crate) use order::{Began, finish_in_any_order};
pub(crate) use origin::{current_context, with_context, with_origin};
pub(crate) use process_wide::subscriptions;
#[cfg(feature = "tracing")]
pub(crate) use sources::register_instrument;
#[cfg(feature = "metrics")]
pub(crate) use sources::{Source, refuse, register_foreign, sources};
pub(crate) use sources::{install_global, uninstall_global};
#[cfg(all(test, not(loom)))]
pub(crate) use ticks::without_counter;
pub(crate) use value::tick;
pub(crate) use values::Values;
