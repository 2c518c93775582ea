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
        #[pin]
        inner: Option<F>,
        callsite: &'static Callsite,
        state: State,
        setup: P,
        classify: C,
    }

    impl<F, C, P> PinnedDrop for Monitored<F, C, P> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let State::Waiting(flight) = *this.state {
                cancelled(this.inner, flight);
            }
        }
    }
}

/// Where the call stands. Kept small: the call itself lies elsewhere while it waits.
#[derive(Clone, Copy)]
pub(crate) enum State {
    Idle,
    Off,
    Over,
    Waiting(&'static Flight),
}

impl<F, C, P> Monitored<F, C, P> {
    #[inline(always)]
    pub(crate) fn new(callsite: &'static Callsite, setup: P, inner: F, classify: C) -> Self {
        Self { inner: Some(inner), callsite, state: State::Idle, setup, classify }
    }
}

/// What the body drops now is still a part of the call.
#[cold]
#[inline(never)]
pub(crate) fn cancelled<F>(mut inner: Pin<&mut Option<F>>, flight: &'static Flight) {
    let mut underway = flight.resume();
    inner.set(None);
    underway.finish(Head::ending_of(Outcome::Cancelled, 0));
}

impl<F: Future, C: Classify<F::Output> + Copy, P: Prepared> Future for Monitored<F, C, P> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else { already_over() };
        match *this.state {
            State::Off | State::Over => inner.poll(context),
            State::Idle if !this.callsite.may_be_on() => {
                *this.state = State::Off;
                inner.poll(context)
            }
            State::Idle => {
                let setup = mem::take(this.setup);
                poll_first(inner, context, this.callsite, this.state, setup, *this.classify)
            }
            State::Waiting(flight) => poll_again(inner, context, flight, this.state, *this.classify),
        }
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
    let mut underway = flight.resume();
    let polled = inner.poll(context);
    match &polled {
        Poll::Ready(result) => {
            if !C::OBSERVES {
                underway.finish(classify.ending(result));
                return polled;
            }
            let ended = classify.classify(result);
            if ended.has_fields() {
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

#[cold]
#[track_caller]
fn already_over() -> ! {
    panic!("a monitored future was polled after it was dropped")
}
