//! What is known of a command before it is sent.

use std::fmt;

use crate::dispatch::is_heard;
use crate::event::Address;
use crate::event::CommandEvent;
use crate::event::Document;
use crate::event::Text;
use crate::model::Value;
use crate::probe::command::CommandNumber;
use crate::probe::command::Judgement;
use crate::probe::command::ToAddress;
use crate::probe::command::ToDocument;
use crate::redaction::Dialect;
use crate::redaction::SensitiveCommands;

/// The most of a text that is read.
const LONGEST: usize = 64 * 1024;

/// What is known of a command before it is sent; see [`Command`](crate::Command).
///
/// What is not said is not told. Whether the command is sensitive is decided when everything was said; if it is, or if
/// saying it panicked, nothing leaves but its name, database and server.
#[derive(Default)]
pub struct CommandDraft {
    pub(super) system: Text,
    pub(super) dialect: Dialect,
    pub(super) name: Option<Text>,
    pub(super) database: Option<Text>,
    pub(super) collection: Option<Text>,
    pub(super) target: Option<Text>,
    pub(super) summary: Option<Text>,
    /// The text, of which nobody knows yet what is in it.
    pub(super) text: Option<Box<str>>,
    /// The text that holds no values.
    pub(super) raw_text: Option<Box<str>>,
    pub(super) document: Option<Document>,
    pub(super) request_id: Option<i64>,
    pub(super) operation_id: Option<i64>,
    pub(super) address: Option<Address>,
    pub(super) connection_id: Option<u64>,
    pub(super) server_connection_id: Option<i64>,
    pub(super) service_id: Option<Text>,
    pub(super) batch: Option<u64>,
    pub(super) judgements: Vec<Judgement>,
    /// Everything was said.
    pub(super) complete: bool,
}

/// Shows the name of the system alone: the rest is not redacted yet.
impl fmt::Debug for CommandDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandDraft").field("system", &self.system).finish_non_exhaustive()
    }
}

macro_rules! texts {
    ($($(#[$about:meta])* $name:ident)*) => {$(
        $(#[$about])*
        pub fn $name<V: Value + ?Sized>(&mut self, value: &V) {
            self.$name = text(value);
        }
    )*};
}

impl CommandDraft {
    pub(super) fn new(system: &(impl Value + ?Sized)) -> Self {
        let system = text(system).unwrap_or_default();
        Self { dialect: Dialect::of_system(&system), system, ..Self::default() }
    }

    texts! {
        /// What the command is called: `find`, `SELECT`. Without this it is the first word of the text.
        name
        /// The database that it goes to.
        database
        /// The table or collection that it is about.
        collection
        /// What it is about where that is no collection: a stored procedure, an index.
        target
        /// What it does to what, where the driver knows it better than its text tells.
        summary
        /// Which service behind a load balancer answers.
        service_id
    }

    /// The text of a query, as it is sent. Every literal in it becomes a `?`.
    pub fn text(&mut self, text: &(impl Value + ?Sized)) {
        self.text = bounded(text);
    }

    /// The text of a query in which values stand elsewhere, as in a prepared statement. Told as it is.
    pub fn raw_text(&mut self, text: &(impl Value + ?Sized)) {
        self.raw_text = bounded(text);
    }

    /// The whole command, for listeners. Evaluated only if somebody listens, or if it takes the command to know whether
    /// it is sensitive.
    pub fn document<D: ToDocument>(&mut self, document: impl FnOnce() -> D) {
        let depends = self.name.as_ref().is_none_or(|name| {
            let with = |has_key: bool| SensitiveCommands::new().of_command(name, |_| has_key);
            !self.judgements.is_empty() || with(true) != with(false)
        });
        if depends || is_heard::<CommandEvent>() {
            self.document = Some(document().to_document());
        }
    }

    /// The number of this request; without this, the next of the process.
    pub fn request_id(&mut self, id: impl CommandNumber) {
        self.request_id = id.number();
    }

    /// The number of the operation; without this, that of the [`Operation`](crate::Operation) around, or of the request.
    pub fn operation_id(&mut self, id: impl CommandNumber) {
        self.operation_id = id.number();
    }

    /// The server.
    pub fn server(&mut self, server: &(impl ToAddress + ?Sized)) {
        self.address = server.to_address();
    }

    /// The number of the connection in its pool.
    pub fn connection_id(&mut self, id: impl CommandNumber) {
        self.connection_id = id.number().and_then(|id| u64::try_from(id).ok());
    }

    /// The number that the server gave the connection.
    pub fn server_connection_id(&mut self, id: impl CommandNumber) {
        self.server_connection_id = id.number();
    }

    /// How many operations are sent at once.
    pub fn batch(&mut self, size: impl CommandNumber) {
        self.batch = size.number().and_then(|size| u64::try_from(size).ok());
    }

    /// Whether the command is sensitive: what the driver knows of it, or a list of its own. What is known from the start
    /// to be sensitive stays so.
    pub fn sensitive(&mut self, judgement: impl Into<Judgement>) {
        self.judgements.push(judgement.into());
    }
}

fn text(value: &(impl Value + ?Sized)) -> Option<Text> {
    let text = value.field()?.to_string();
    (!text.is_empty()).then(|| Text::from(text))
}

fn bounded(value: &(impl Value + ?Sized)) -> Option<Box<str>> {
    let text = value.field()?.to_string();
    let end = text.floor_char_boundary(LONGEST);
    Some(text[..end].into())
}
