//! What goes down the chain: a call, or the wish for a connection.

use std::sync::Arc;

use crate::Address;
use crate::Token;
use crate::Value;

/// What a plugin can subscribe to.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// A connection is opened.
    Connect,
    /// A statement that writes.
    Execute,
    /// A statement that reads, and so may be run again.
    Query,
}

/// One statement with its parameters; cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text, its parameters written `$1`, `$2` and so on.
    pub sql: Arc<str>,
    /// The values of the parameters.
    pub params: Arc<[Value]>,
}

/// One statement on its way to a host.
#[derive(Clone, Debug)]
pub struct Call {
    /// [`Method::Execute`] or [`Method::Query`].
    pub method: Method,
    /// The host that shall run it.
    pub host: Address,
    /// What shall be run.
    pub statement: Statement,
}

/// The wish for a connection.
#[derive(Clone, Debug)]
pub struct Target {
    /// To whom.
    pub host: Host,
    /// What to log in with, once a plugin knows.
    pub token: Option<Token>,
}

/// A host, by address or by a name that stands for one.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Host {
    /// This one and no other.
    At(Address),
    /// Whoever the name points at.
    Named(Arc<str>),
}

impl Method {
    /// All there are.
    pub const ALL: &'static [Self] = &[Self::Connect, Self::Execute, Self::Query];
}

impl Statement {
    /// A statement with the values of its parameters.
    pub fn new(sql: &str, params: &[Value]) -> Self {
        Self { sql: sql.into(), params: params.into() }
    }
}

impl Call {
    /// The same call to another host.
    pub fn at(&self, host: &Address) -> Self {
        Self { host: host.clone(), ..self.clone() }
    }
}

impl Target {
    /// A connection to this host.
    pub fn at(address: &Address) -> Self {
        Self { host: Host::At(address.clone()), token: None }
    }

    /// A connection to whoever the name points at.
    pub fn named(name: &str) -> Self {
        Self { host: Host::Named(name.into()), token: None }
    }

    /// The same with something to log in with.
    pub fn with(&self, token: Token) -> Self {
        Self { token: Some(token), ..self.clone() }
    }
}
