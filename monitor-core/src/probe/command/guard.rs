//! A command by hand.

use std::fmt;
use std::thread;

use crate::dispatch::Answer;
use crate::dispatch::Callsite;
use crate::dispatch::Flight;
use crate::dispatch::error_type_id;
use crate::dispatch::is_heard;
use crate::dispatch::park;
use crate::event::CommandEvent;
use crate::event::Event as _;
use crate::event::Text;
use crate::model::Details;
use crate::model::Head;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::SpanKind;
use crate::model::Value;
use crate::model::sync::meeting;
use crate::probe::command::CommandDraft;
use crate::probe::command::CommandNumber;
use crate::probe::command::ToDocument;
use crate::probe::setup::Prepared as _;
use crate::redaction::Failure;

static DETAILS: Details =
    Details { kind: SpanKind::Client, family: Some(CommandEvent::family), ..Details::DEFAULT };

meeting! {
    static SITE: Callsite = Callsite::new(Metadata {
        name: "command",
        module: module_path!(),
        file: file!(),
        line: line!(),
        description: "A command to a database.",
        details: Some(&DETAILS),
        ..Metadata::DEFAULT
    });
}

/// A command by hand, where a driver has no function for it that could be annotated: a span, metrics and events.
///
/// It ends when [`succeed`](Self::succeed) or [`fail`](Self::fail) is called. Dropped before that it counts as
/// cancelled, or as a panic where one drops it. It may go from thread to thread, and is never the current span.
///
/// Where nobody listens, all of it is one load and a branch, and what describes it is not evaluated.
///
/// ```
/// use monitor_core::{Command, Monitor};
///
/// let monitor = Monitor::builder().build();
/// monitor.scope(|| {
///     let mut command = Command::start("postgresql", |command| {
///         command.database("shop");
///         command.text("SELECT name FROM users WHERE mail = 'ada@example.org'");
///         command.server("db1:5432");
///     });
///     command.rows(1);
///     command.succeed(|| "1 row");
/// });
/// let durations = monitor.snapshot().metric("db.client.operation.duration").unwrap().points.clone();
/// assert_eq!(durations[0].labels[2], ("db.operation.name", "SELECT".into()));
/// ```
#[must_use = "a command that is dropped counts as cancelled"]
pub struct Command {
    flight: Option<&'static Flight>,
    answer: Answer,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command").field("recorded", &self.flight.is_some()).finish_non_exhaustive()
    }
}

impl Command {
    /// A command to this system (`postgresql`, `mongodb`, by OpenTelemetry's name) is about to be sent.
    #[inline]
    pub fn start<V: Value + ?Sized>(system: &V, describe: impl FnOnce(&mut CommandDraft)) -> Self {
        let flight = if SITE.may_be_on() { start(system, describe) } else { None };
        Self { flight, answer: Answer::default() }
    }

    /// How many rows the server returned.
    pub fn rows(&mut self, rows: impl CommandNumber) {
        self.answer.rows = rows.number().and_then(|rows| u64::try_from(rows).ok());
    }

    /// The server's code for what went wrong.
    pub fn status(&mut self, status: impl fmt::Display) {
        if self.flight.is_some() {
            self.answer.status = Some(Text::from(status.to_string()));
        }
    }

    /// The place of the command's span in its trace; none where nobody records it.
    #[must_use]
    pub fn context(&self) -> Option<SpanContext> {
        self.flight.map(|flight| flight.place().1).filter(|context| context.is_valid())
    }

    /// The server answered. The answer is evaluated only if somebody listens.
    pub fn succeed<D: ToDocument>(mut self, reply: impl FnOnce() -> D) {
        if self.flight.is_some() && is_heard::<CommandEvent>() {
            self.answer.reply = Some(reply().to_document());
        }
        self.end(Head::ending_of(Outcome::Ok, 0));
    }

    /// The server did not answer, or with an error of this kind: a word from a small fixed set.
    pub fn fail(mut self, error_type: &'static str, failure: impl Into<Failure>) {
        if self.flight.is_some() {
            self.answer.failure = Some(failure.into());
        }
        self.end(Head::ending_of(Outcome::Error, error_type_id(error_type)));
    }

    fn end(&mut self, ending: Head) {
        if let Some(flight) = self.flight.take() {
            let answer = std::mem::take(&mut self.answer);
            flight.resume().finish_with(ending, |call| call.extra().answer = Some(Box::new(answer)));
        }
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        let outcome = if thread::panicking() { Outcome::Panic } else { Outcome::Cancelled };
        self.end(Head::ending_of(outcome, 0));
    }
}

#[cold]
#[inline(never)]
fn start<V: Value + ?Sized>(system: &V, describe: impl FnOnce(&mut CommandDraft)) -> Option<&'static Flight> {
    let setup = SITE.prepare(|preparation| preparation.command(system, describe));
    park(&mut setup.start(&SITE))
}
