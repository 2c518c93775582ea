//! Reading the time on the hot path.
//!
//! Whether the time-stamp counter may be trusted, and what a tick is worth, is for the clock crate to say. It
//! reads the counter behind a call and a match; where its reading turns out to be the counter itself, the
//! counter is read in place.

use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering;

use crate::model::counter;

const UNKNOWN: u8 = 0;
const IN_PLACE: u8 = 1;
const THROUGH_CLOCK: u8 = 2;

static WAY: AtomicU8 = AtomicU8::new(UNKNOWN);

/// Now, in ticks.
#[inline(always)]
pub(crate) fn now() -> u64 {
    if WAY.load(Ordering::Relaxed) == IN_PLACE { read() } else { through_clock() }
}

/// Whether [`read`] gives the ticks of the clock. The same for as long as the program runs.
pub(crate) fn are_in_place() -> bool {
    if WAY.load(Ordering::Relaxed) == UNKNOWN {
        let before = read();
        let clock = counter().raw();
        let after = read();
        // A reading between two of the counter's is the counter's; any other clock is far off.
        let same = after > before && (before..=after).contains(&clock);
        WAY.store(if same { IN_PLACE } else { THROUGH_CLOCK }, Ordering::Relaxed);
    }
    WAY.load(Ordering::Relaxed) == IN_PLACE
}

/// Runs `body` as on a machine whose counter cannot be read in place. Other tests may meet that: the clock's ticks
/// are the same either way.
#[cfg(all(test, not(loom)))]
pub(crate) fn without_counter(body: impl FnOnce()) {
    are_in_place();
    let before = WAY.swap(THROUGH_CLOCK, Ordering::Relaxed);
    body();
    WAY.store(before, Ordering::Relaxed);
}

#[cold]
#[inline(never)]
fn through_clock() -> u64 {
    if are_in_place() { read() } else { counter().raw() }
}

/// Now, in ticks, where [`are_in_place`] says so.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(always)]
pub(crate) fn read() -> u64 {
    // SAFETY: every x86-64 processor has the instruction; it reads a counter and touches nothing else.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// Now, in ticks, where [`are_in_place`] says so: nowhere.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
#[inline(always)]
pub(crate) fn read() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_does_not_go_back() {
        let first = now();
        assert!((0..1_000).map(|_| now()).all(|later| later >= first));
    }
}
