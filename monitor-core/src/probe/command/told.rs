//! What the result of a command says beyond how it ended.

use std::fmt;

use crate::dispatch::is_heard;
use crate::event::CommandEvent;
use crate::event::Event as _;
use crate::event::Family;
use crate::event::Text;
use crate::probe::Ended;
use crate::probe::command::CommandNumber;
use crate::probe::command::ToDocument;
use crate::redaction::Failure;

/// A result with a reply or an error.
#[diagnostic::on_unimplemented(
    message = "`reply`, `rows`, `status` and `failure` look at a `Result`, and this is `{Self}`",
    label = "no `Result`"
)]
pub trait Replied {
    /// What a command gives that went well.
    type Reply;
    /// What it gives otherwise.
    type Error;

    /// The one or the other.
    ///
    /// # Errors
    ///
    /// The command's own.
    fn replied(&self) -> Result<&Self::Reply, &Self::Error>;
}

impl<T, E> Replied for Result<T, E> {
    type Reply = T;
    type Error = E;

    fn replied(&self) -> Result<&T, &E> {
        self.as_ref()
    }
}

/// The family of events that a command tells.
#[must_use]
pub fn command_family() -> &'static Family {
    CommandEvent::family()
}

impl Ended {
    /// What the server answered, for listeners.
    pub fn reply<R: Replied, D: ToDocument>(&mut self, result: &R, reply: impl FnOnce(&R::Reply) -> D) {
        if let Ok(replied) = result.replied()
            && is_heard::<CommandEvent>()
        {
            let reply = reply(replied).to_document();
            self.answer().reply = Some(reply);
        }
    }

    /// How many rows the server returned.
    pub fn rows<R: Replied, N: CommandNumber>(&mut self, result: &R, rows: impl FnOnce(&R::Reply) -> N) {
        if let Ok(replied) = result.replied() {
            let rows = rows(replied).number().and_then(|rows| u64::try_from(rows).ok());
            self.answer().rows = rows;
        }
    }

    /// The server's code for what went wrong.
    pub fn status<R: Replied, S: fmt::Display>(&mut self, result: &R, status: impl FnOnce(&R::Error) -> S) {
        if let Err(error) = result.replied() {
            let status = status(error).to_string();
            self.answer().status = Some(Text::from(status)).filter(|status| !status.is_empty());
        }
    }

    /// What went wrong, for listeners.
    pub fn failure<R: Replied, F: Into<Failure>>(
        &mut self,
        result: &R,
        failure: impl FnOnce(&R::Error) -> F,
    ) {
        if let Err(error) = result.replied()
            && is_heard::<CommandEvent>()
        {
            let failure = failure(error).into();
            self.answer().failure = Some(failure);
        }
    }
}
