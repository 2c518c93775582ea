//! The end of a chain of plugins, by hand.

use crate::dispatch::reach_end as reached;

/// The plugin whose turn it is has called what comes next, and that is the end of the chain: the driver itself.
///
/// An `impl` block with `#[plugin(name = "..", terminal)]` says so by itself. This is for a last step that cannot be
/// annotated. Outside of a plugin it does nothing.
///
/// ```
/// use monitor_core::{Monitor, plugin};
///
/// struct Failover;
///
/// #[plugin(name = "failover")]
/// impl Failover {
///     fn execute(&self) {
///         plugin::reach_end();
///         // the driver's own code
///     }
/// }
///
/// let monitor = Monitor::builder().build();
/// monitor.scope(|| Failover.execute());
/// assert_eq!(monitor.snapshot().function("failover::execute").unwrap().calls(), 1);
/// ```
pub fn reach_end() {
    reached();
}
