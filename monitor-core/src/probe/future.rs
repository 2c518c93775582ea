//! A future whose execution is one call.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;

use pin_project_lite::pin_project;

use crate::dispatch::Callsite;
use crate::dispatch::Flight;
use crate::dispatch::park;
use crate::model::Head;
use crate::model::Outcome;
use crate::probe::Classify;
use crate::probe::guard::end;
use crate::probe::setup::Prepared;

pin_project! {
    /// A future whose execution, from the first poll to the result, is one call.
    ///
    /// Dropped before its result it counts as cancelled; never polled it counts as nothing.
    #[must_use = "futures do nothing unless polled"]
    pub struct Monitored<F, C, P> {
        // Not in an `Option`: without it the compiler's limit of nested types leaves room for more nested calls.
        #[pin]
        inner: F,
        callsite: &'static Callsite,
        setup: P,
        classify: C,
        // The last one to be dropped, so that what the body drops is still a part of the call.
        stand: Stand,
    }

    impl<F, C, P> PinnedDrop for Monitored<F, C, P> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            this.project().stand.cancel();
        }
    }
}

/// Where a call stands, and the end of one that is cancelled.
pub(crate) struct Stand {
    state: State,
}

/// Where a call stands. Kept small: the call itself lies elsewhere while it waits.
#[derive(Clone, Copy)]
pub(crate) enum State {
    Idle,
    Off,
    Over,
    Waiting(&'static Flight),
    /// What belongs to it is being dropped.
    Cancelled(&'static Flight),
}

impl Stand {
    /// If the call waits, it goes on, until this is dropped.
    #[inline(always)]
    fn cancel(&mut self) {
        if let State::Waiting(flight) = self.state {
            self.state = State::Cancelled(flight);
            begin_cancelled(flight);
        }
    }
}

impl Drop for Stand {
    #[inline(always)]
    fn drop(&mut self) {
        if let State::Cancelled(flight) = self.state {
            end_cancelled(flight);
        }
    }
}

#[cold]
#[inline(never)]
fn begin_cancelled(flight: &'static Flight) {
    mem::forget(flight.resume());
}

#[cold]
#[inline(never)]
fn end_cancelled(flight: &'static Flight) {
    flight.resumed().finish(Head::ending_of(Outcome::Cancelled, 0));
}

impl<F, C, P> Monitored<F, C, P> {
    #[inline(always)]
    pub(crate) fn new(callsite: &'static Callsite, setup: P, inner: F, classify: C) -> Self {
        Self { inner, callsite, setup, classify, stand: Stand { state: State::Idle } }
    }
}

impl<F: Future, C: Classify<F::Output> + Copy, P: Prepared> Future for Monitored<F, C, P> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let inner = this.inner;
        let state = &mut this.stand.state;
        if let State::Idle = *state {
            if this.callsite.may_be_on() {
                let setup = mem::take(this.setup);
                return poll_first(inner, context, this.callsite, state, setup, *this.classify);
            }
            *state = State::Off;
        }
        if let State::Waiting(flight) = *state {
            return poll_again(inner, context, flight, state, *this.classify);
        }
        inner.poll(context)
    }
}

/// The first poll: a call that ends in it is like a plain one.
#[inline(never)]
fn poll_first<F: Future, C: Classify<F::Output>>(
    inner: Pin<&mut F>,
    context: &mut Context<'_>,
    callsite: &'static Callsite,
    state: &mut State,
    setup: impl Prepared,
    classify: C,
) -> Poll<F::Output> {
    // A body that panicked or returned says itself what it thinks of another poll.
    *state = State::Over;
    let mut call = setup.start(callsite);
    let polled = inner.poll(context);
    match &polled {
        Poll::Ready(result) => end(&mut call, classify, result),
        Poll::Pending => *state = park(&mut call).map_or(State::Off, State::Waiting),
    }
    // It is over or lies elsewhere: nothing is left that its destructor would have to do.
    mem::forget(call);
    polled
}

/// A later poll.
#[inline(never)]
fn poll_again<F: Future, C: Classify<F::Output>>(
    inner: Pin<&mut F>,
    context: &mut Context<'_>,
    flight: &'static Flight,
    state: &mut State,
    classify: C,
) -> Poll<F::Output> {
    *state = State::Over;
    let underway = flight.resume();
    let polled = inner.poll(context);
    match &polled {
        Poll::Ready(result) => {
            if !C::OBSERVES {
                underway.finish(classify.ending(result));
                return polled;
            }
            let ended = classify.classify(result);
            if ended.has_more() {
                underway.finish_with(ended.head(), |call| {
                    ended.settle(call);
                });
            } else {
                underway.finish(ended.head());
            }
        }
        Poll::Pending => {
            underway.suspend();
            *state = State::Waiting(flight);
        }
    }
    polled
}
