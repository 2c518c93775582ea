//! A listener of our own: it writes down what happens to the cluster, in the order in which it happens.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use monitor_core::event::FailoverFailed;
use monitor_core::event::FailoverStarted;
use monitor_core::event::FailoverSucceeded;
use monitor_core::event::HeartbeatFailed;
use monitor_core::event::PoolCleared;
use monitor_core::event::ServerDescriptionChanged;
use monitor_core::event::TopologyDescriptionChanged;
use monitor_core::event::TopologyOpened;
use monitor_core::listener::FailoverListener;
use monitor_core::listener::HeartbeatListener;
use monitor_core::listener::Listener;
use monitor_core::listener::PoolListener;
use monitor_core::listener::ServerListener;
use monitor_core::listener::TopologyListener;

use crate::story::Story;

/// Writes down what happens to the cluster. A clone writes to the same lines.
#[derive(Clone, Listener)]
pub(crate) struct Chronicle {
    story: Story,
    lines: Arc<Mutex<Vec<String>>>,
    /// The cluster as the first client sees it; what a later one finds out is no news.
    first: Arc<OnceLock<String>>,
}

impl Chronicle {
    /// An empty one, with the times of the story.
    pub(crate) fn of(story: Story) -> Self {
        Self { story, lines: Arc::default(), first: Arc::default() }
    }

    /// What happened so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_ours(&self, topology: &str) -> bool {
        self.first.get().is_some_and(|first| first == topology)
    }

    fn note(&self, what: impl fmt::Display) {
        let line = format!("{:>6.2} s  {what}", self.story.elapsed().as_secs_f64());
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

impl FailoverListener for Chronicle {
    fn started(&self, event: &FailoverStarted) {
        self.note(format_args!("{} failover from {} started", event.kind, event.from));
    }

    fn succeeded(&self, event: &FailoverSucceeded) {
        let FailoverSucceeded { kind, from, to, duration, .. } = event;
        self.note(format_args!("{kind} failover from {from} to {to} succeeded in {duration:.1?}"));
    }

    fn failed(&self, event: &FailoverFailed) {
        self.note(format_args!("{} failover from {} failed: {}", event.kind, event.from, event.error));
    }
}

impl HeartbeatListener for Chronicle {
    fn failed(&self, event: &HeartbeatFailed) {
        let what = format!("heartbeat of {} failed", event.address);
        // A dead host fails twenty a second; the first tells it all.
        if !self.lines().iter().any(|line| line.ends_with(&what)) {
            self.note(what);
        }
    }
}

impl PoolListener for Chronicle {
    fn pool_cleared(&self, event: &PoolCleared) {
        self.note(format_args!("pool of {} cleared", event.address));
    }
}

impl ServerListener for Chronicle {
    fn description_changed(&self, event: &ServerDescriptionChanged) {
        let (from, to) = (event.previous_description.kind.as_str(), event.new_description.kind.as_str());
        if self.is_ours(&event.topology_id) {
            self.note(format_args!("server {} was {from}, is {to}", event.address));
        }
    }
}

impl TopologyListener for Chronicle {
    fn opened(&self, event: &TopologyOpened) {
        let ours = self.first.get_or_init(|| event.topology_id.to_string());
        if *ours == *event.topology_id {
            self.note("topology opened");
        }
    }

    fn description_changed(&self, event: &TopologyDescriptionChanged) {
        let (from, to) = (event.previous_description.kind.as_str(), event.new_description.kind.as_str());
        if from != to && self.is_ours(&event.topology_id) {
            self.note(format_args!("topology was {from}, is {to}"));
        }
    }
}
