//! What a driver knows of all servers that belong together.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::event::Address;
use crate::event::ServerDescription;
use crate::event::ServerKind;
use crate::event::Text;

/// How servers belong together.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum TopologyKind {
    /// A load balancer stands before servers that nobody sees.
    LoadBalanced,
    /// Several servers that can be written to.
    MultiPrimary,
    /// Routers stand before shards.
    Sharded,
    /// One server.
    Single,
    /// No server has answered yet.
    #[default]
    Unknown,
    /// A primary and its replicas.
    WithPrimary,
    /// Replicas whose primary is gone.
    WithoutPrimary,
}

impl TopologyKind {
    /// The name, such as `WithPrimary`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            TopologyKind::LoadBalanced => "LoadBalanced",
            TopologyKind::MultiPrimary => "MultiPrimary",
            TopologyKind::Sharded => "Sharded",
            TopologyKind::Single => "Single",
            TopologyKind::Unknown => "Unknown",
            TopologyKind::WithPrimary => "WithPrimary",
            TopologyKind::WithoutPrimary => "WithoutPrimary",
        }
    }

    /// The name that MongoDB's drivers have for it, such as `ReplicaSetWithPrimary`.
    #[must_use]
    pub const fn mongodb_name(self) -> &'static str {
        match self {
            TopologyKind::WithPrimary => "ReplicaSetWithPrimary",
            TopologyKind::WithoutPrimary => "ReplicaSetNoPrimary",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for TopologyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which servers somebody is willing to read from.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ReadPreference {
    /// Any one.
    Nearest,
    /// The primary alone.
    #[default]
    Primary,
    /// The primary, or a replica where there is none.
    PrimaryPreferred,
    /// A replica alone.
    Replica,
    /// A replica, or the primary where there is none.
    ReplicaPreferred,
}

/// What a driver knows of all servers that belong together; cheap to clone.
///
/// ```
/// use monitor_core::event::{
///     Address, ReadPreference, ServerDescription, ServerKind, TopologyDescription, TopologyKind,
/// };
///
/// let replica = ServerDescription::new(Address::tcp("db2", 5432), ServerKind::Replica);
/// let topology = TopologyDescription::new(TopologyKind::WithoutPrimary, [replica]);
/// assert!(!topology.has_writable_server());
/// assert!(!topology.has_readable_server(ReadPreference::Primary));
/// assert!(topology.has_readable_server(ReadPreference::Nearest));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopologyDescription(Arc<TopologyFacts>);

/// The fields of a [`TopologyDescription`].
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopologyFacts {
    /// How the servers belong together.
    pub kind: TopologyKind,
    /// The name of the set.
    pub set_name: Option<Text>,
    /// The newest election that any primary told of.
    pub max_election_id: Option<Text>,
    /// The newest configuration that any primary told of.
    pub max_set_version: Option<i64>,
    /// The servers.
    pub servers: Vec<ServerDescription>,
    /// Whether this is known to be out of date.
    pub stale: bool,
    /// Why driver and servers have no protocol in common, where that is so.
    pub compatibility_error: Option<Text>,
    /// How long a session that nobody uses is kept, by whoever keeps it shortest.
    pub logical_session_timeout_minutes: Option<i64>,
}

impl TopologyDescription {
    /// These servers, of which nothing else is known.
    #[must_use]
    pub fn new(kind: TopologyKind, servers: impl IntoIterator<Item = ServerDescription>) -> Self {
        Self(Arc::new(TopologyFacts {
            kind,
            set_name: None,
            max_election_id: None,
            max_set_version: None,
            servers: servers.into_iter().collect(),
            stale: false,
            compatibility_error: None,
            logical_session_timeout_minutes: None,
        }))
    }

    /// No servers: what is known before the first one is asked.
    #[must_use]
    pub fn unknown() -> Self {
        Self::new(TopologyKind::Unknown, [])
    }

    /// Changes any of the fields.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut TopologyFacts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The server at this address.
    #[must_use]
    pub fn server(&self, address: &Address) -> Option<&ServerDescription> {
        self.servers.iter().find(|server| server.address == *address)
    }

    /// Whether driver and servers have a protocol in common.
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        self.compatibility_error.is_none()
    }

    /// Whether there is a server that somebody with this preference can read from.
    #[must_use]
    pub fn has_readable_server(&self, preference: ReadPreference) -> bool {
        match self.kind {
            TopologyKind::Unknown => false,
            TopologyKind::LoadBalanced => true,
            TopologyKind::Single | TopologyKind::Sharded => self.has_available_server(),
            TopologyKind::MultiPrimary | TopologyKind::WithPrimary | TopologyKind::WithoutPrimary => {
                match preference {
                    ReadPreference::Primary => self.has_primary(),
                    ReadPreference::Replica => self.has(ServerKind::Replica),
                    ReadPreference::Nearest
                    | ReadPreference::PrimaryPreferred
                    | ReadPreference::ReplicaPreferred => self.has_primary() || self.has(ServerKind::Replica),
                }
            }
        }
    }

    /// Whether there is a server that can be written to.
    #[must_use]
    pub fn has_writable_server(&self) -> bool {
        match self.kind {
            TopologyKind::Unknown => false,
            TopologyKind::LoadBalanced => true,
            TopologyKind::Single | TopologyKind::Sharded => self.has_available_server(),
            TopologyKind::MultiPrimary | TopologyKind::WithPrimary | TopologyKind::WithoutPrimary => {
                self.has_primary()
            }
        }
    }

    fn has_available_server(&self) -> bool {
        self.servers.iter().any(ServerDescription::is_available)
    }

    /// That there is one, the kind of the topology says already, but for several of them.
    fn has_primary(&self) -> bool {
        match self.kind {
            TopologyKind::WithPrimary => true,
            TopologyKind::MultiPrimary => self.has(ServerKind::Primary),
            _ => false,
        }
    }

    fn has(&self, kind: ServerKind) -> bool {
        self.servers.iter().any(|server| server.kind == kind)
    }
}

impl Deref for TopologyDescription {
    type Target = TopologyFacts;

    fn deref(&self) -> &TopologyFacts {
        &self.0
    }
}

impl fmt::Display for TopologyDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        for (index, server) in self.servers.iter().enumerate() {
            write!(f, "{}{server}", if index == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }
}
