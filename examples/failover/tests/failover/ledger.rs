//! A listener that keeps account of what has begun and is not over, and of what becomes of the cluster.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use monitor_core::event::CommandFailed;
use monitor_core::event::CommandStarted;
use monitor_core::event::CommandSucceeded;
use monitor_core::event::ConnectionCheckOutFailed;
use monitor_core::event::ConnectionCheckOutStarted;
use monitor_core::event::ConnectionCheckedIn;
use monitor_core::event::ConnectionCheckedOut;
use monitor_core::event::ConnectionClosed;
use monitor_core::event::ConnectionCreated;
use monitor_core::event::FailoverFailed;
use monitor_core::event::FailoverKind;
use monitor_core::event::FailoverStarted;
use monitor_core::event::FailoverSucceeded;
use monitor_core::event::HeartbeatFailed;
use monitor_core::event::HeartbeatStarted;
use monitor_core::event::HeartbeatSucceeded;
use monitor_core::event::PoolClosed;
use monitor_core::event::PoolCreated;
use monitor_core::event::ServerClosed;
use monitor_core::event::ServerDescriptionChanged;
use monitor_core::event::ServerOpened;
use monitor_core::event::TopologyClosed;
use monitor_core::event::TopologyDescriptionChanged;
use monitor_core::event::TopologyOpened;
use monitor_core::listener::CommandListener;
use monitor_core::listener::FailoverListener;
use monitor_core::listener::HeartbeatListener;
use monitor_core::listener::Listener;
use monitor_core::listener::PoolListener;
use monitor_core::listener::ServerListener;
use monitor_core::listener::TopologyListener;

/// What has begun and is not over, and what becomes of the cluster. A clone looks at the same account.
#[derive(Clone, Default, Listener)]
pub(crate) struct Ledger(Arc<Mutex<Account>>);

#[derive(Default)]
struct Account {
    /// How many of each have begun, by what tells one from another.
    begun: BTreeMap<String, i64>,
    history: Vec<String>,
    heartbeats: usize,
}

impl Ledger {
    /// What has begun and is not over, or is over more often than it has begun.
    pub(crate) fn open(&self) -> Vec<String> {
        let account = self.account();
        account.begun.iter().filter(|(_, open)| **open != 0).map(|(what, _)| what.clone()).collect()
    }

    /// What became of the cluster, in the order in which it was told.
    pub(crate) fn history(&self) -> Vec<String> {
        self.account().history.clone()
    }

    /// How many heartbeats were answered.
    pub(crate) fn heartbeats(&self) -> usize {
        self.account().heartbeats
    }

    fn begins(&self, what: String) {
        *self.account().begun.entry(what).or_default() += 1;
    }

    fn ends(&self, what: String) {
        *self.account().begun.entry(what).or_default() -= 1;
    }

    fn note(&self, what: String) {
        self.account().history.push(what);
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CommandListener for Ledger {
    fn started(&self, event: &CommandStarted) {
        self.begins(format!("command {}", event.request_id));
    }

    fn succeeded(&self, event: &CommandSucceeded) {
        self.ends(format!("command {}", event.request_id));
    }

    fn failed(&self, event: &CommandFailed) {
        self.ends(format!("command {}", event.request_id));
    }
}

impl FailoverListener for Ledger {
    fn started(&self, event: &FailoverStarted) {
        self.begins(format!("{} failover", event.kind));
        if event.kind == FailoverKind::Writer {
            self.note("failover started".to_owned());
        }
    }

    fn succeeded(&self, event: &FailoverSucceeded) {
        self.ends(format!("{} failover", event.kind));
        if event.kind == FailoverKind::Writer {
            self.note("failover succeeded".to_owned());
        }
    }

    fn failed(&self, event: &FailoverFailed) {
        self.ends(format!("{} failover", event.kind));
        if event.kind == FailoverKind::Writer {
            self.note("failover failed".to_owned());
        }
    }
}

impl HeartbeatListener for Ledger {
    fn started(&self, event: &HeartbeatStarted) {
        self.begins(format!("heartbeat of {}", event.address));
    }

    fn succeeded(&self, event: &HeartbeatSucceeded) {
        self.ends(format!("heartbeat of {}", event.address));
        self.account().heartbeats += 1;
    }

    fn failed(&self, event: &HeartbeatFailed) {
        self.ends(format!("heartbeat of {}", event.address));
    }
}

impl PoolListener for Ledger {
    fn pool_created(&self, event: &PoolCreated) {
        self.begins(format!("pool of {}", event.address));
    }

    fn pool_closed(&self, event: &PoolClosed) {
        self.ends(format!("pool of {}", event.address));
    }

    fn connection_created(&self, event: &ConnectionCreated) {
        self.begins(format!("connection {} to {}", event.connection_id, event.address));
    }

    fn connection_closed(&self, event: &ConnectionClosed) {
        self.ends(format!("connection {} to {}", event.connection_id, event.address));
    }

    fn connection_check_out_started(&self, event: &ConnectionCheckOutStarted) {
        self.begins(format!("check-out from {}", event.address));
    }

    fn connection_check_out_failed(&self, event: &ConnectionCheckOutFailed) {
        self.ends(format!("check-out from {}", event.address));
    }

    fn connection_checked_out(&self, event: &ConnectionCheckedOut) {
        self.ends(format!("check-out from {}", event.address));
        self.begins(format!("use of {} to {}", event.connection_id, event.address));
    }

    fn connection_checked_in(&self, event: &ConnectionCheckedIn) {
        self.ends(format!("use of {} to {}", event.connection_id, event.address));
    }
}

impl ServerListener for Ledger {
    fn opened(&self, event: &ServerOpened) {
        self.begins(format!("server {}", event.address));
    }

    fn description_changed(&self, event: &ServerDescriptionChanged) {
        let (from, to) = (event.previous_description.kind.as_str(), event.new_description.kind.as_str());
        self.note(format!("server {from} -> {to}"));
    }

    fn closed(&self, event: &ServerClosed) {
        self.ends(format!("server {}", event.address));
    }
}

impl TopologyListener for Ledger {
    fn opened(&self, event: &TopologyOpened) {
        self.begins(format!("topology {}", event.topology_id));
    }

    fn description_changed(&self, event: &TopologyDescriptionChanged) {
        let (from, to) = (event.previous_description.kind.as_str(), event.new_description.kind.as_str());
        self.note(format!("topology {from} -> {to}"));
    }

    fn closed(&self, event: &TopologyClosed) {
        self.ends(format!("topology {}", event.topology_id));
    }
}
