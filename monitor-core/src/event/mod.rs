//! Typed events: things that happened, told as they happen.
//!
//! A driver [tells](crate::emit) what happens, and whoever [listens](crate::listener) hears the value itself, with all
//! its fields; recorders that take events get its name and fields. Where nobody listens, telling costs one load.
//!
//! ```
//! use monitor_core::event::{Address, CommandInfo, CommandName, CommandStarted, CommandSucceeded};
//! use monitor_core::{Monitor, emit, listener::log::CommandLog};
//! use std::time::Duration;
//!
//! const FIND: CommandName = CommandName::literal("find");
//!
//! let monitor = Monitor::builder().listener(CommandLog::default()).build();
//! monitor.scope(|| {
//!     let info = CommandInfo::new(FIND, 1, Address::tcp("localhost", 27017)).database("shop");
//!     emit(|| CommandStarted::new(&info, r#"{"find": "orders"}"#));
//!     emit(|| CommandSucceeded::new(&info, Duration::from_micros(362), r#"{"ok": 1}"#));
//! });
//! ```
//!
//! A family of events is one enum, with a struct for each of its events; types of one's own are made with
//! `#[derive(Event)]`.
//!
//! | family | events |
//! |---|---|
//! | [`CommandEvent`] | [`CommandStarted`], [`CommandSucceeded`], [`CommandFailed`] |
//! | [`PoolEvent`] | [`PoolCreated`], [`PoolReady`], [`PoolCleared`], [`PoolClosed`], [`ConnectionCreated`], [`ConnectionReady`], [`ConnectionClosed`], [`ConnectionCheckOutStarted`], [`ConnectionCheckOutFailed`], [`ConnectionCheckedOut`], [`ConnectionCheckedIn`] |
//! | [`ServerEvent`] | [`ServerOpened`], [`ServerDescriptionChanged`], [`ServerClosed`] |
//! | [`TopologyEvent`] | [`TopologyOpened`], [`TopologyDescriptionChanged`], [`TopologyClosed`] |
//! | [`HeartbeatEvent`] | [`HeartbeatStarted`], [`HeartbeatSucceeded`], [`HeartbeatFailed`] |
//! | [`FailoverEvent`] | [`FailoverStarted`], [`FailoverSucceeded`], [`FailoverFailed`] |
//!
//! # From PyMongo and Motor
//!
//! | there | here |
//! |---|---|
//! | `monitoring.register(listener)` | [`listener::register`](crate::listener::register), which can be undone |
//! | `MongoClient(event_listeners=[..])` | [`Monitor::builder().listener(..)`](crate::MonitorBuilder::listener) |
//! | `CommandListener`, `ConnectionPoolListener`, `ServerListener`, `TopologyListener`, `ServerHeartbeatListener` | [`CommandListener`], [`PoolListener`], [`ServerListener`], [`TopologyListener`], [`HeartbeatListener`]; a method that is not written does nothing |
//! | `event_loggers.CommandLogger` and the others | [`listener::log`](crate::listener::log) |
//! | `CommandStartedEvent`, `CommandSucceededEvent`, `CommandFailedEvent` | [`CommandStarted`], [`CommandSucceeded`], [`CommandFailed`] |
//! | their `command_name`, `database_name`, `request_id`, `operation_id`, `server_connection_id`, `service_id` | the same, in [`CommandInfo`], which is read through the event |
//! | their `connection_id`, the address of the server | [`address`](CommandFacts::address); [`connection_id`](CommandFacts::connection_id) is the number in the pool |
//! | their `command`, `reply`, `failure` | the same, as a [`Document`]: text that the driver has rendered |
//! | their `duration_micros` | [`duration`](CommandSucceeded::duration) and [`duration_micros()`](CommandSucceeded::duration_micros) |
//! | `PoolCreatedEvent` .. `ConnectionCheckedInEvent` | the same without `Event` |
//! | their `address`, `connection_id`, `service_id`, `options`, `reason`, `duration` | the same; the reasons are [`ClosedReason`] and [`CheckOutFailedReason`], the duration is a `Duration`, and `PoolCleared` says by [`interrupt_in_use_connections`](PoolCleared::interrupt_in_use_connections) what happens to those in use |
//! | `ServerOpeningEvent`, `ServerDescriptionChangedEvent`, `ServerClosedEvent` | [`ServerOpened`], [`ServerDescriptionChanged`], [`ServerClosed`] |
//! | their `server_address`, `topology_id`, `previous_description`, `new_description` | [`address`](ServerOpened::address), and the same |
//! | `server_type_name` | [`ServerKind`], displayed, or [`ServerKind::mongodb_name`] |
//! | `TopologyOpenedEvent`, `TopologyDescriptionChangedEvent`, `TopologyClosedEvent` | [`TopologyOpened`], [`TopologyDescriptionChanged`], [`TopologyClosed`] |
//! | `topology_type_name`, `has_readable_server(..)`, `has_writable_server()` | [`TopologyKind`] or [`TopologyKind::mongodb_name`], [`TopologyDescription::has_readable_server`], [`TopologyDescription::has_writable_server`] |
//! | `ServerHeartbeatStartedEvent`, `ServerHeartbeatSucceededEvent`, `ServerHeartbeatFailedEvent` | [`HeartbeatStarted`], [`HeartbeatSucceeded`], [`HeartbeatFailed`] |
//! | their `connection_id`, `awaited`, `duration`, `reply` | [`address`](HeartbeatInfo::address), [`is_awaited()`](HeartbeatInfo::is_awaited), `duration`, [`reply`](HeartbeatSucceeded::reply) and [`failure`](HeartbeatFailed::failure) |
//!
//! [`CommandListener`]: crate::listener::CommandListener
//! [`HeartbeatListener`]: crate::listener::HeartbeatListener
//! [`PoolListener`]: crate::listener::PoolListener
//! [`ServerListener`]: crate::listener::ServerListener
//! [`TopologyListener`]: crate::listener::TopologyListener

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
