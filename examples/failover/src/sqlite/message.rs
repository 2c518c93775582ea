//! What is asked of a server and what it answers, a line each.

use crate::Address;
use crate::Reply;
use crate::Role;
use crate::Statement;
use crate::Status;
use crate::Value;
use crate::sqlite::wire::Fields;
use crate::sqlite::wire::Line;
use crate::sqlite::wire::Malformed;

/// A write in the log of a server.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Which of all writes it is, from 1 on.
    pub(super) position: u64,
    /// Under which writer.
    pub(super) epoch: u64,
    /// What was done.
    pub(super) statement: Statement,
}

/// What is asked of a server.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Request {
    /// A write that the writer ships.
    Apply(Entry),
    /// A statement that writes.
    Execute(Statement),
    /// A server asks to be shipped everything after this position.
    Follow(Address, u64),
    /// The first that a connection says: its token.
    Hello(String),
    /// Some of what was written after this position, to catch up with.
    Log(u64),
    /// Become the writer.
    Promote,
    /// A statement that reads.
    Query(Statement),
    /// What are you?
    Status,
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Response {
    /// So many rows were changed.
    Changed(u64),
    /// The statement is wrong, in the server's words.
    Refused(String),
    /// The token is no good, in the server's words.
    Denied(String),
    /// So many lines follow, each an entry of the log.
    Log(u64),
    /// It is done.
    Ok,
    /// Only the writer does this, and the server is not it.
    ReadOnly,
    /// The rows that were found: how many values each has, and all of them.
    Rows(usize, Vec<Value>),
    /// What the server is.
    Status(Status),
    /// There is a later writer than the one that ships this.
    Superseded,
}

impl Entry {
    /// The request to apply it, which is also how the log has it.
    pub(super) fn line(&self) -> String {
        Line::of("apply").and(self.position).and(self.epoch).and_statement(&self.statement).finish()
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, Malformed> {
        let (position, epoch) = (fields.read("position")?, fields.read("epoch")?);
        Ok(Self { position, epoch, statement: fields.statement()? })
    }
}

impl Request {
    pub(super) fn line(&self) -> String {
        match self {
            Self::Apply(entry) => return entry.line(),
            Self::Execute(statement) => Line::of("execute").and_statement(statement),
            Self::Follow(address, after) => Line::of("follow").and(address).and(after),
            Self::Hello(token) => Line::of("hello").and(token),
            Self::Log(after) => Line::of("log").and(after),
            Self::Promote => Line::of("promote"),
            Self::Query(statement) => Line::of("query").and_statement(statement),
            Self::Status => Line::of("status"),
        }
        .finish()
    }

    pub(super) fn read(line: &str) -> Result<Self, Malformed> {
        let mut fields = Fields::of(line);
        Ok(match fields.text("verb")?.as_str() {
            "apply" => Self::Apply(Entry::read(&mut fields)?),
            "execute" => Self::Execute(fields.statement()?),
            "follow" => Self::Follow(fields.read("address")?, fields.read("position")?),
            "hello" => Self::Hello(fields.text("token")?),
            "log" => Self::Log(fields.read("position")?),
            "promote" => Self::Promote,
            "query" => Self::Query(fields.statement()?),
            "status" => Self::Status,
            _ => return Err(Malformed { wanted: "known verb" }),
        })
    }
}

impl Response {
    pub(super) fn line(&self) -> String {
        match self {
            Self::Changed(rows) => Line::of("changed").and(rows),
            Self::Denied(reason) => Line::of("denied").and(reason),
            Self::Log(entries) => Line::of("log").and(entries),
            Self::Ok => Line::of("ok"),
            Self::ReadOnly => Line::of("read-only"),
            Self::Refused(reason) => Line::of("refused").and(reason),
            Self::Rows(width, values) => {
                values.iter().fold(Line::of("rows").and(width), |line, value| line.and_value(value))
            }
            Self::Status(Status { role, epoch, position }) => {
                let role = if *role == Role::Writer { "writer" } else { "reader" };
                Line::of("status").and(role).and(epoch).and(position)
            }
            Self::Superseded => Line::of("superseded"),
        }
        .finish()
    }

    pub(super) fn read(line: &str) -> Result<Self, Malformed> {
        let mut fields = Fields::of(line);
        Ok(match fields.text("verb")?.as_str() {
            "changed" => Self::Changed(fields.read("number")?),
            "denied" => Self::Denied(fields.text("reason")?),
            "log" => Self::Log(fields.read("number")?),
            "ok" => Self::Ok,
            "read-only" => Self::ReadOnly,
            "refused" => Self::Refused(fields.text("reason")?),
            "rows" => Self::Rows(fields.read("number")?, fields.values()?),
            "status" => {
                let role = if fields.text("role")? == "writer" { Role::Writer } else { Role::Reader };
                let (epoch, position) = (fields.read("epoch")?, fields.read("position")?);
                Self::Status(Status { role, epoch, position })
            }
            "superseded" => Self::Superseded,
            _ => return Err(Malformed { wanted: "known verb" }),
        })
    }

    /// What the rows or the number of them mean to who asked.
    pub(super) fn reply(self) -> Option<Reply> {
        match self {
            Self::Changed(changed) => Some(Reply { changed, rows: Vec::new() }),
            Self::Rows(width, values) => {
                let rows = values.chunks(width.max(1)).map(<[Value]>::to_vec).collect();
                Some(Reply { changed: 0, rows })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_read_as_it_was_written() {
        let statement = Statement::new("SELECT $1", &["a\tb".into()]);
        let entry = Entry { position: 7, epoch: 2, statement: statement.clone() };
        let requests = [
            Request::Apply(entry),
            Request::Execute(statement.clone()),
            Request::Follow(Address::new("::1", 80), 12),
            Request::Hello("let me in".into()),
            Request::Log(12),
            Request::Promote,
            Request::Query(statement),
            Request::Status,
        ];
        for request in requests {
            assert_eq!(Request::read(&request.line()).unwrap(), request);
        }
        let status = Status { role: Role::Reader, epoch: 3, position: 9 };
        let responses = [
            Response::Changed(3),
            Response::Denied("no\nnever".into()),
            Response::Log(4),
            Response::Ok,
            Response::ReadOnly,
            Response::Refused("near \"SELCT\": syntax error".into()),
            Response::Rows(2, vec![1.into(), Value::Null, 2.into(), "x".into()]),
            Response::Rows(2, vec![]),
            Response::Status(status),
            Response::Superseded,
        ];
        for response in responses {
            assert_eq!(Response::read(&response.line()).unwrap(), response);
        }
    }
}
