//! What goes along with one call besides its record, and is told how the call ends.

use std::time::Duration;

use crate::event::Document;
use crate::event::Text;
use crate::model::FieldBuffer;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::redaction::Failure;

/// Goes along with one call: it hears of its beginning, its pauses and its end, however that comes about.
///
/// At each of these the call is the thread's current span, where it is one. A future that is never polled never
/// begins, and its companions are dropped without a word. A companion must not panic: what it runs of the user's code
/// it isolates by itself.
pub(crate) trait Companion: Send + Sync {
    /// The call begins.
    fn begin(&mut self, context: Option<SpanContext>) {
        let _ = context;
    }

    /// The call leaves its thread for a while.
    fn pause(&mut self) {}

    /// The call goes on, perhaps on another thread.
    fn go_on(&mut self) {}

    /// The call has ended. Said once for each beginning.
    fn end(&mut self, end: &mut CallEnd<'_>);
}

/// How a call ended, as its companions are told.
pub(crate) struct CallEnd<'a> {
    pub(crate) outcome: Outcome,
    /// `panic` for a panic.
    pub(crate) error_type: Option<&'static str>,
    pub(crate) duration: Duration,
    /// The fields of the span, to which more may be added.
    pub(crate) fields: &'a mut FieldBuffer,
    /// What the result says beyond that, where somebody looked.
    pub(crate) answer: Option<Box<Answer>>,
}

/// What the result of a command says beyond how it ended.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) reply: Option<Document>,
    pub(crate) rows: Option<u64>,
    pub(crate) status: Option<Text>,
    pub(crate) failure: Option<Failure>,
}
