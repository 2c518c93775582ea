//! What a driver knows of one server.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use crate::event::Address;
use crate::event::Text;

/// What a server is among those that belong together.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ServerKind {
    /// It takes part in elections and has no data.
    Arbiter,
    /// It is in no set of servers yet.
    Ghost,
    /// It hands requests on to servers that nobody sees.
    LoadBalancer,
    /// It belongs to the set, and is of no use to clients.
    Other,
    /// It may be the primary, and has not been asked.
    PossiblePrimary,
    /// It can be written to.
    Primary,
    /// It follows the primary and can be read from.
    Replica,
    /// It hands requests on to the shards.
    Router,
    /// It is alone.
    Standalone,
    /// It does not answer, or was not asked yet.
    #[default]
    Unknown,
}

impl ServerKind {
    /// The name, such as `Primary`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ServerKind::Arbiter => "Arbiter",
            ServerKind::Ghost => "Ghost",
            ServerKind::LoadBalancer => "LoadBalancer",
            ServerKind::Other => "Other",
            ServerKind::PossiblePrimary => "PossiblePrimary",
            ServerKind::Primary => "Primary",
            ServerKind::Replica => "Replica",
            ServerKind::Router => "Router",
            ServerKind::Standalone => "Standalone",
            ServerKind::Unknown => "Unknown",
        }
    }

    /// The name that MongoDB's drivers have for it, such as `RSPrimary`.
    #[must_use]
    pub const fn mongodb_name(self) -> &'static str {
        match self {
            ServerKind::Arbiter => "RSArbiter",
            ServerKind::Ghost => "RSGhost",
            ServerKind::Other => "RSOther",
            ServerKind::Primary => "RSPrimary",
            ServerKind::Replica => "RSSecondary",
            ServerKind::Router => "Mongos",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which state of its set a server has told of: the greater counter of the same process is the newer one.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TopologyVersion {
    /// The server's process.
    pub process_id: Text,
    /// Grows with each change.
    pub counter: i64,
}

/// What a driver knows of one server; cheap to clone.
///
/// Two are equal where nothing has changed that anybody must be told: how long a round trip takes, what was written
/// last and when the server was asked last do not count.
///
/// ```
/// use monitor_core::event::{Address, ServerDescription, ServerKind};
/// use std::time::Duration;
///
/// let before = ServerDescription::new(Address::tcp("db1", 5432), ServerKind::Primary);
/// let slower = before.clone().with(|facts| facts.round_trip_time = Some(Duration::from_millis(3)));
/// let another = before.clone().with(|facts| facts.set_name = Some("shop".into()));
/// assert_eq!(before, slower);
/// assert_ne!(before, another);
/// ```
#[derive(Clone, Debug)]
pub struct ServerDescription(Arc<ServerFacts>);

/// The fields of a [`ServerDescription`].
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct ServerFacts {
    /// Where it is.
    pub address: Address,
    /// What it is among those that belong together.
    pub kind: ServerKind,
    /// What went wrong when it was asked last.
    pub error: Option<Text>,
    /// How long a question and its answer take, on average.
    pub round_trip_time: Option<Duration>,
    /// The shortest of the last round trips.
    pub min_round_trip_time: Option<Duration>,
    /// When something was written to it last.
    pub last_write_date: Option<SystemTime>,
    /// How far it has come with what was written.
    pub op_time: Option<Text>,
    /// The oldest protocol that it speaks.
    pub min_wire_version: i32,
    /// The newest protocol that it speaks.
    pub max_wire_version: i32,
    /// What it calls itself.
    pub me: Option<Address>,
    /// Those of its set that can become primary.
    pub hosts: Vec<Address>,
    /// Those of its set that cannot become primary.
    pub passives: Vec<Address>,
    /// Those of its set that have no data.
    pub arbiters: Vec<Address>,
    /// What it was marked with, such as its data centre.
    pub tags: Vec<(Text, Text)>,
    /// The name of its set.
    pub set_name: Option<Text>,
    /// The version of its set's configuration.
    pub set_version: Option<i64>,
    /// The election that made it primary.
    pub election_id: Option<Text>,
    /// The one that it takes for the primary.
    pub primary: Option<Address>,
    /// When it was asked last.
    pub last_update_time: Option<SystemTime>,
    /// How long it keeps a session that nobody uses.
    pub logical_session_timeout_minutes: Option<i64>,
    /// Which state of its set it has told of.
    pub topology_version: Option<TopologyVersion>,
    /// Whether it is a helper that only encrypts.
    pub is_cryptd: bool,
}

impl ServerDescription {
    /// A server of which nothing else is known.
    #[must_use]
    pub fn new(address: Address, kind: ServerKind) -> Self {
        Self(Arc::new(ServerFacts {
            address,
            kind,
            error: None,
            round_trip_time: None,
            min_round_trip_time: None,
            last_write_date: None,
            op_time: None,
            min_wire_version: 0,
            max_wire_version: 0,
            me: None,
            hosts: Vec::new(),
            passives: Vec::new(),
            arbiters: Vec::new(),
            tags: Vec::new(),
            set_name: None,
            set_version: None,
            election_id: None,
            primary: None,
            last_update_time: None,
            logical_session_timeout_minutes: None,
            topology_version: None,
            is_cryptd: false,
        }))
    }

    /// A server that was not asked yet.
    #[must_use]
    pub fn unknown(address: Address) -> Self {
        Self::new(address, ServerKind::Unknown)
    }

    /// Changes any of the fields.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut ServerFacts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Whether it answers at all.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.kind != ServerKind::Unknown
    }
}

impl Deref for ServerDescription {
    type Target = ServerFacts;

    fn deref(&self) -> &ServerFacts {
        &self.0
    }
}

impl PartialEq for ServerDescription {
    fn eq(&self, other: &Self) -> bool {
        /// What counts, as a value of its own.
        fn compared(facts: &ServerFacts) -> impl PartialEq {
            (
                (&facts.address, &facts.error, facts.kind, facts.min_wire_version, facts.max_wire_version),
                (&facts.me, &facts.hosts, &facts.passives, &facts.arbiters, &facts.tags),
                (&facts.set_name, &facts.election_id, facts.set_version, &facts.primary),
                (facts.logical_session_timeout_minutes, &facts.topology_version, facts.is_cryptd),
            )
        }
        Arc::ptr_eq(&self.0, &other.0) || compared(self) == compared(other)
    }
}

impl Eq for ServerDescription {}

impl fmt::Display for ServerDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.address, self.kind)
    }
}
