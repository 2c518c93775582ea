//! The static of one instrumented place.

use std::sync::atomic::Ordering;

use crate::dispatch::hook::Bridge;
use crate::dispatch::sources;
use crate::model::Metadata;
use crate::model::sync::AtomicU8;
use crate::model::sync::AtomicU32;
use crate::model::sync::const_fn;
use crate::model::sync::constant;

/// Nobody listens.
const OFF: u8 = 0;
/// Somebody listens.
const ON: u8 = 1;
/// Nobody has been asked.
const NEW: u8 = 2;

/// The static of one instrumented place: its switch and what is known of it.
///
/// `#[monitored]` writes one for each function. The switch is one byte that is read on each call; all else is
/// off the path of a call that nobody listens to.
#[derive(Debug)]
pub struct Callsite {
    switch: AtomicU8,
    /// The bridges that want each call, a bit each.
    bridges: AtomicU8,
    id: AtomicU32,
    wire: fn(&'static Callsite),
    metadata: Metadata,
}

impl Callsite {
    const_fn! {
        pub(crate) const fn with_wire(metadata: Metadata, wire: fn(&'static Callsite)) -> Self {
            Self {
                // Each is computed once, and not for each callsite.
                switch: constant!(AtomicU8::new(NEW)),
                bridges: constant!(AtomicU8::new(0)),
                id: constant!(AtomicU32::new(u32::MAX)),
                wire,
                metadata,
            }
        }
    }

    /// What is known of this place.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Whether anybody may want this call. A callsite that is on has its number: the switch is set after that, with
    /// release order, and read here with acquire order.
    #[inline]
    pub(crate) fn is_on(&'static self) -> bool {
        match self.switch.load(Ordering::Acquire) {
            OFF => false,
            ON => true,
            _ => self.ask(),
        }
    }

    /// The one load that decides whether the outlined path runs at all; a callsite that nobody has asked about
    /// counts as on.
    #[inline]
    pub(crate) fn may_be_on(&self) -> bool {
        self.switch.load(Ordering::Relaxed) != OFF
    }

    /// The number of this source, once it is registered.
    #[inline]
    pub(crate) fn id(&self) -> u32 {
        self.id.load(Ordering::Relaxed)
    }

    /// Registers the callsite, which sets its switch.
    #[cold]
    #[inline(never)]
    pub(crate) fn ask(&'static self) -> bool {
        if self.switch.load(Ordering::Acquire) == NEW {
            sources::register_callsite(self);
        }
        self.switch.load(Ordering::Relaxed) == ON
    }

    /// Lets the bridges know of the callsite.
    pub(crate) fn wire(&'static self) {
        (self.wire)(self);
    }

    pub(crate) fn set_id(&self, id: u32) {
        self.id.store(id, Ordering::Relaxed);
    }

    pub(crate) fn set_on(&self, on: bool) {
        self.switch.store(if on { ON } else { OFF }, Ordering::Release);
    }

    /// Whether a bridge wants each call.
    pub(crate) fn is_bridged(&self) -> bool {
        self.bridges() != 0
    }

    /// The bridges that want each call, a bit each.
    pub(crate) fn bridges(&self) -> u8 {
        self.bridges.load(Ordering::Relaxed)
    }

    /// A bridge wants each call from now on, or none any more.
    #[cfg_attr(
        not(any(feature = "metrics", feature = "tracing", all(test, loom))),
        expect(dead_code, reason = "only a bridge says so")
    )]
    pub(crate) fn set_bridged(&'static self, bridge: Bridge, wanted: bool) {
        let before = match wanted {
            true => self.bridges.fetch_or(bridge.bit(), Ordering::SeqCst),
            false => self.bridges.fetch_and(!bridge.bit(), Ordering::SeqCst),
        };
        if (before & bridge.bit() != 0) != wanted {
            sources::refresh_callsite(self);
        }
    }
}
