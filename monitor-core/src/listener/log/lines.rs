//! The lines of each family.

use std::fmt;
use std::sync::Arc;

use crate::event::CommandFailed;
use crate::event::CommandStarted;
use crate::event::CommandSucceeded;
use crate::event::ConnectionCheckOutFailed;
use crate::event::ConnectionCheckOutStarted;
use crate::event::ConnectionCheckedIn;
use crate::event::ConnectionCheckedOut;
use crate::event::ConnectionClosed;
use crate::event::ConnectionCreated;
use crate::event::ConnectionReady;
use crate::event::FailoverFailed;
use crate::event::FailoverStarted;
use crate::event::FailoverSucceeded;
use crate::event::HeartbeatFailed;
use crate::event::HeartbeatStarted;
use crate::event::HeartbeatSucceeded;
use crate::event::PoolCleared;
use crate::event::PoolClosed;
use crate::event::PoolCreated;
use crate::event::PoolReady;
use crate::event::ReadPreference;
use crate::event::ServerClosed;
use crate::event::ServerDescriptionChanged;
use crate::event::ServerOpened;
use crate::event::Severity;
use crate::event::TopologyClosed;
use crate::event::TopologyDescriptionChanged;
use crate::event::TopologyOpened;
use crate::listener::CommandListener;
use crate::listener::FailoverListener;
use crate::listener::HeartbeatListener;
use crate::listener::Listener;
use crate::listener::PoolListener;
use crate::listener::ServerListener;
use crate::listener::Subscriptions;
use crate::listener::TopologyListener;
use crate::listener::log::output::Output;

