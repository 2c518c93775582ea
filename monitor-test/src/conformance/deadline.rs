//! How long things may take.

use std::time::Duration;
use std::time::Instant;

/// What a flush and a shutdown are given where somebody is in the way.
pub(crate) const DEADLINE: Duration = Duration::from_millis(250);

/// So much longer they may take on a machine that is busy with other things: less than the half minute for which a batch
/// is tried again.
const MARGIN: Duration = Duration::from_secs(25);

/// Longer than any deadline of a recorder.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Runs `act`, which was given [`DEADLINE`].
#[track_caller]
pub(crate) fn in_time<R>(what: &str, act: impl FnOnce() -> R) -> R {
    let begun = Instant::now();
    let result = act();
    let took = begun.elapsed();
    assert!(took <= DEADLINE + MARGIN, "{what} was given {DEADLINE:?} and took {took:?}");
    result
}
