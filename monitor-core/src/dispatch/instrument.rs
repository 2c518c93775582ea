//! An instrument: what is known of it, and the number under which its values are recorded.

use std::num::NonZeroUsize;

use once_cell::race::OnceNonZeroUsize;

use crate::dispatch::sources::register_instrument;
use crate::metric::InstrumentInfo;

/// Stands for the number of an instrument that was refused.
const REFUSED: NonZeroUsize = NonZeroUsize::MAX;

/// The most labels of one instrument.
pub(crate) const MOST_LABELS: usize = 16;

/// An instrument: what is known of it, and the number under which its values are recorded.
#[derive(Debug)]
pub(crate) struct Instrument {
    pub(crate) info: InstrumentInfo,
    /// One more than the number, since zero stands for "not registered".
    id: OnceNonZeroUsize,
}

impl Instrument {
    pub(crate) const fn new(info: InstrumentInfo) -> Self {
        Self { info, id: OnceNonZeroUsize::new() }
    }

    /// The number; none where the instrument was refused.
    #[inline]
    pub(crate) fn id(&'static self) -> Option<u32> {
        let id = match self.id.get() {
            Some(id) => id,
            None => self.register(),
        };
        (id != REFUSED).then(|| (id.get() - 1) as u32)
    }

    /// Two threads may register at once; the same instrument gets the same number each time.
    #[cold]
    fn register(&'static self) -> NonZeroUsize {
        self.id.get_or_init(|| {
            let id = register_instrument(&self.info).map(|id| id as usize + 1);
            id.and_then(NonZeroUsize::new).unwrap_or(REFUSED)
        })
    }
}
