//! Moments that are so far away that no clock has them.

use std::time::Duration;
use std::time::Instant;

/// Nobody waits for longer: ten years.
pub(crate) const FAR: Duration = Duration::from_secs(10 * 365 * 86_400);

/// The moment that comes so long from now. Whoever says [`Duration::MAX`] waits as good as for ever.
pub(crate) fn after(wait: Duration) -> Instant {
    Instant::now() + wait.min(FAR)
}
