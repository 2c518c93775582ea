//! The metrics that the linked program declares: known before the first call of any of their functions.

use std::sync::Once;

use crate::dispatch::instrument::Instrument;
use crate::dispatch::linked;
use crate::dispatch::observed;
use crate::dispatch::observed::Reading;
use crate::dispatch::sources;

/// One declared metric.
#[derive(Clone, Copy, Debug)]
#[expect(private_interfaces, reason = "only this crate makes one")]
pub enum Declared {
    /// Values are recorded by calls.
    #[doc(hidden)]
    Instrument(&'static Instrument),
    /// The value is read when a snapshot is taken.
    #[doc(hidden)]
    Reading(&'static Reading),
    /// The values are those of objects that are watched.
    #[doc(hidden)]
    Watched(&'static observed::Observable),
}

/// Makes all declared metrics known, once.
pub(crate) fn declare_all() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for declared in linked::declared() {
            match declared {
                Declared::Instrument(instrument) => {
                    sources::declare(&instrument.info);
                }
                Declared::Reading(reading) => reading.show(),
                Declared::Watched(observable) => {
                    observable.is_accepted();
                }
            }
        }
    });
}
