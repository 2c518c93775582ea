//! How a capture is made where the short way does not do.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::thread;

use monitor_core::Filter;
use monitor_core::FutureExt;
use monitor_core::ManualClock;
use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::recorders::Memory;

use crate::capture::Captured;

/// More spans and more events than a test makes; what goes beyond is counted and told by
/// [`Captured::assert_no_losses`].
const CAPACITY: usize = 4 << 20;
/// The buffers of the threads take as much as a test may need.
const BUFFER: usize = 256 << 20;

/// How a capture is made where the short way, [`Capture::run`](crate::Capture::run), does not do.
///
/// ```
/// use monitor_core::{Filter, Span};
/// use monitor_test::CaptureBuilder;
///
/// let silent: Filter = "off".parse().unwrap();
/// let captured = CaptureBuilder::default().filter(silent).run(|| drop(Span::start("work")));
/// assert!(captured.spans().is_empty());
/// ```
#[derive(Debug)]
#[must_use = "nothing runs until `run`, `run_async` or `catching`"]
pub struct CaptureBuilder {
    monitor: MonitorBuilder,
}

impl Default for CaptureBuilder {
    fn default() -> Self {
        Self { monitor: Monitor::builder().buffer(BUFFER) }
    }
}

impl CaptureBuilder {
    /// Takes time from `clock`, so that durations are exact.
    pub fn clock(mut self, clock: &ManualClock) -> Self {
        self.monitor = self.monitor.clock(clock.clone());
        self
    }

    /// Captures only what passes `filter`.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.monitor = self.monitor.filter(filter);
        self
    }

    /// Makes the monitor otherwise in whatever way.
    ///
    /// ```
    /// use monitor_core::{Span, WithoutParent};
    /// use monitor_test::CaptureBuilder;
    ///
    /// let captured = CaptureBuilder::default()
    ///     .monitor(|monitor| monitor.without_parent(WithoutParent::Drop))
    ///     .run(|| drop(Span::start("alone")));
    /// assert!(captured.spans().is_empty());
    /// ```
    pub fn monitor(mut self, change: impl FnOnce(MonitorBuilder) -> MonitorBuilder) -> Self {
        self.monitor = change(self.monitor);
        self
    }

    /// Runs a closure and gives what it told. Its panic goes on.
    pub fn run<R>(self, body: impl FnOnce() -> R) -> Captured {
        let (monitor, memory) = self.start();
        monitor.scope(body);
        Captured::of(&monitor, &memory)
    }

    /// Awaits a future and gives what it told. Its panic goes on.
    pub async fn run_async<F: Future>(self, future: F) -> Captured {
        let (monitor, memory) = self.start();
        future.with_monitor(&monitor).await;
        Captured::of(&monitor, &memory)
    }

    /// Runs a closure and gives its result, or its panic, and what it told.
    pub fn catching<R>(self, body: impl FnOnce() -> R) -> (thread::Result<R>, Captured) {
        let (monitor, memory) = self.start();
        let result = catch_unwind(AssertUnwindSafe(|| monitor.scope(body)));
        (result, Captured::of(&monitor, &memory))
    }

    fn start(self) -> (Monitor, Memory) {
        let memory = Memory::with_capacity(CAPACITY);
        (self.monitor.recorder(memory.clone()).build(), memory)
    }
}
