//! Typed events: things that happened, told as they happen.

#![forbid(unsafe_code)]

mod address;
mod command;
mod document;
mod failover;
mod heartbeat;
mod pool;
mod pool_options;
mod port;
mod reason;
mod server;
mod server_description;
mod severity;
#[cfg(test)]
mod tests;
mod text;
mod topology;
mod topology_description;

pub use address::{Address, AddressError};
pub use command::{
    CommandEvent, CommandFacts, CommandFailed, CommandInfo, CommandName, CommandStarted, CommandSucceeded,
    EmptyCommand,
};
pub use document::Document;
pub use failover::{FailoverEvent, FailoverFailed, FailoverKind, FailoverStarted, FailoverSucceeded};
pub use heartbeat::{
    HeartbeatEvent, HeartbeatFailed, HeartbeatInfo, HeartbeatMode, HeartbeatStarted, HeartbeatSucceeded,
};
pub use pool::{
    ConnectionCheckOutFailed, ConnectionCheckOutStarted, ConnectionCheckedIn, ConnectionCheckedOut,
    ConnectionClosed, ConnectionCreated, ConnectionReady, PoolCleared, PoolClosed, PoolCreated, PoolEvent,
    PoolReady,
};
pub use pool_options::PoolOptions;
pub use port::{Event, IntoEvent};
#[doc(hidden)]
pub use port::{put, put_debug, put_display};
pub use reason::{CheckOutFailedReason, ClosedReason};
pub use server::{ServerClosed, ServerDescriptionChanged, ServerEvent, ServerOpened};
pub use server_description::{ServerDescription, ServerFacts, ServerKind, TopologyVersion};
pub use severity::Severity;
pub use text::Text;
pub use topology::{TopologyClosed, TopologyDescriptionChanged, TopologyEvent, TopologyOpened};
pub use topology_description::{ReadPreference, TopologyDescription, TopologyFacts, TopologyKind};

pub use crate::model::Family;
pub use monitor_macros::Event;
