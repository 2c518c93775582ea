//! Servers: how they come and go, and what they are.

use crate::event::Address;
use crate::event::ServerDescription;
use crate::event::Severity;
use crate::event::Text;
use crate::event::port::Add;
use crate::event::port::Told;
use crate::event::port::family;
use crate::event::port::put;

family! {
    /// A driver has learned something of one server.
    ServerEvent is "server" {
        /// The server does not belong to the topology any more.
        Closed(ServerClosed) is "server.closed",
        /// What is known of the server has changed.
        DescriptionChanged(ServerDescriptionChanged) is "server.description_changed",
        /// The server belongs to the topology.
        Opened(ServerOpened) is "server.opened",
    }
}

/// A server belongs to the topology from now on.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServerOpened {
    /// The server.
    pub address: Address,
    /// The topology, the same for as long as it lives.
    pub topology_id: Text,
}

/// What is known of a server has changed.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServerDescriptionChanged {
    /// The server.
    pub address: Address,
    /// The topology, the same for as long as it lives.
    pub topology_id: Text,
    /// What was known before; of a new server, that it is unknown.
    pub previous_description: ServerDescription,
    /// What is known now.
    pub new_description: ServerDescription,
}

/// A server does not belong to the topology any more.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServerClosed {
    /// The server.
    pub address: Address,
    /// The topology, the same for as long as it lives.
    pub topology_id: Text,
}

impl ServerOpened {
    /// Of this server.
    #[must_use]
    pub fn new(address: Address, topology_id: impl Into<Text>) -> Self {
        Self { address, topology_id: topology_id.into() }
    }
}

impl ServerDescriptionChanged {
    /// From one description to another; the server is the one that the new description is of.
    #[must_use]
    pub fn new(topology_id: impl Into<Text>, previous: ServerDescription, new: ServerDescription) -> Self {
        Self {
            address: new.address.clone(),
            topology_id: topology_id.into(),
            previous_description: previous,
            new_description: new,
        }
    }
}

impl ServerClosed {
    /// Of this server.
    #[must_use]
    pub fn new(address: Address, topology_id: impl Into<Text>) -> Self {
        Self { address, topology_id: topology_id.into() }
    }
}

impl Told for ServerOpened {
    fn fields(&self, add: Add<'_>) {
        self.address.fields(add);
        put(add, "topology_id", &self.topology_id);
    }
}

impl Told for ServerDescriptionChanged {
    fn fields(&self, add: Add<'_>) {
        self.address.fields(add);
        put(add, "topology_id", &self.topology_id);
        put(add, "previous_kind", &self.previous_description.kind.as_str());
        put(add, "new_kind", &self.new_description.kind.as_str());
        put(add, "error", &self.new_description.error);
    }
}

impl Told for ServerClosed {
    fn severity(&self) -> Severity {
        Severity::Warn
    }

    fn fields(&self, add: Add<'_>) {
        self.address.fields(add);
        put(add, "topology_id", &self.topology_id);
    }
}
