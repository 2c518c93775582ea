//! Times as most protocols count them.

use std::time::Duration;
use std::time::SystemTime;

/// The time since the beginning of 1970; none for a clock that is set to before that.
pub(crate) fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
