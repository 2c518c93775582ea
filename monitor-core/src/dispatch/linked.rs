//! The list of the metrics that the linked program declares, which the linker puts together.

use std::panic::catch_unwind;

pub use linkme;

use crate::dispatch::declared::Declared;

/// Every declared metric. The name has the version, since two versions of this crate in one program have a list each.
#[linkme::distributed_slice]
pub static MONITOR_DECLARED_0_1: [Declared];

/// Every declared metric; none where the linker has mixed up the lists of two copies of this crate.
pub(crate) fn declared() -> &'static [Declared] {
    catch_unwind(|| MONITOR_DECLARED_0_1.static_slice()).unwrap_or_default()
}

/// Puts a declared metric into the list.
#[doc(hidden)]
#[macro_export]
macro_rules! __monitor_declare {
    ($name:ident, $declared:expr) => {
        #[$crate::__private::linked::linkme::distributed_slice(
            $crate::__private::linked::MONITOR_DECLARED_0_1
        )]
        #[linkme(crate = $crate::__private::linked::linkme)]
        static $name: $crate::__private::Declared = $declared;
    };
}

pub use __monitor_declare as declare;

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_has_the_version_of_the_crate_in_its_name() {
        let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
        let name = format!("{:?}", stringify!(MONITOR_DECLARED_0_1));
        assert!(name.contains(&format!("_{major}_{minor}\"")), "{name}");
    }
}
