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
use crate::model::FieldName;
use crate::model::FieldValue;
use crate::model::Head;
use crate::model::Outcome;
use crate::probe::Setup;
use crate::probe::future::State;
use crate::probe::future::pause;

/// The field that tells how many items a stream gave.
const ITEMS: &str = "stream.items";

pin_project! {
    /// A stream whose life, from the first poll to its end, is one call with the field `stream.items`.
    ///
    /// Dropped before its end it counts as cancelled.
    #[must_use = "streams do nothing unless polled"]
    pub struct MonitoredStream<S> {
        #[pin]
        inner: Option<S>,
        callsite: &'static Callsite,
        state: State,
        items: u64,
    }

    impl<S> PinnedDrop for MonitoredStream<S> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let mut inner = this.inner;
            if let State::Waiting(suspended) = mem::replace(this.state, State::Over) {
                let mut resumed = suspended.resume();
                inner.set(None);
                count(resumed.call(), *this.items);
                resumed.finish(Head::ending_of(Outcome::Cancelled, 0));
            }
        }
    }
}

/// Makes the life of `inner` one call of `callsite`.
pub fn stream<S: Stream>(callsite: &'static Callsite, setup: Setup, inner: S) -> MonitoredStream<S> {
    MonitoredStream { inner: Some(inner), callsite, state: State::new(setup), items: 0 }
}

impl<S: Stream> Stream for MonitoredStream<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else { return Poll::Ready(None) };
        if matches!(this.state, State::Idle { .. }) && !this.callsite.may_be_on() {
            *this.state = State::Off;
        }
        match mem::replace(this.state, State::Over) {
            State::Idle { slot, extra } => {
                let mut call = Setup::from_parts(slot, extra).start(this.callsite);
                let polled = inner.poll_next(context);
                match &polled {
                    Poll::Ready(None) => {
                        count(&mut call, 0);
                        finish(call, Head::ending_of(Outcome::Ok, 0));
                    }
                    ready_or_pending => {
                        *this.items += u64::from(ready_or_pending.is_ready());
                        *this.state = pause(call);
                    }
                }
                polled
            }
            State::Waiting(suspended) => {
                let mut resumed = suspended.resume();
                let polled = inner.poll_next(context);
                match &polled {
                    Poll::Ready(None) => {
                        count(resumed.call(), *this.items);
                        resumed.finish(Head::ending_of(Outcome::Ok, 0));
                    }
                    ready_or_pending => {
                        *this.items += u64::from(ready_or_pending.is_ready());
                        *this.state = State::Waiting(resumed.suspend());
                    }
                }
                polled
            }
            silent => {
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
