//! A stream whose life, from the first poll to its end, is one call.

use std::mem;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::dispatch::Call;
use crate::dispatch::Callsite;
use crate::dispatch::finish;
use crate::dispatch::park;
use crate::model::FieldName;
use crate::model::FieldValue;
use crate::model::Head;
use crate::model::Outcome;
use crate::probe::future::State;
use crate::probe::setup::Prepared;

/// The field that tells how many items a stream gave.
const ITEMS: &str = "stream.items";

pin_project! {
    /// A stream whose life, from the first poll to its end, is one call with the field `stream.items`.
    ///
    /// Dropped before its end it counts as cancelled.
    #[must_use = "streams do nothing unless polled"]
    pub struct MonitoredStream<S, P> {
        #[pin]
        inner: Option<S>,
        callsite: &'static Callsite,
        state: State,
        setup: P,
        items: u64,
    }

    impl<S, P> PinnedDrop for MonitoredStream<S, P> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let State::Waiting(flight) = *this.state {
                let mut inner = this.inner;
                let underway = flight.resume();
                inner.set(None);
                underway.finish_with(Head::ending_of(Outcome::Cancelled, 0), |call| count(call, *this.items));
            }
        }
    }
}

/// Makes the life of `inner` one call of `callsite`.
pub(crate) fn stream<S: Stream, P: Prepared>(
    callsite: &'static Callsite,
    setup: P,
    inner: S,
) -> MonitoredStream<S, P> {
    MonitoredStream { inner: Some(inner), callsite, state: State::Idle, setup, items: 0 }
}

impl<S: Stream, P: Prepared> Stream for MonitoredStream<S, P> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else { return Poll::Ready(None) };
        if matches!(this.state, State::Idle) && !this.callsite.may_be_on() {
            *this.state = State::Off;
        }
        match mem::replace(this.state, State::Over) {
            State::Idle => {
                let mut call = mem::take(this.setup).start(this.callsite);
                let polled = inner.poll_next(context);
                if let Poll::Ready(None) = &polled {
                    count(&mut call, *this.items);
                    finish(&mut call, Head::ending_of(Outcome::Ok, 0));
                } else {
                    *this.items += u64::from(polled.is_ready());
                    *this.state = park(&mut call).map_or(State::Off, State::Waiting);
                }
                polled
            }
            State::Waiting(flight) => {
                let underway = flight.resume();
                let polled = inner.poll_next(context);
                if let Poll::Ready(None) = &polled {
                    underway.finish_with(Head::ending_of(Outcome::Ok, 0), |call| count(call, *this.items));
                } else {
                    *this.items += u64::from(polled.is_ready());
                    underway.suspend();
                    *this.state = State::Waiting(flight);
                }
                polled
            }
            silent @ (State::Off | State::Over | State::Cancelled(_)) => {
                *this.state = silent;
                inner.poll_next(context)
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

fn count(call: &mut Call, items: u64) {
    if call.is_recorded() {
        call.fields().push(FieldName::Free(ITEMS), &FieldValue::Unsigned(items));
    }
}
