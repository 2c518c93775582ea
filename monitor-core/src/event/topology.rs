//! Topologies: how servers belong together, and how that changes.

use crate::event::ReadPreference;
use crate::event::Severity;
use crate::event::Text;
use crate::event::TopologyDescription;
use crate::event::port::Add;
use crate::event::port::Told;
use crate::event::port::family;
use crate::event::port::put;

family! {
    /// A driver has learned something of the servers as a whole.
    ///
    /// `Opened` is the first event of a topology and its servers, `Closed` the last.
    TopologyEvent is "topology" {
        /// The driver does not look after the servers any more.
        Closed(TopologyClosed) is "topology.closed",
        /// What is known of the servers has changed.
        DescriptionChanged(TopologyDescriptionChanged) is "topology.description_changed",
        /// The driver begins to look after the servers.
        Opened(TopologyOpened) is "topology.opened",
    }
}

/// A driver begins to look after servers.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopologyOpened {
    /// The topology, the same for as long as it lives.
    pub topology_id: Text,
}

/// What is known of the servers has changed.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopologyDescriptionChanged {
    /// The topology, the same for as long as it lives.
    pub topology_id: Text,
    /// What was known before; at first, that nothing is known.
    pub previous_description: TopologyDescription,
    /// What is known now.
    pub new_description: TopologyDescription,
}

/// A driver does not look after its servers any more.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopologyClosed {
    /// The topology, the same for as long as it lived.
    pub topology_id: Text,
}

impl TopologyOpened {
    /// Of this topology.
    #[must_use]
    pub fn new(topology_id: impl Into<Text>) -> Self {
        Self { topology_id: topology_id.into() }
    }
}

impl TopologyDescriptionChanged {
    /// From one description to another.
    #[must_use]
    pub fn new(
        topology_id: impl Into<Text>,
        previous: TopologyDescription,
        new: TopologyDescription,
    ) -> Self {
        Self { topology_id: topology_id.into(), previous_description: previous, new_description: new }
    }
}

impl TopologyClosed {
    /// Of this topology.
    #[must_use]
    pub fn new(topology_id: impl Into<Text>) -> Self {
        Self { topology_id: topology_id.into() }
    }
}

impl Told for TopologyOpened {
    fn fields(&self, add: Add<'_>) {
        put(add, "topology_id", &self.topology_id);
    }
}

impl Told for TopologyDescriptionChanged {
    /// Something is wrong where nothing can be written or read any more.
    fn severity(&self) -> Severity {
        let new = &self.new_description;
        if new.has_writable_server() && new.has_readable_server(ReadPreference::default()) {
            Severity::Info
        } else {
            Severity::Warn
        }
    }

    fn fields(&self, add: Add<'_>) {
        put(add, "topology_id", &self.topology_id);
        put(add, "previous_kind", &self.previous_description.kind.as_str());
        put(add, "new_kind", &self.new_description.kind.as_str());
        put(add, "previous_description", &self.previous_description.to_string());
        put(add, "new_description", &self.new_description.to_string());
    }
}

impl Told for TopologyClosed {
    fn fields(&self, add: Add<'_>) {
        put(add, "topology_id", &self.topology_id);
    }
}
