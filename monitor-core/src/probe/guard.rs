//! A call that lasts as long as a scope.

use std::thread;

use crate::dispatch::Call;
use crate::dispatch::Callsite;
use crate::dispatch::finish;
use crate::model::Head;
use crate::model::Outcome;
use crate::probe::Classify;
use crate::probe::setup::Prepared;

/// Ends a call in the way that its result tells.
#[inline(always)]
pub(crate) fn end<R, C: Classify<R>>(call: &mut Call, classify: C, result: &R) {
    if !C::OBSERVES {
        finish(call, classify.ending(result));
    } else if call.is_recorded() {
        let ending = classify.classify(result).settle(call);
        finish(call, ending);
    }
}

/// A call that lasts until this is dropped.
#[must_use = "the call ends when this is dropped"]
pub struct Guard {
    call: Option<Call>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("recorded", &self.call.is_some()).finish()
    }
}

/// Begins a call whose result cannot be looked at: one that never returns, or that must see its caller.
#[inline]
pub fn guard(callsite: &'static Callsite, setup: impl Prepared) -> Guard {
    Guard { call: callsite.may_be_on().then(|| setup.start(callsite)) }
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = &mut self.call {
            end_scope(call);
        }
    }
}

#[inline(never)]
fn end_scope(call: &mut Call) {
    let outcome = if thread::panicking() { Outcome::Panic } else { Outcome::Ok };
    finish(call, Head::ending_of(outcome, 0));
}
