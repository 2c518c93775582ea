//! A command of which is decided what may be told.

use std::fmt::Write as _;

use crate::dispatch::Extra;
use crate::event::Address;
use crate::event::CommandInfo;
use crate::event::CommandName;
use crate::event::Document;
use crate::event::Text;
use crate::model::FieldBuffer;
use crate::model::FieldName;
use crate::model::FieldValue;
use crate::model::Value;
use crate::probe::command::CommandDraft;
use crate::probe::command::Operation;
use crate::probe::command::operation::next_request;
use crate::probe::command::value::Judge;
use crate::redaction::Redaction;
use crate::redaction::SensitiveCommands;
use crate::redaction::parameterise;
use crate::redaction::query_summary;
use crate::redaction::truncate;

/// The longest text of a query that a span keeps.
const LONGEST: usize = 4_000;

/// A command of which is decided what may be told: nothing in here is secret.
pub(super) struct Settled {
    pub(super) redaction: Redaction,
    pub(super) system: Text,
    name: Text,
    database: Text,
    /// Absent where the command is sensitive.
    collection: Text,
    document: Option<Document>,
    request_id: i64,
    operation_id: i64,
    address: Option<Address>,
    connection_id: Option<u64>,
    server_connection_id: Option<i64>,
    service_id: Option<Text>,
}

impl CommandDraft {
    /// Decides what may be told, and gives the call its fields and its name.
    pub(super) fn settle(mut self, called: &'static str, extra: &mut Extra) -> Settled {
        let redaction = if self.complete { self.judged() } else { Redaction::Redacted };
        let raw = self.raw_text.take();
        let (mut text, mut summary) = (None, self.summary.take());
        let mut first = None;
        if let Some(given) = self.text.as_deref().or(raw.as_deref()) {
            let parameterised = parameterise(given, self.dialect);
            first = parameterised.split(|letter: char| !letter.is_alphanumeric()).next().map(Text::copied);
            summary = summary.or_else(|| Some(query_summary(given, self.dialect).into()));
            text = Some(raw.as_deref().map_or_else(|| parameterised.clone(), str::to_owned));
        }
        let summary = summary.filter(|summary| !summary.is_empty());
        if redaction.is_redacted() {
            extra.fields.seal();
            // Links are places in other traces; what the user's labels say, nobody knows.
            extra.labels.clear();
        } else {
            self.tell(summary.as_ref(), text.as_deref(), &mut extra.fields);
            let name = self.display_name(summary.as_ref());
            extra.display_name = (!name.is_empty()).then(|| name.into());
        }
        let request_id = self.request_id.unwrap_or_else(next_request);
        let around = || Operation::current().map(Operation::id);
        let name = self.name.or(first.filter(|first| !first.is_empty()));
        Settled {
            redaction,
            system: self.system,
            name: name.unwrap_or(Text::literal(called)),
            database: self.database.unwrap_or_default(),
            collection: redaction.tell(self.collection).flatten().unwrap_or_default(),
            document: redaction.tell(self.document.or_else(|| text.map(Document::from))).flatten(),
            request_id,
            operation_id: self.operation_id.or_else(around).unwrap_or(request_id),
            address: self.address,
            connection_id: self.connection_id,
            server_connection_id: self.server_connection_id,
            service_id: self.service_id,
        }
    }

    fn judged(&self) -> Redaction {
        let known = self.judged_by(&SensitiveCommands::new());
        self.judgements.iter().fold(known, |known, judgement| {
            known.and(match &judgement.0 {
                Judge::Decided(redaction) => *redaction,
                Judge::List(list) => self.judged_by(list),
                Judge::Shared(list) => self.judged_by(list),
            })
        })
    }

    fn judged_by(&self, list: &SensitiveCommands) -> Redaction {
        let document = self.document.as_ref().map(Document::as_str);
        let said = [self.text.as_deref(), self.raw_text.as_deref(), document];
        // Where nothing is known of a command, it may have any key.
        let has_key = |key: &str| {
            said.iter().all(Option::is_none) || said.iter().flatten().any(|text| text.contains(key))
        };
        let name = self.name.as_deref().unwrap_or_default();
        let texts = said.iter().flatten().copied().chain([name]);
        texts.fold(list.of_command(name, has_key), |known, text| known.and(list.of_text(text, self.dialect)))
    }

    /// The attributes of OpenTelemetry's conventions.
    fn tell(&self, summary: Option<&Text>, text: Option<&str>, fields: &mut FieldBuffer) {
        let mut put = |name: &str, value: Option<FieldValue<'_>>| {
            if let Some(value) = value {
                fields.push(FieldName::Free(name), &value);
            }
        };
        put("db.system.name", self.system.field());
        put("db.namespace", self.database.field());
        put("db.collection.name", self.collection.field());
        put("db.operation.name", self.name.field());
        // One operation is no batch.
        put("db.operation.batch.size", self.batch.filter(|size| *size != 1).field());
        put("db.query.summary", summary.and_then(Value::field));
        put("db.query.text", text.map(|text| truncate(text, LONGEST)).field());
        put("server.address", self.address.as_ref().and_then(|address| address.host().field()));
        put("server.port", self.address.as_ref().and_then(Address::port).field());
    }

    /// The name of the span, as OpenTelemetry's conventions have it.
    fn display_name(&self, summary: Option<&Text>) -> String {
        if let Some(summary) = summary {
            return truncate(summary, 255).into_owned();
        }
        let place = self.address.as_ref().map(|address| Text::from(address.to_string()));
        let target = [&self.collection, &self.target, &self.database, &place].into_iter().flatten().next();
        let mut name = self.name.as_deref().unwrap_or_default().to_owned();
        if let Some(target) = target {
            let space = if name.is_empty() { "" } else { " " };
            // Writing to a string cannot fail.
            let _ = write!(name, "{space}{target}");
        }
        if name.is_empty() { self.system.as_str().to_owned() } else { name }
    }
}

impl Settled {
    /// What the events of the command have in common.
    pub(super) fn info(&self) -> CommandInfo {
        let name = CommandName::new(self.name.clone()).unwrap_or(const { CommandName::literal("unknown") });
        let address = self.address.clone().unwrap_or(Address::of_host(Text::EMPTY));
        CommandInfo::new(name, self.request_id, address).with(|facts| {
            facts.database_name = self.database.clone();
            facts.operation_id = self.operation_id;
            facts.connection_id = self.connection_id;
            facts.server_connection_id = self.server_connection_id;
            facts.service_id = self.service_id.clone();
        })
    }

    /// What is sent, as far as it may be told.
    pub(super) fn document(&mut self) -> Document {
        let document = self.document.take();
        self.visible(document)
    }

    /// A document, as far as it may be told.
    pub(super) fn visible(&self, document: Option<Document>) -> Document {
        match self.redaction {
            Redaction::Redacted => Document::redacted(),
            Redaction::Shown => document.unwrap_or_else(|| Document::from("{}")),
        }
    }

    /// The values of the metrics' labels, in the order of their names.
    pub(super) fn labels<'a>(&'a self, error_type: &'a str) -> [&'a str; 6] {
        let host = self.address.as_ref().map_or("", Address::host);
        [&self.system, &self.database, &self.name, &self.collection, error_type, host]
    }
}
