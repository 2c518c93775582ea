//! A plain call.

use crate::dispatch::Callsite;
use crate::dispatch::start;
use crate::probe::Classify;
use crate::probe::Setup;
use crate::probe::guard::end;

/// Runs `body` as one call of `callsite`.
///
/// Off costs one load and a branch: the recorded form is a function of its own, so that this one needs no
/// stack frame for it.
#[inline(always)]
pub(crate) fn run<R>(
    callsite: &'static Callsite,
    setup: Setup,
    classify: impl Classify<R>,
    body: impl FnOnce() -> R,
) -> R {
    if !callsite.may_be_on() {
        return body();
    }
    if setup.is_none() {
        return run_plain(callsite, classify, body);
    }
    run_prepared(callsite, setup, classify, body)
}

#[inline(never)]
fn run_plain<R>(callsite: &'static Callsite, classify: impl Classify<R>, body: impl FnOnce() -> R) -> R {
    let call = start(callsite);
    let result = body();
    end(call, classify, &result);
    result
}

#[inline(never)]
fn run_prepared<R>(
    callsite: &'static Callsite,
    setup: Setup,
    classify: impl Classify<R>,
    body: impl FnOnce() -> R,
) -> R {
    let call = setup.start(callsite);
    let result = body();
    end(call, classify, &result);
    result
}

/// Runs a body that has a type of its own. The bound tells the compiler that it runs once, so that it may give
/// away what it borrows mutably.
#[inline(always)]
pub fn once<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// Never called: a `return` of it before an `async` body tells the compiler what the body returns.
#[cold]
pub fn unreached<R>() -> R {
    unreachable!("generated code never runs this")
}
