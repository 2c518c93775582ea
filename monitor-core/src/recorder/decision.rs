//! What other processes have decided of the traces that they sent here: whether they are told.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::model::GOLDEN;
use crate::model::TraceId;

/// How many traces are remembered; a later one takes the place of an earlier one.
const PLACES: usize = 4_096;

/// Of each trace all but one bit of the lower part of its identifier, and in that bit what was decided.
static DECISIONS: [AtomicU64; PLACES] = [const { AtomicU64::new(0) }; PLACES];

fn place(id: u64) -> &'static AtomicU64 {
    &DECISIONS[(id.wrapping_mul(GOLDEN) >> 32) as usize % PLACES]
}

/// Remembers what was decided of a trace. Costs one store, as it happens where a request is handled.
pub(crate) fn note_decision(trace: TraceId, told: bool) {
    let id = trace.as_u128() as u64 & !1;
    place(id).store(id | u64::from(told), Ordering::Relaxed);
}

/// What was decided of a trace, if it came from elsewhere with a decision, not too many others ago.
#[cfg(any(feature = "xray", test))]
pub(crate) fn decision(trace: TraceId) -> Option<bool> {
    let id = trace.as_u128() as u64 & !1;
    let found = place(id).load(Ordering::Relaxed);
    (id != 0 && found & !1 == id).then_some(found & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_decision_of_a_trace_counts_and_none_of_another() {
        let of = |id: u128| TraceId::new(id << 64 | 0x0123_4567_89ab_cdee);
        assert_eq!(decision(of(1)), None);
        note_decision(of(1), true);
        assert_eq!(decision(of(1)), Some(true));
        note_decision(of(1), false);
        assert_eq!(decision(of(1)), Some(false));
        assert_eq!(decision(TraceId::new(0x0123_4567_89ab_cde0)), None);
        assert_eq!(decision(TraceId::new(0)), None);
    }
}
