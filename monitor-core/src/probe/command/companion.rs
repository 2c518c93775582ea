//! What goes along with the call of a command, and tells listeners and metrics of it.

use crate::dispatch::Answer;
use crate::dispatch::CallEnd;
use crate::dispatch::Companion;
use crate::dispatch::emit;
use crate::dispatch::is_heard;
use crate::dispatch::reach_end;
use crate::event::CommandEvent;
use crate::event::CommandFailed;
use crate::event::CommandInfo;
use crate::event::CommandStarted;
use crate::event::CommandSucceeded;
use crate::event::Document;
use crate::event::Text;
use crate::model::FieldName;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::Value as _;
use crate::probe::command::CommandDraft;
use crate::probe::command::metrics;
use crate::probe::command::settled::Settled;
use crate::probe::evaluate::evaluate;
use crate::probe::setup::Preparation;

impl Preparation {
    /// The call is a command to this system. Said last, when the call has all its fields: of a sensitive command they
    /// are taken away again.
    pub fn command<V: crate::model::Value + ?Sized>(
        &mut self,
        system: &V,
        describe: impl FnOnce(&mut CommandDraft),
    ) {
        let mut draft = CommandDraft::new(system);
        evaluate(|| {
            describe(&mut draft);
            draft.complete = true;
        });
        let settled = draft.settle(self.called(), self.extra());
        if settled.redaction.is_redacted() {
            self.without_labels();
        }
        self.extra().companions.push(Box::new(Along { settled, info: None }));
    }
}

/// Goes along with the call of a command.
struct Along {
    settled: Settled,
    /// What the events have in common, where the first one was told.
    info: Option<CommandInfo>,
}

impl Companion for Along {
    fn begin(&mut self, _: Option<SpanContext>) {
        // What a chain of plugins leads to.
        reach_end();
        if is_heard::<CommandEvent>() {
            let info = self.info.insert(self.settled.info());
            let document = self.settled.document();
            emit(|| CommandStarted::new(info, document));
        }
    }

    fn end(&mut self, end: &mut CallEnd<'_>) {
        let answer = end.answer.take().map(|answer| *answer).unwrap_or_default();
        let mut put = |name: &str, value: Option<crate::model::FieldValue<'_>>| {
            if let Some(value) = value {
                end.fields.push(FieldName::Free(name), &value);
            }
        };
        put("db.response.status_code", answer.status.field());
        put("db.response.returned_rows", answer.rows.field());
        let error_type = match end.outcome {
            Outcome::Cancelled => Some("cancelled"),
            Outcome::Ok => None,
            _ => Some(end.error_type.unwrap_or("_OTHER")),
        };
        metrics::record(&self.settled, error_type, end.duration, answer.rows);
        let Some(info) = &self.info else { return };
        match error_type {
            None => {
                let reply = self.settled.visible(answer.reply);
                emit(|| CommandSucceeded::new(info, end.duration, reply));
            }
            Some(error_type) => {
                let failure = self.failure(answer, error_type);
                emit(|| CommandFailed::new(info, end.duration, failure));
            }
        }
    }
}

impl Along {
    /// What was wrong: what the driver says of it, else the kind of error.
    fn failure(&self, answer: Answer, error_type: &'static str) -> Document {
        match answer.failure {
            Some(failure) => Document::from(failure.text(self.settled.redaction)),
            None => Document::from(Text::literal(error_type)),
        }
    }
}
