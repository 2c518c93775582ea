//! No list of the metrics that the program declares: this platform's linker makes none. A declared metric is known
//! from its first value.

use crate::dispatch::declared::Declared;

/// Every declared metric.
pub(crate) fn declared() -> &'static [Declared] {
    &[]
}

/// Where there is no list, there is nothing to put into it.
#[doc(hidden)]
#[macro_export]
macro_rules! __monitor_declare {
    ($name:ident, $declared:expr) => {};
}

pub use __monitor_declare as declare;
