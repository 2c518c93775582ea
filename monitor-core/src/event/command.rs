//! Commands: what was asked of a server, and how that ended.

use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::event::Address;
use crate::event::Document;
use crate::event::Text;
use crate::event::port::Add;
use crate::event::port::Told;
use crate::event::port::family;
use crate::event::port::put;

family! {
    /// A command was sent to a server, and answered or not.
    ///
    /// Each `Started` is followed by exactly one `Succeeded` or `Failed` with the same [`CommandInfo`].
    CommandEvent is "command" {
        /// It was not answered, or with an error.
        Failed(CommandFailed) is "command.failed",
        /// It is about to be sent.
        Started(CommandStarted) is "command.started",
        /// It was answered.
        Succeeded(CommandSucceeded) is "command.succeeded",
    }
}

/// What the events of one command have in common; shared between them.
///
/// ```
/// use monitor_core::event::{Address, CommandInfo, CommandName, CommandStarted, CommandSucceeded};
/// use std::time::Duration;
///
/// const INSERT: CommandName = CommandName::literal("insert");
///
/// let info = CommandInfo::new(INSERT, 7, Address::tcp("localhost", 27017)).database("shop").operation(3);
/// let started = CommandStarted::new(&info, r#"{"insert": "orders"}"#);
/// let succeeded = CommandSucceeded::new(&info, Duration::from_micros(362), r#"{"ok": 1}"#);
/// assert_eq!((started.request_id, succeeded.operation_id), (7, 3));
/// assert_eq!(succeeded.duration_micros(), 362);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommandInfo(Arc<CommandFacts>);

/// The fields of a [`CommandInfo`].
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommandFacts {
    /// What the command is called, spelled as it was sent.
    pub command_name: CommandName,
    /// The database that it goes to; empty where there is none.
    pub database_name: Text,
    /// The number of this one request.
    pub request_id: i64,
    /// The same for all requests of one operation, such as its retries; by default the request's number.
    pub operation_id: i64,
    /// The server.
    pub address: Address,
    /// The number of the connection in its pool.
    pub connection_id: Option<u64>,
    /// The number that the server gave the connection.
    pub server_connection_id: Option<i64>,
    /// Which service behind a load balancer answers.
    pub service_id: Option<Text>,
}

impl CommandInfo {
    /// A command to `address`; the number of the operation is that of the request.
    #[must_use]
    pub fn new(name: CommandName, request_id: i64, address: Address) -> Self {
        Self(Arc::new(CommandFacts {
            command_name: name,
            database_name: Text::EMPTY,
            request_id,
            operation_id: request_id,
            address,
            connection_id: None,
            server_connection_id: None,
            service_id: None,
        }))
    }

    /// Says which database it goes to.
    #[must_use]
    pub fn database(self, name: impl Into<Text>) -> Self {
        self.with(|facts| facts.database_name = name.into())
    }

    /// Says which operation it belongs to.
    #[must_use]
    pub fn operation(self, id: i64) -> Self {
        self.with(|facts| facts.operation_id = id)
    }

    /// Says which connection of the pool it goes over.
    #[must_use]
    pub fn connection(self, id: u64) -> Self {
        self.with(|facts| facts.connection_id = Some(id))
    }

    /// Says what the server calls the connection.
    #[must_use]
    pub fn server_connection(self, id: i64) -> Self {
        self.with(|facts| facts.server_connection_id = Some(id))
    }

    /// Says which service behind a load balancer answers.
    #[must_use]
    pub fn service(self, id: impl Into<Text>) -> Self {
        self.with(|facts| facts.service_id = Some(id.into()))
    }

    /// Changes any of the fields.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut CommandFacts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    fn fields(&self, add: Add<'_>) {
        put(add, "db.operation.name", &self.command_name.as_str());
        if !self.database_name.is_empty() {
            put(add, "db.namespace", &self.database_name);
        }
        self.address.fields(add);
        put(add, "request_id", &self.request_id);
        put(add, "operation_id", &self.operation_id);
        put(add, "connection_id", &self.connection_id);
        put(add, "server_connection_id", &self.server_connection_id);
        put(add, "service_id", &self.service_id);
    }
}

impl Deref for CommandInfo {
    type Target = CommandFacts;

