//! Which span, and which monitor, a piece of work belongs to.

use monitor_core::Context;
use monitor_core::Monitor;
use monitor_core::recorders::Null;

/// Lets work that goes to another thread stay a child of the span it is started in.
pub(crate) fn carried<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let context = Context::current();
    move || context.run(work)
}

/// Runs under a monitor of its own, so that what is measured here is in no figure of the report. It records
/// spans and metrics, as the service does.
pub(crate) fn apart<T>(work: impl FnOnce() -> T) -> T {
    Monitor::builder().recorder(Null::default()).build().scope(work)
}
