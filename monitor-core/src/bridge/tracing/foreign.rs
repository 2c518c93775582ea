//! A span of another crate, recorded as one of our calls from its creation until it is closed.

use std::thread;

use crate::dispatch::Callsite;
use crate::dispatch::Extra;
use crate::dispatch::Flight;
use crate::dispatch::park;
use crate::dispatch::start_with;
use crate::model::FieldBuffer;
use crate::model::Head;
use crate::model::Outcome;
use crate::model::SpanContext;

/// A span of another crate that somebody records.
pub(crate) struct ForeignSpan {
    flight: &'static Flight,
    fields: FieldBuffer,
    outcome: Outcome,
}

impl ForeignSpan {
    /// Begins a span, as a part of `parent` where that was said, else of what runs on this thread.
    pub(crate) fn begin(
        callsite: &'static Callsite,
        parent: Option<SpanContext>,
        fields: FieldBuffer,
    ) -> Option<Self> {
        if !callsite.may_be_on() {
            return None;
        }
        let extra = parent.map(|parent| {
            let mut extra = Extra::obtain();
            extra.parent = Some(parent);
            extra
        });
        let mut call = start_with(callsite, 0, extra);
        let flight = park(&mut call)?;
        Some(Self { flight, fields, outcome: Outcome::Ok })
    }

    /// Its place in our trace.
    pub(crate) fn context(&self) -> SpanContext {
        self.flight.place().1
    }

    /// What runs on this thread from now on is a part of it.
    pub(crate) fn enter(&self) {
        self.flight.visit();
    }

    /// What runs on this thread from now on is no longer a part of it.
    pub(crate) fn exit(&mut self) {
        self.flight.add_children(self.flight.leave());
    }

    pub(crate) fn fields(&mut self) -> &mut FieldBuffer {
        &mut self.fields
    }

    /// Something within it has failed.
    pub(crate) fn fail(&mut self) {
        self.outcome = Outcome::Error;
    }

    /// Ends it: by a panic, if one is what drops it.
    pub(crate) fn end(self) {
        let outcome = if thread::panicking() { Outcome::Panic } else { self.outcome };
        let ending = Head::ending_of(outcome, 0);
        self.flight.resume().finish_with(ending, |call| {
            if !self.fields.is_empty() && call.is_recorded() {
                call.fields().append(&self.fields);
            }
        });
    }
}