    fn deref(&self) -> &CommandFacts {
        &self.0
    }
}

/// What a command is called: never empty.
///
/// ```
/// use monitor_core::event::CommandName;
///
/// const FIND: CommandName = CommandName::literal("find");
/// assert_eq!(CommandName::new(String::from("find"))?, FIND);
/// assert!(CommandName::new("").is_err());
/// # Ok::<(), monitor_core::event::EmptyCommand>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct CommandName(Text);

impl CommandName {
    /// A literal; in a `const`, an empty one does not compile.
    ///
    /// # Panics
    ///
    /// The name is empty.
    #[must_use]
    pub const fn literal(name: &'static str) -> Self {
        assert!(!name.is_empty(), "a command has a name");
        Self(Text::literal(name))
    }

    /// A name that was read.
    ///
    /// # Errors
    ///
    /// The name is empty.
    pub fn new(name: impl Into<Text>) -> Result<Self, EmptyCommand> {
        let name = name.into();
        if name.is_empty() { Err(EmptyCommand { _private: () }) } else { Ok(Self(name)) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for CommandName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CommandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

/// A command without a name is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EmptyCommand {
    _private: (),
}

impl fmt::Display for EmptyCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"\" is no valid command; its first key, or first word, is the name of a command")
    }
}

impl Error for EmptyCommand {}

/// A command is about to be sent.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommandStarted {
    /// What the events of this command have in common.
    pub info: CommandInfo,
    /// What is sent, or `{}` where nobody may see it.
    pub command: Document,
}

/// A command was answered.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommandSucceeded {
    /// What the events of this command have in common.
    pub info: CommandInfo,
    /// How long it took to send the command and to read the answer.
    pub duration: Duration,
    /// The answer, or `{}` where nobody may see it.
    pub reply: Document,
}

/// A command was not answered, or with an error.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommandFailed {
    /// What the events of this command have in common.
    pub info: CommandInfo,
    /// How long it took until that was known.
    pub duration: Duration,
    /// What was wrong: the server's answer or the driver's error, with nothing in it that nobody may see.
    pub failure: Document,
}

impl CommandStarted {
    /// Of this command, with what is sent.
    #[must_use]
    pub fn new(info: &CommandInfo, command: impl Into<Document>) -> Self {
        Self { info: info.clone(), command: command.into() }
    }
}

impl CommandSucceeded {
    /// Of this command, after so long, with the answer.
    #[must_use]
    pub fn new(info: &CommandInfo, duration: Duration, reply: impl Into<Document>) -> Self {
        Self { info: info.clone(), duration, reply: reply.into() }
    }

    /// The duration in whole microseconds.
    #[must_use]
    pub fn duration_micros(&self) -> u64 {
        micros(self.duration)
    }
}

impl CommandFailed {
    /// Of this command, after so long, with what was wrong.
    #[must_use]
    pub fn new(info: &CommandInfo, duration: Duration, failure: impl Into<Document>) -> Self {
        Self { info: info.clone(), duration, failure: failure.into() }
    }

    /// The duration in whole microseconds.
    #[must_use]
    pub fn duration_micros(&self) -> u64 {
        micros(self.duration)
    }
}

fn micros(duration: Duration) -> u64 {
    duration.as_micros().try_into().unwrap_or(u64::MAX)
}

/// The fields in common are read as if they were the event's own.
macro_rules! of_a_command {
    ($($event:ident)*) => {$(
        impl Deref for $event {
            type Target = CommandFacts;

            fn deref(&self) -> &CommandFacts {
                &self.info
            }
        }
    )*};
}

of_a_command!(CommandFailed CommandStarted CommandSucceeded);

impl Told for CommandStarted {
    fn fields(&self, add: Add<'_>) {
        self.info.fields(add);
        put(add, "command", &self.command);
    }
}

impl Told for CommandSucceeded {
    fn fields(&self, add: Add<'_>) {
        self.info.fields(add);
        put(add, "duration", &self.duration);
        put(add, "reply", &self.reply);
    }
}

impl Told for CommandFailed {
    fn fields(&self, add: Add<'_>) {
        self.info.fields(add);
        put(add, "duration", &self.duration);
        put(add, "failure", &self.failure);
    }
}
