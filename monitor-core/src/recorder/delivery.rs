//! How a recorder is fed.

use std::time::Duration;

/// How the runtime feeds one recorder.
///
/// The defaults are those of OpenTelemetry's batch processors: 2,048 spans may wait, a batch has up to 512 and is made
/// when so many wait or the oldest has waited for 5 seconds, and is tried for 30 seconds.
///
/// ```
/// use monitor_core::{Delivery, WhenFull};
/// use std::time::Duration;
///
/// let delivery = Delivery::default()
///     .queue(10_000)
///     .batch(1_000)
///     .delay(Duration::from_secs(1))
///     .timeout(Duration::from_secs(10))
///     .when_full(WhenFull::DropOldest);
/// assert_eq!(delivery, delivery.clone());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub(crate) queue: usize,
    pub(crate) batch: usize,
    pub(crate) delay: Duration,
    pub(crate) timeout: Duration,
    pub(crate) when_full: WhenFull,
}

/// What is lost when a recorder's queue is full.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum WhenFull {
    /// What comes: what waits is kept, so that traces that were begun stay whole.
    #[default]
    DropNewest,
    /// What has waited longest: the queue always has the latest.
    DropOldest,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            queue: 2_048,
            batch: 512,
            delay: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            when_full: WhenFull::default(),
        }
    }
}

impl Delivery {
    /// For a recorder that ships nothing off the machine: large batches, as soon as there is anything.
    #[must_use]
    pub fn local() -> Self {
        Self { queue: 65_536, batch: 8_192, delay: Duration::ZERO, ..Self::default() }
    }

    /// So many spans may wait, and as many events, where [those](crate::Recorder::event_delivery) are not fed otherwise.
    /// Each takes 64 bytes and what its fields take; what waits takes at most 1 KiB for each place.
    #[must_use]
    pub fn queue(mut self, spans: usize) -> Self {
        self.queue = spans.max(1);
        self
    }

    /// A batch has at most so many spans or events.
    #[must_use]
    pub fn batch(mut self, spans: usize) -> Self {
        self.batch = spans.max(1);
        self
    }

    /// A batch that is not full waits at most so long, beyond the half second until spans and events are collected.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// A batch is tried for so long, the first try included, before it is dropped.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What is lost when the queue is full.
    #[must_use]
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }
}
