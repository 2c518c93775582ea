//! The making of a future or a stream: no part of the call, unless it panics.

use std::mem;

use futures_core::Stream;

use crate::dispatch::Callsite;
use crate::probe::MonitoredStream;
use crate::probe::setup::Prepared;
use crate::probe::stream;

/// Runs what makes a future or a stream, and gives back the setup of its call. Where it panics there will never be
/// anything to execute, so that is the call.
#[inline(always)]
pub(crate) fn construct<R, P: Prepared>(
    site: &'static Callsite,
    setup: P,
    body: impl FnOnce() -> R,
) -> (R, P) {
    let mut construction = Construction { site, setup };
    let made = body();
    let setup = mem::take(&mut construction.setup);
    mem::forget(construction);
    (made, setup)
}

/// Makes a stream, and its life one call of `site`.
#[inline]
pub fn make_stream<S: Stream, P: Prepared>(
    site: &'static Callsite,
    setup: P,
    body: impl FnOnce() -> S,
) -> MonitoredStream<S, P> {
    let (made, setup) = construct(site, setup, body);
    stream(site, setup, made)
}

/// Dropped only where the body unwinds. To ask whether the thread panics would be wrong: it may have done so before
/// the body ran, in a destructor.
struct Construction<P: Prepared> {
    site: &'static Callsite,
    setup: P,
}

impl<P: Prepared> Drop for Construction<P> {
    #[inline(always)]
    fn drop(&mut self) {
        panicked(self.site, mem::take(&mut self.setup));
    }
}

/// Takes both by value, so that a body that does not panic need not keep them in memory.
#[cold]
#[inline(never)]
fn panicked(site: &'static Callsite, setup: impl Prepared) {
    // A call that is dropped before its end has panicked.
    drop(setup.start(site));
}
