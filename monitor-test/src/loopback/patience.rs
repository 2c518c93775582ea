//! How long a test waits for what should come at once.

use std::time::Duration;

/// Longer than anything takes that works, also on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(60);
