//! The listeners to the events of drivers, a trait a family; what is not written is not heard.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::event::CommandEvent;
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
use crate::event::FailoverEvent;
use crate::event::FailoverFailed;
use crate::event::FailoverStarted;
use crate::event::FailoverSucceeded;
use crate::event::HeartbeatEvent;
use crate::event::HeartbeatFailed;
use crate::event::HeartbeatStarted;
use crate::event::HeartbeatSucceeded;
use crate::event::PoolCleared;
use crate::event::PoolClosed;
use crate::event::PoolCreated;
use crate::event::PoolEvent;
use crate::event::PoolReady;
use crate::event::ServerClosed;
use crate::event::ServerDescriptionChanged;
use crate::event::ServerEvent;
use crate::event::ServerOpened;
use crate::event::TopologyClosed;
use crate::event::TopologyDescriptionChanged;
use crate::event::TopologyEvent;
use crate::event::TopologyOpened;
use crate::listener::EventListener;
use crate::listener::Subscriptions;

/// A listener, seen by the trait of one family.
struct By<T: ?Sized, L: ?Sized> {
    listener: Arc<L>,
    by: PhantomData<fn(&T)>,
}

/// The trait of a family, how its events come to it, and how one subscribes to it.
macro_rules! listeners {
    ($(
        $(#[$about:meta])*
        $listener:ident of $family:ident by $subscribe:ident {
            $($(#[$told:meta])* $method:ident: $variant:ident($event:ident),)*
        }
    )*) => {
        $(
            $(#[$about])*
            #[diagnostic::on_unimplemented(
                message = "`{Self}` does not hear these events",
                label = "its trait is not implemented for it",
            )]
            pub trait $listener: Send + Sync + 'static {
                $(
                    $(#[$told])*
                    fn $method(&self, event: &$event) {
                        let _ = event;
                    }
                )*
            }

            impl<L: $listener + ?Sized> EventListener<$family> for By<dyn $listener, L> {
                fn hear(&self, event: &$family) {
                    match event {
                        $($family::$variant(event) => self.listener.$method(event),)*
                    }
                }
            }
        )*

        impl Subscriptions {
            $(
                #[doc = concat!("The events that a [`", stringify!($listener), "`] hears.")]
                pub fn $subscribe<L: $listener>(&mut self, listener: &Arc<L>) {
                    let listener = Arc::clone(listener);
                    self.event::<$family>(Arc::new(By::<dyn $listener, L> { listener, by: PhantomData }));
                }
            )*
        }
    };
}

listeners! {
    /// Hears of commands: what was asked of a server, and how that ended.
    ///
    /// ```
    /// use monitor_core::event::CommandFailed;
    /// use monitor_core::listener::{CommandListener, Listener};
    ///
    /// #[derive(Listener)]
    /// struct Failures;
    ///
    /// impl CommandListener for Failures {
    ///     fn failed(&self, event: &CommandFailed) {
    ///         eprintln!("{} failed after {:?}", event.command_name, event.duration);
    ///     }
    /// }
    ///
    /// let monitor = monitor_core::Monitor::builder().listener(Failures).build();
    /// ```
    CommandListener of CommandEvent by command {
        /// A command is about to be sent.
        started: Started(CommandStarted),
        /// A command was answered.
        succeeded: Succeeded(CommandSucceeded),
        /// A command was not answered, or with an error.
        failed: Failed(CommandFailed),
    }

    /// Hears of connection pools and their connections.
    PoolListener of PoolEvent by pool {
        /// A pool is there, and gives out nothing yet.
        pool_created: PoolCreated(PoolCreated),
        /// A pool gives out connections.
        pool_ready: PoolReady(PoolReady),
        /// All connections of a pool, or of one service, became stale.
        pool_cleared: PoolCleared(PoolCleared),
        /// A pool is closed for good.
        pool_closed: PoolClosed(PoolClosed),
        /// A connection has a number, and is not yet set up.
        connection_created: ConnectionCreated(ConnectionCreated),
        /// A connection is set up.
        connection_ready: ConnectionReady(ConnectionReady),
        /// A connection was closed.
        connection_closed: ConnectionClosed(ConnectionClosed),
        /// Somebody wants a connection.
        connection_check_out_started: ConnectionCheckOutStarted(ConnectionCheckOutStarted),
        /// No connection was to be had.
        connection_check_out_failed: ConnectionCheckOutFailed(ConnectionCheckOutFailed),
        /// A connection was given out.
        connection_checked_out: ConnectionCheckedOut(ConnectionCheckedOut),
        /// A connection was given back.
        connection_checked_in: ConnectionCheckedIn(ConnectionCheckedIn),
    }

    /// Hears what a driver learns of each server.
    ServerListener of ServerEvent by server {
        /// A server belongs to the topology from now on.
        opened: Opened(ServerOpened),
        /// What is known of a server has changed.
        description_changed: DescriptionChanged(ServerDescriptionChanged),
        /// A server does not belong to the topology any more.
        closed: Closed(ServerClosed),
    }

    /// Hears what a driver learns of the servers as a whole.
    TopologyListener of TopologyEvent by topology {
        /// A driver begins to look after servers.
        opened: Opened(TopologyOpened),
        /// What is known of the servers has changed.
        description_changed: DescriptionChanged(TopologyDescriptionChanged),
        /// A driver does not look after its servers any more.
        closed: Closed(TopologyClosed),
    }

    /// Hears how servers are asked whether they are there.
    HeartbeatListener of HeartbeatEvent by heartbeat {
        /// A server is about to be asked.
        started: Started(HeartbeatStarted),
        /// A server answered.
        succeeded: Succeeded(HeartbeatSucceeded),
        /// A server did not answer, or with an error.
        failed: Failed(HeartbeatFailed),
    }

    /// Hears how a driver leaves a server that is gone for another one.
    FailoverListener of FailoverEvent by failover {
        /// Another server is looked for.
        started: Started(FailoverStarted),
        /// Another server has taken over.
        succeeded: Succeeded(FailoverSucceeded),
        /// No other server was found.
        failed: Failed(FailoverFailed),
    }
}
