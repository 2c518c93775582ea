//! A future whose execution is one call.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;

use pin_project_lite::pin_project;

use crate::dispatch::Call;
use crate::dispatch::Callsite;
use crate::dispatch::Extra;
use crate::dispatch::Suspended;
use crate::model::Head;
use crate::model::Outcome;
use crate::probe::Classify;
use crate::probe::Setup;
use crate::probe::guard::end;

pin_project! {
    /// A future whose execution, from the first poll to the result, is one call.
    ///
    /// Dropped before its result it counts as cancelled; never polled it counts as nothing.
    #[must_use = "futures do nothing unless polled"]
    pub struct Monitored<F, C> {
        #[pin]
        inner: Option<F>,
        callsite: &'static Callsite,
        state: State,
        classify: C,
    }

    impl<F, C> PinnedDrop for Monitored<F, C> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let mut inner = this.inner;
            if let State::Waiting(suspended) = mem::replace(this.state, State::Over) {
                // What the body drops now is still a part of the call.
                let resumed = suspended.resume();
                inner.set(None);
                resumed.finish(Head::ending_of(Outcome::Cancelled, 0));
            }
        }
    }
}

/// Where the call stands. Kept small: the call itself lies elsewhere while it waits.
pub(crate) enum State {
    Idle { slot: u16, extra: Option<Box<Extra>> },
    Off,
    Over,
    Waiting(Box<Suspended>),
}

impl State {
    pub(crate) fn new(setup: Setup) -> Self {
        let (slot, extra) = setup.parts();
        State::Idle { slot, extra }
    }
}

impl<F, C> Monitored<F, C> {
    pub(crate) fn new(callsite: &'static Callsite, setup: Setup, inner: F, classify: C) -> Self {
        Self { inner: Some(inner), callsite, state: State::new(setup), classify }
    }
}

impl<F: Future, C: Classify<F::Output> + Copy> Future for Monitored<F, C> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else { already_over() };
        match this.state {
            State::Off => return inner.poll(context),
            State::Idle { .. } if !this.callsite.may_be_on() => {
                *this.state = State::Off;
                return inner.poll(context);
            }
            _ => {}
        }
        poll_on(inner, context, this.callsite, this.state, *this.classify)
    }
}

/// One poll of a call that somebody may want.
#[inline(never)]
fn poll_on<F: Future, C: Classify<F::Output>>(
    inner: Pin<&mut F>,
    context: &mut Context<'_>,
    callsite: &'static Callsite,
    state: &mut State,
    classify: C,
) -> Poll<F::Output> {
    match mem::replace(state, State::Over) {
        State::Idle { slot, extra } => {
            let call = Setup::from_parts(slot, extra).start(callsite);
            let polled = inner.poll(context);
            match &polled {
                Poll::Ready(result) => end(call, classify, result),
                Poll::Pending => *state = pause(call),
            }
            polled
        }
        State::Waiting(suspended) => {
            let mut resumed = suspended.resume();
            let polled = inner.poll(context);
            match &polled {
                Poll::Ready(result) => {
                    let ending = classify.classify(result).settle(resumed.call());
                    resumed.finish(ending);
                }
                Poll::Pending => *state = State::Waiting(resumed.suspend()),
            }
            polled
        }
        // A body that panicked or returned says itself what it thinks of another poll.
        State::Off | State::Over => inner.poll(context),
    }
}

/// Ends the first poll of a call that goes on later.
pub(crate) fn pause(call: Call) -> State {
    Suspended::new(call).map_or(State::Off, State::Waiting)
}

#[cold]
#[track_caller]
fn already_over() -> ! {
    panic!("a monitored future was polled after it was dropped")
}
