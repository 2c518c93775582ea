//! A plain call.

use std::mem;

use crate::dispatch::Callsite;
use crate::probe::Classify;
use crate::probe::guard::end;
use crate::probe::setup::NoSetup;
use crate::probe::setup::Prepared;
use crate::probe::strategy::Plain;

/// Runs `body` as one call of `callsite`.
///
/// Off costs one load and a branch: the recorded form is a function of its own, so that this one needs no
/// stack frame for it.
#[inline(always)]
pub(crate) fn run<R>(
    callsite: &'static Callsite,
    setup: impl Prepared,
    classify: impl Classify<R>,
    body: impl FnOnce() -> R,
) -> R {
    if callsite.may_be_on() {
        run_on(callsite, setup, classify, body)
    } else {
        setup.discard();
        body()
    }
}

#[inline(never)]
fn run_on<R>(
    callsite: &'static Callsite,
    setup: impl Prepared,
    classify: impl Classify<R>,
    body: impl FnOnce() -> R,
) -> R {
    let mut call = setup.start(callsite);
    let result = body();
    end(&mut call, classify, &result);
    // It is over, and nothing is left that its destructor would have to do.
    mem::forget(call);
    result
}

/// The same where nothing is evaluated before the call and every result is well, which most functions are: fewer
/// words for the compiler to look up in each of them.
#[inline(always)]
pub fn plain<R>(callsite: &'static Callsite, body: impl FnOnce() -> R) -> R {
    run(callsite, NoSetup, Plain, body)
}

/// Never called: a `return` of it before an `async` body tells the compiler what the body returns.
#[cold]
pub fn unreached<R>() -> R {
    unreachable!("generated code never runs this")
}