/// A listener that writes lines, by default to stderr.
macro_rules! logs {
    ($($(#[$about:meta])* $log:ident by $($subscribe:ident as $one:ident),+;)*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default)]
        pub struct $log {
            out: Output,
        }

        impl $log {
            /// Writes to a closure, line by line, without an end of the line.
            #[must_use]
            pub fn to(write: impl Fn(Severity, fmt::Arguments<'_>) + Send + Sync + 'static) -> Self {
                Self { out: Output::new(write) }
            }
        }

        impl Listener for $log {
            fn subscribe(self: Arc<Self>, to: &mut Subscriptions) {
                $(to.$subscribe(&Arc::new($one { out: self.out.clone() }));)+
            }
        }
    )*};
}

logs! {
    /// Writes a line for each command that starts, succeeds or fails.
    CommandLog by command as CommandLog;
    /// Writes a line for each event of a connection pool.
    PoolLog by pool as PoolLog;
    /// Writes a line for each server that comes, goes or changes its kind.
    ServerLog by server as ServerLog;
    /// Writes how servers belong together, and warns when none can be written to or read from.
    TopologyLog by topology as TopologyLog;
    /// Writes a line for each heartbeat, and warns when it fails.
    HeartbeatLog by heartbeat as HeartbeatLog;
    /// Writes a line for each failover that starts, succeeds or fails.
    FailoverLog by failover as FailoverLog;
    /// Writes what all the others write.
    EventLog by
        command as CommandLog, pool as PoolLog, server as ServerLog, topology as TopologyLog,
        heartbeat as HeartbeatLog, failover as FailoverLog;
}

impl CommandListener for CommandLog {
    fn started(&self, event: &CommandStarted) {
        self.out.info(format_args!(
            "Command {} with request id {} started on server {}",
            event.command_name, event.request_id, event.address
        ));
    }

    fn succeeded(&self, event: &CommandSucceeded) {
        self.out.info(format_args!(
            "Command {} with request id {} on server {} succeeded in {} microseconds",
            event.command_name,
            event.request_id,
            event.address,
            event.duration_micros()
        ));
    }

    fn failed(&self, event: &CommandFailed) {
        self.out.info(format_args!(
            "Command {} with request id {} on server {} failed in {} microseconds",
            event.command_name,
            event.request_id,
            event.address,
            event.duration_micros()
        ));
    }
}

impl PoolListener for PoolLog {
    fn pool_created(&self, event: &PoolCreated) {
        self.out.info(format_args!("[pool {}] pool created", event.address));
    }

    fn pool_ready(&self, event: &PoolReady) {
        self.out.info(format_args!("[pool {}] pool ready", event.address));
    }

    fn pool_cleared(&self, event: &PoolCleared) {
        self.out.info(format_args!("[pool {}] pool cleared", event.address));
    }

    fn pool_closed(&self, event: &PoolClosed) {
        self.out.info(format_args!("[pool {}] pool closed", event.address));
    }

    fn connection_created(&self, event: &ConnectionCreated) {
        let ConnectionCreated { address, connection_id } = event;
        self.out.info(format_args!("[pool {address}][conn #{connection_id}] connection created"));
    }

    fn connection_ready(&self, event: &ConnectionReady) {
        let ConnectionReady { address, connection_id, .. } = event;
        self.out.info(format_args!("[pool {address}][conn #{connection_id}] connection setup succeeded"));
    }

    fn connection_closed(&self, event: &ConnectionClosed) {
        let ConnectionClosed { address, connection_id, reason, .. } = event;
        self.out.info(format_args!(
            "[pool {address}][conn #{connection_id}] connection closed, reason: \"{}\"",
            reason.as_str()
        ));
    }

    fn connection_check_out_started(&self, event: &ConnectionCheckOutStarted) {
        self.out.info(format_args!("[pool {}] connection check out started", event.address));
    }

    fn connection_check_out_failed(&self, event: &ConnectionCheckOutFailed) {
        self.out.info(format_args!(
            "[pool {}] connection check out failed, reason: {}",
            event.address,
            event.reason.as_str()
        ));
    }

    fn connection_checked_out(&self, event: &ConnectionCheckedOut) {
        let ConnectionCheckedOut { address, connection_id, .. } = event;
        self.out.info(format_args!("[pool {address}][conn #{connection_id}] connection checked out of pool"));
    }

    fn connection_checked_in(&self, event: &ConnectionCheckedIn) {
        let ConnectionCheckedIn { address, connection_id } = event;
        self.out.info(format_args!("[pool {address}][conn #{connection_id}] connection checked into pool"));
    }
}

impl ServerListener for ServerLog {
    fn opened(&self, event: &ServerOpened) {
        self.out.info(format_args!("Server {} added to topology {}", event.address, event.topology_id));
    }

    fn description_changed(&self, event: &ServerDescriptionChanged) {
        let (previous, new) = (event.previous_description.kind, event.new_description.kind);
        if previous != new {
            self.out.info(format_args!("Server {} changed type from {previous} to {new}", event.address));
        }
    }

    fn closed(&self, event: &ServerClosed) {
        self.out.warn(format_args!("Server {} removed from topology {}", event.address, event.topology_id));
    }
}

impl TopologyListener for TopologyLog {
    fn opened(&self, event: &TopologyOpened) {
        self.out.info(format_args!("Topology with id {} opened", event.topology_id));
    }

    fn description_changed(&self, event: &TopologyDescriptionChanged) {
        let (id, new) = (&event.topology_id, &event.new_description);
        self.out.info(format_args!("Topology description updated for topology id {id}"));
        let before = event.previous_description.kind;
        if before != new.kind {
            self.out.info(format_args!("Topology {id} changed type from {before} to {}", new.kind));
        }
        if !new.has_writable_server() {
            self.out.warn(format_args!("No writable servers available."));
        }
        if !new.has_readable_server(ReadPreference::default()) {
            self.out.warn(format_args!("No readable servers available."));
        }
    }

    fn closed(&self, event: &TopologyClosed) {
        self.out.info(format_args!("Topology with id {} closed", event.topology_id));
    }
}

impl HeartbeatListener for HeartbeatLog {
    fn started(&self, event: &HeartbeatStarted) {
        self.out.info(format_args!("Heartbeat sent to server {}", event.address));
    }

    fn succeeded(&self, event: &HeartbeatSucceeded) {
        self.out
            .info(format_args!("Heartbeat to server {} succeeded with reply {}", event.address, event.reply));
    }

    fn failed(&self, event: &HeartbeatFailed) {
        self.out
            .warn(format_args!("Heartbeat to server {} failed with error {}", event.address, event.failure));
    }
}

impl FailoverListener for FailoverLog {
    fn started(&self, event: &FailoverStarted) {
        self.out.warn(format_args!("Failover of the {} from {} started", event.kind, event.from));
    }

    fn succeeded(&self, event: &FailoverSucceeded) {
        self.out.info(format_args!(
            "Failover of the {} from {} to {} succeeded in {} microseconds",
            event.kind,
            event.from,
            event.to,
            event.duration.as_micros()
        ));
    }

    fn failed(&self, event: &FailoverFailed) {
        self.out.write(
            Severity::Error,
            format_args!(
                "Failover of the {} from {} failed in {} microseconds with error {}",
                event.kind,
                event.from,
                event.duration.as_micros(),
                event.error
            ),
        );
    }
}
