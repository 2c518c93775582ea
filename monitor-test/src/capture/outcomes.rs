//! How many calls ended in which way.

use monitor_core::FunctionSnapshot;
use monitor_core::Outcome;

/// How many calls of a function ended in which way.
///
/// ```
/// use monitor_core::monitored;
/// use monitor_test::{Capture, Outcomes};
///
/// #[monitored]
/// fn half(number: u32) -> Result<u32, String> {
///     if number % 2 == 0 { Ok(number / 2) } else { Err("odd".to_owned()) }
/// }
///
/// let captured = Capture::run(|| (half(1), half(2), half(4)));
/// assert_eq!(captured.outcomes("half"), Outcomes { ok: 2, error: 1, ..Outcomes::default() });
/// ```
// Not `#[non_exhaustive]`: a test states every way at once, and a new one should make it look again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Outcomes {
    /// The future was dropped before it finished.
    pub cancelled: u64,
    /// The call returned `Err`.
    pub error: u64,
    /// The call returned.
    pub ok: u64,
    /// The call unwound.
    pub panic: u64,
}

impl Outcomes {
    pub(crate) fn of<'a>(functions: impl Iterator<Item = &'a FunctionSnapshot>) -> Self {
        functions.fold(Self::default(), |sum, function| Self {
            cancelled: sum.cancelled + function.ended(Outcome::Cancelled),
            error: sum.error + function.ended(Outcome::Error),
            ok: sum.ok + function.ended(Outcome::Ok),
            panic: sum.panic + function.ended(Outcome::Panic),
        })
    }
}
