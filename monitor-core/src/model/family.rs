//! The static of one type of event.

use std::sync::atomic::AtomicU8;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

/// Nobody listens.
const OFF: u8 = 0;
/// Somebody listens.
const ON: u8 = 1;
/// Nobody has been asked.
const NEW: u8 = 2;

/// The static of one type of event: its names, and one byte that says whether anybody listens.
#[derive(Debug)]
pub struct Family {
    name: &'static str,
    events: &'static [&'static str],
    switch: AtomicU8,
    id: AtomicU32,
}

impl Family {
    /// A family of this name, such as `command`, with the names of its events, such as `command.started`.
    #[must_use]
    pub const fn new(name: &'static str, events: &'static [&'static str]) -> Self {
        Self { name, events, switch: AtomicU8::new(NEW), id: AtomicU32::new(u32::MAX) }
    }

    /// The name of the family.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The names of its events.
    #[must_use]
    pub const fn events(&self) -> &'static [&'static str] {
        self.events
    }

    /// Whether anybody may listen: the one relaxed load of an event that nobody hears. A family that nobody has asked
    /// about counts as heard.
    #[inline]
    #[must_use]
    pub fn may_be_heard(&self) -> bool {
        self.switch.load(Ordering::Relaxed) != OFF
    }

    /// Whether nobody has asked yet who listens.
    pub(crate) fn is_new(&self) -> bool {
        self.switch.load(Ordering::Acquire) == NEW
    }

    /// The number of this source, `u32::MAX` until it is registered.
    pub(crate) fn id(&self) -> u32 {
        self.id.load(Ordering::Relaxed)
    }

    pub(crate) fn set_id(&self, id: u32) {
        self.id.store(id, Ordering::Relaxed);
    }

    pub(crate) fn set_heard(&self, heard: bool) {
        self.switch.store(if heard { ON } else { OFF }, Ordering::Release);
    }
}
