//! The loops that call the instrumented functions, the same for every contestant.

use std::fmt;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;

/// What surrounds each hundred calls: a root span, or nothing.
pub(crate) type Around = fn(&mut dyn FnMut());

/// Sixteen values of a label.
pub(crate) const TENANTS: [&str; 16] = [
    "acme", "bolt", "crane", "delta", "ember", "flint", "gale", "harbour", "iris", "juno", "krill", "lumen",
    "mesa", "nova", "onyx", "pike",
];

/// Calls between two entries of [`Around`].
const CHUNK: u64 = 100;

/// Spans of one nested call.
const DEPTH: u64 = 10;

/// The body that every contestant measures.
#[inline(always)]
pub(crate) fn work(x: u64) -> u64 {
    black_box(x).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The [`Around`] of those that need nothing.
pub(crate) fn directly(run: &mut dyn FnMut()) {
    run();
}

/// Calls a plain function.
#[inline(always)]
pub(crate) fn plain(calls: u64, around: Around, leaf: impl Fn(u64) -> u64) {
    chunks(calls, CHUNK, around, |x| {
        black_box(leaf(x));
    });
}

/// Calls a function that fails once in sixteen.
#[inline(always)]
pub(crate) fn failing(calls: u64, around: Around, failing: impl Fn(u64) -> Result<u64, Refused>) {
    chunks(calls, CHUNK, around, |x| {
        let _ = black_box(failing(x));
    });
}

/// Calls a function that calls itself until [`DEPTH`] spans are open.
#[inline(always)]
pub(crate) fn nested(calls: u64, around: Around, nested: impl Fn(u64, u64) -> u64) {
    chunks(calls, CHUNK / DEPTH, around, |x| {
        black_box(nested(DEPTH - 1, x));
    });
}

/// Polls a future to its end, without a runtime.
#[inline(always)]
pub(crate) fn polled<F: Future<Output = u64>>(calls: u64, around: Around, start: impl Fn(u64) -> F) {
    let mut context = Context::from_waker(Waker::noop());
    chunks(calls, CHUNK, around, |x| {
        let mut future = pin!(start(x));
        while future.as_mut().poll(&mut context).map(black_box).is_pending() {}
    });
}

/// Calls a function with each of [`TENANTS`] in turn.
#[inline(always)]
pub(crate) fn labelled(calls: u64, around: Around, labelled: impl Fn(&str, u64) -> u64) {
    chunks(calls, CHUNK, around, |x| {
        black_box(labelled(TENANTS[(x % 16) as usize], x));
    });
}

#[inline(always)]
fn chunks(calls: u64, each: u64, around: Around, mut call: impl FnMut(u64)) {
    for chunk in 0..calls.div_ceil(CHUNK) {
        around(&mut || {
            for x in chunk * CHUNK..chunk * CHUNK + each {
                call(x);
            }
        });
    }
}

/// Fails one call in sixteen.
#[inline(always)]
pub(crate) fn refuse(x: u64) -> Result<u64, Refused> {
    if x.is_multiple_of(16) { Err(Refused) } else { Ok(work(x)) }
}

/// The error of [`refuse`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

/// Whether a call went well, for the contestants that are told by hand.
pub(crate) trait Ending {
    /// Whether it did.
    fn is_well(&self) -> bool;
}

impl Ending for u64 {
    fn is_well(&self) -> bool {
        true
    }
}

impl Ending for Result<u64, Refused> {
    fn is_well(&self) -> bool {
        self.is_ok()
    }
}

/// A future that yields once.
#[derive(Debug, Default)]
pub(crate) struct YieldOnce {
    is_second: bool,
}

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.is_second {
            return Poll::Ready(());
        }
        self.is_second = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
