//! Monitors that say nothing of what is lost: here that is part of the test.

use monitor_core::Monitor;
use monitor_core::MonitorBuilder;

/// Begins to make a monitor that says nothing of what is lost.
pub(crate) fn quiet() -> MonitorBuilder {
    Monitor::builder().notices(|_| ())
}
