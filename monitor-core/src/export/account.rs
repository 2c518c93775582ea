//! What became of everything that a recorder was to ship.

use std::fmt;

/// Why something never reached a recorder.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum DropReason {
    /// The buffers of the threads were full.
    BufferFull,
    /// The recorder said that it could not.
    Failed,
    /// The recorder panicked.
    Panicked,
    /// The recorder rests after failing several times in a row.
    Quarantined,
    /// The recorder's queue was full.
    QueueFull,
    /// The other side took the batch, but not this part of it.
    Rejected,
    /// The monitor was shut down before the recorder came to it.
    ShutDown,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [DropReason; 7] = [
        DropReason::BufferFull,
        DropReason::Failed,
        DropReason::Panicked,
        DropReason::Quarantined,
        DropReason::QueueFull,
        DropReason::Rejected,
        DropReason::ShutDown,
    ];

    /// The reason in lower case, words joined by underscores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            DropReason::BufferFull => "buffer_full",
            DropReason::Failed => "failed",
            DropReason::Panicked => "panicked",
            DropReason::Quarantined => "quarantined",
            DropReason::QueueFull => "queue_full",
            DropReason::Rejected => "rejected",
            DropReason::ShutDown => "shut_down",
        }
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What became of one signal at one recorder. At every moment
/// `recorded = exported + dropped + queued`.
///
/// ```
/// use monitor_core::{Monitor, recorders::Null};
///
/// let monitor = Monitor::builder().recorder(Null::default()).build();
/// for account in monitor.accounts() {
///     assert_eq!(account.recorded, account.exported + account.dropped() + account.queued);
/// }
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Account {
    /// The recorder's name.
    pub recorder: String,
    /// `events`, `metrics` or `spans`.
    pub signal: &'static str,
    /// What there was to ship: events, snapshots of metrics, or spans.
    pub recorded: u64,
    /// What the recorder took.
    pub exported: u64,
    /// What waits, or is in the recorder's hands at this moment: what it [holds](crate::Recorder::held) for later as well.
    pub queued: u64,
    /// What was lost, by reason.
    pub drops: [u64; DropReason::ALL.len()],
    /// What the recorder said when it last failed.
    pub last_error: Option<String>,
}

impl Account {
    /// What was lost, all reasons together.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.drops.iter().sum()
    }

    /// What was lost for this reason.
    #[must_use]
    pub fn dropped_for(&self, reason: DropReason) -> u64 {
        self.drops[reason as usize]
    }
}
