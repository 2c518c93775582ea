//! Connection pools by hand: their events in the right order, and the metrics that follow from them.

mod check_out;
mod connection;
mod handle;
mod metrics;

pub use check_out::{CheckOut, CheckedOut};
pub use connection::{Connecting, Connection};
pub use handle::Pool;
