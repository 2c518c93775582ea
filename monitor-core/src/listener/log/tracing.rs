//! The same events for `tracing`, with structured fields.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tracing::Level;
use tracing::event;
use tracing::field::DisplayValue;
use tracing::field::display;

use crate::event::CommandEvent;
use crate::event::FailoverEvent;
use crate::event::HeartbeatEvent;
use crate::event::PoolEvent;
use crate::event::ServerEvent;
use crate::event::TopologyEvent;
use crate::listener::EventListener;
use crate::listener::Listener;
use crate::listener::Subscriptions;
use crate::model::Escaped;

/// Writes each event of drivers as a `tracing` event, with the structured fields that MongoDB's drivers log:
/// `commandName`, `requestId`, `durationMS`, `serverHost` and so on; what is absent is left out.
///
/// The targets are `monitor::command`, `monitor::connection`, `monitor::topology` and `monitor::failover`, the level
/// is `DEBUG`, for failover that of the event. Control characters in texts are escaped.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingLog;

impl Listener for TracingLog {
    fn subscribe(self: Arc<Self>, to: &mut Subscriptions) {
        to.event::<CommandEvent>(self.clone());
        to.event::<PoolEvent>(self.clone());
        to.event::<ServerEvent>(self.clone());
        to.event::<TopologyEvent>(self.clone());
        to.event::<HeartbeatEvent>(self.clone());
        to.event::<FailoverEvent>(self);
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e6
}

/// Text that can do nothing but be read.
fn text<D: fmt::Display>(text: D) -> DisplayValue<Escaped<D>> {
    display(Escaped(text))
}

/// One `tracing` event with the fields that all of a family have.
macro_rules! command {
    ($event:expr, $message:literal $(, $key:ident = $value:expr)*) => {
        event!(
            target: "monitor::command", Level::DEBUG,
            commandName = text(&$event.command_name), databaseName = text(&$event.database_name),
            requestId = $event.request_id, operationId = $event.operation_id,
            driverConnectionId = $event.connection_id, serverConnectionId = $event.server_connection_id,
            serverHost = text($event.address.host()), serverPort = $event.address.port(),
            serviceId = $event.service_id.as_ref().map(text),
            $($key = $value,)* $message
        )
    };
}

impl EventListener<CommandEvent> for TracingLog {
    fn hear(&self, event: &CommandEvent) {
        match event {
            CommandEvent::Started(it) => command!(it, "Command started", command = text(&it.command)),
            CommandEvent::Succeeded(it) => command!(
                it,
                "Command succeeded",
                durationMS = milliseconds(it.duration),
                reply = text(&it.reply)
            ),
            CommandEvent::Failed(it) => command!(
                it,
                "Command failed",
                durationMS = milliseconds(it.duration),
                failure = text(&it.failure)
            ),
        }
    }
}

macro_rules! connection {
    ($event:expr, $message:literal $(, $key:ident = $value:expr)*) => {
        event!(
            target: "monitor::connection", Level::DEBUG,
            serverHost = text($event.address.host()), serverPort = $event.address.port(),
            $($key = $value,)* $message
        )
    };
}

impl EventListener<PoolEvent> for TracingLog {
    fn hear(&self, event: &PoolEvent) {
        match event {
            PoolEvent::PoolCreated(it) => connection!(
                it,
                "Connection pool created",
                maxIdleTimeMS = it.options.max_idle.map(milliseconds),
                minPoolSize = it.options.min_size,
                maxPoolSize = it.options.max_size,
                maxConnecting = it.options.max_connecting,
                waitQueueTimeoutMS = it.options.wait_queue_timeout.map(milliseconds),
                waitQueueSize = it.options.wait_queue_size,
                waitQueueMultiple = it.options.wait_queue_multiple
            ),
            PoolEvent::PoolReady(it) => connection!(it, "Connection pool ready"),
            PoolEvent::PoolCleared(it) => {
                connection!(it, "Connection pool cleared", serviceId = it.service_id.as_ref().map(text))
            }
            PoolEvent::PoolClosed(it) => connection!(it, "Connection pool closed"),
            PoolEvent::ConnectionCreated(it) => {
                connection!(it, "Connection created", driverConnectionId = it.connection_id)
            }
            PoolEvent::ConnectionReady(it) => connection!(
                it,
                "Connection ready",
                driverConnectionId = it.connection_id,
                durationMS = milliseconds(it.duration)
            ),
            PoolEvent::ConnectionClosed(it) => connection!(
                it,
                "Connection closed",
                driverConnectionId = it.connection_id,
                reason = text(it.reason),
                error = it.error.as_ref().map(text)
            ),
            PoolEvent::ConnectionCheckOutStarted(it) => connection!(it, "Connection checkout started"),
            PoolEvent::ConnectionCheckOutFailed(it) => connection!(
                it,
                "Connection checkout failed",
                reason = text(it.reason),
                error = it.error.as_ref().map(text),
                durationMS = milliseconds(it.duration)
            ),
            PoolEvent::ConnectionCheckedOut(it) => connection!(
                it,
                "Connection checked out",
                driverConnectionId = it.connection_id,
                durationMS = milliseconds(it.duration)
            ),
            PoolEvent::ConnectionCheckedIn(it) => {
                connection!(it, "Connection checked in", driverConnectionId = it.connection_id)
            }
        }
    }
}

macro_rules! topology {
    ($message:literal $(, $key:ident = $value:expr)*) => {
        event!(target: "monitor::topology", Level::DEBUG, $($key = $value,)* $message)
    };
}

impl EventListener<ServerEvent> for TracingLog {
    fn hear(&self, event: &ServerEvent) {
        match event {
            ServerEvent::Opened(it) => topology!(
                "Starting server monitoring",
                topologyId = text(&it.topology_id),
                serverHost = text(it.address.host()),
                serverPort = it.address.port()
            ),
            // It is told with the topology.
            ServerEvent::DescriptionChanged(_) => {}
            ServerEvent::Closed(it) => topology!(
                "Stopped server monitoring",
                topologyId = text(&it.topology_id),
                serverHost = text(it.address.host()),
                serverPort = it.address.port()
            ),
        }
    }
}

impl EventListener<TopologyEvent> for TracingLog {
    fn hear(&self, event: &TopologyEvent) {
        match event {
            TopologyEvent::Opened(it) => {
                topology!("Starting topology monitoring", topologyId = text(&it.topology_id));
            }
            TopologyEvent::DescriptionChanged(it) => topology!(
                "Topology description changed",
                topologyId = text(&it.topology_id),
                previousDescription = text(&it.previous_description),
                newDescription = text(&it.new_description)
            ),
            TopologyEvent::Closed(it) => {
                topology!("Stopped topology monitoring", topologyId = text(&it.topology_id));
            }
        }
    }
}

macro_rules! heartbeat {
    ($event:expr, $message:literal $(, $key:ident = $value:expr)*) => {
        event!(
            target: "monitor::topology", Level::DEBUG,
            serverHost = text($event.address.host()), serverPort = $event.address.port(),
            driverConnectionId = $event.connection_id, serverConnectionId = $event.server_connection_id,
            awaited = $event.is_awaited(), $($key = $value,)* $message
        )
    };
}

impl EventListener<HeartbeatEvent> for TracingLog {
    fn hear(&self, event: &HeartbeatEvent) {
        match event {
            HeartbeatEvent::Started(it) => heartbeat!(it, "Server heartbeat started"),
            HeartbeatEvent::Succeeded(it) => heartbeat!(
                it,
                "Server heartbeat succeeded",
                durationMS = milliseconds(it.duration),
                reply = text(&it.reply)
            ),
            HeartbeatEvent::Failed(it) => heartbeat!(
                it,
                "Server heartbeat failed",
                durationMS = milliseconds(it.duration),
                failure = text(&it.failure)
            ),
        }
    }
}

macro_rules! failover {
    ($event:expr, $level:ident, $message:literal $(, $key:ident = $value:expr)*) => {
        event!(
            target: "monitor::failover", Level::$level,
            kind = text($event.kind), from = text(&$event.from), $($key = $value,)* $message
        )
    };
}

impl EventListener<FailoverEvent> for TracingLog {
    fn hear(&self, event: &FailoverEvent) {
        match event {
            FailoverEvent::Started(it) => failover!(it, WARN, "Failover started"),
            FailoverEvent::Succeeded(it) => failover!(
                it,
                INFO,
                "Failover succeeded",
                to = text(&it.to),
                durationMS = milliseconds(it.duration)
            ),
            FailoverEvent::Failed(it) => failover!(
                it,
                ERROR,
                "Failover failed",
                durationMS = milliseconds(it.duration),
                failure = text(&it.error)
            ),
        }
    }
}
