//! Heartbeats: how a driver finds out whether a server is there.

use std::time::Duration;

use crate::event::Address;
use crate::event::Document;
use crate::event::Severity;
use crate::event::port::Add;
use crate::event::port::Told;
use crate::event::port::family;
use crate::event::port::put;

family! {
    /// A server was asked whether it is there.
    ///
    /// Each `Started` is followed by exactly one `Succeeded` or `Failed`.
    HeartbeatEvent is "heartbeat" {
        /// The server did not answer, or with an error.
        Failed(HeartbeatFailed) is "heartbeat.failed",
        /// The server is about to be asked.
        Started(HeartbeatStarted) is "heartbeat.started",
        /// The server answered.
        Succeeded(HeartbeatSucceeded) is "heartbeat.succeeded",
    }
}

/// What the events of one heartbeat have in common.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeartbeatInfo {
    /// The server.
    pub address: Address,
    /// How the answer comes.
    pub mode: HeartbeatMode,
    /// The driver's number for the connection.
    pub connection_id: Option<u64>,
    /// The server's number for the connection.
    pub server_connection_id: Option<i64>,
}

/// How the answer to a heartbeat comes.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum HeartbeatMode {
    /// The server answers when something changes, so the duration says nothing of the way there and back.
    Awaited,
    /// The server answers at once.
    #[default]
    Polled,
}

impl HeartbeatInfo {
    /// A heartbeat that the server answers at once.
    #[must_use]
    pub fn new(address: Address) -> Self {
        Self { address, mode: HeartbeatMode::Polled, connection_id: None, server_connection_id: None }
    }

    /// Says that the server answers when something changes.
    #[must_use]
    pub fn awaited(mut self) -> Self {
        self.mode = HeartbeatMode::Awaited;
        self
    }

    /// Says what the driver calls the connection.
    #[must_use]
    pub fn connection(mut self, id: u64) -> Self {
        self.connection_id = Some(id);
        self
    }

    /// Says what the server calls the connection.
    #[must_use]
    pub fn server_connection(mut self, id: i64) -> Self {
        self.server_connection_id = Some(id);
        self
    }

    /// Whether the server answers only when something changes.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.mode == HeartbeatMode::Awaited
    }

    fn fields(&self, add: Add<'_>) {
        self.address.fields(add);
        put(add, "awaited", &self.is_awaited());
        put(add, "connection_id", &self.connection_id);
        put(add, "server_connection_id", &self.server_connection_id);
    }
}

/// A server is about to be asked whether it is there.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeartbeatStarted {
    /// What the events of this heartbeat have in common.
    pub info: HeartbeatInfo,
}

/// A server answered a heartbeat.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeartbeatSucceeded {
    /// What the events of this heartbeat have in common.
    pub info: HeartbeatInfo,
    /// How long that took.
    pub duration: Duration,
    /// The answer.
    pub reply: Document,
}

/// A server did not answer a heartbeat, or with an error.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeartbeatFailed {
    /// What the events of this heartbeat have in common.
    pub info: HeartbeatInfo,
    /// How long it took until that was known.
    pub duration: Duration,
    /// What was wrong.
    pub failure: Document,
}

impl HeartbeatStarted {
    /// Of this heartbeat.
    #[must_use]
    pub fn new(info: &HeartbeatInfo) -> Self {
        Self { info: info.clone() }
    }
}

impl HeartbeatSucceeded {
    /// Of this heartbeat, after so long, with the answer.
    #[must_use]
    pub fn new(info: &HeartbeatInfo, duration: Duration, reply: impl Into<Document>) -> Self {
        Self { info: info.clone(), duration, reply: reply.into() }
    }
}

impl HeartbeatFailed {
    /// Of this heartbeat, after so long, with what was wrong.
    #[must_use]
    pub fn new(info: &HeartbeatInfo, duration: Duration, failure: impl Into<Document>) -> Self {
        Self { info: info.clone(), duration, failure: failure.into() }
    }
}

/// The fields in common are read as if they were the event's own.
macro_rules! of_a_heartbeat {
    ($($event:ident)*) => {$(
        impl std::ops::Deref for $event {
            type Target = HeartbeatInfo;

            fn deref(&self) -> &HeartbeatInfo {
                &self.info
            }
        }
    )*};
}

of_a_heartbeat!(HeartbeatFailed HeartbeatStarted HeartbeatSucceeded);

impl Told for HeartbeatStarted {
    fn fields(&self, add: Add<'_>) {
        self.info.fields(add);
    }
}

impl Told for HeartbeatSucceeded {
    fn fields(&self, add: Add<'_>) {
        self.info.fields(add);
        put(add, "duration", &self.duration);
        put(add, "reply", &self.reply);
    }
}

impl Told for HeartbeatFailed {
    fn severity(&self) -> Severity {
        Severity::Warn
    }

    fn fields(&self, add: Add<'_>) {
        self.info.fields(add);
        put(add, "duration", &self.duration);
        put(add, "failure", &self.failure);
    }
}
