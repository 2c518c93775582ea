//! The handle to a running monitor.

use std::sync::Arc;
use std::time::Duration;

use crate::dispatch::Core;
use crate::dispatch::emit_to;
use crate::dispatch::scope;
use crate::event::Event;
use crate::event::IntoEvent;
use crate::export::Account;
use crate::export::Pipeline;
use crate::export::TimedOut;
use crate::metric::Snapshot;
use crate::monitor::MonitorBuilder;
use crate::probe::AsMonitor;

/// One running pipeline: its cells, recorders and configuration. Cheap to clone.
///
/// ```
/// use monitor_core::{Monitor, monitored};
///
/// #[monitored]
/// fn answer() -> u32 {
///     42
/// }
///
/// let monitor = Monitor::builder().build();
/// monitor.scope(|| assert_eq!(answer(), 42));
/// assert_eq!(monitor.snapshot().function("answer").unwrap().calls(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Monitor {
    inner: Arc<Inner>,
}

struct Inner {
    core: Arc<Core>,
    pipeline: Pipeline,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.core.fmt(f)
    }
}

/// What a monitor lost or refused, in numbers that only grow.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Losses {
    /// How often what lies behind a bridge, such as a layer of a `tracing` subscriber, has panicked. Such a panic
    /// ends there.
    pub bridge_panics: u64,
    /// Calls that were made by the machinery itself and so not recorded.
    pub calls_suppressed: u64,
    /// Labels, fields and looks at a result that panicked; the calls and events went on without them.
    pub evaluations_panicked: u64,
    /// Events for which the threads' buffers had no room.
    pub events_dropped: u64,
    /// Events that a listener did not hear because it rested after panics.
    pub events_missed: u64,
    /// Events that were recorded for recorders, the dropped ones included.
    pub events_recorded: u64,
    /// Events told by listeners while they heard another, that nobody heard: more than eight deep, or more than 256
    /// after one event.
    pub events_unheard: u64,
    /// Values of labels that went to an overflow series.
    pub labels_overflowed: u64,
    /// How often a listener has panicked: one of this monitor, or one of the process where there was no monitor. The
    /// other listeners heard the event all the same.
    pub listener_panics: u64,
    /// Callsites, instruments and families of events that were refused: too many, or contradicting an earlier one of
    /// their name.
    pub sources_refused: u64,
    /// Spans for which the threads' buffers had no room.
    pub spans_dropped: u64,
    /// Spans nested deeper than 1,000 on one thread: they are recorded side by side, as children of the one at that
    /// depth.
    pub spans_flattened: u64,
    /// Spans that were recorded, the dropped ones included.
    pub spans_recorded: u64,
    /// Values that were no number, infinite, or negative where that makes no sense.
    pub values_rejected: u64,
}

impl Monitor {
    /// Begins to make a monitor.
    pub fn builder() -> MonitorBuilder {
        MonitorBuilder::default()
    }

    pub(crate) fn new(core: Arc<Core>, pipeline: Pipeline) -> Self {
        Self { inner: Arc::new(Inner { core, pipeline }) }
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.inner.core
    }

    /// Runs `body` so that what it calls on this thread is recorded by this monitor, and by no other.
    pub fn scope<R>(&self, body: impl FnOnce() -> R) -> R {
        scope(&self.inner.core, body)
    }

    /// Tells that something happened, to the listeners and recorders of this monitor, whatever the thread records for:
    /// for threads of one's own, such as one that asks servers whether they are there.
    ///
    /// Where nobody hears the event, `generate` does not run.
    ///
    /// ```
    /// use monitor_core::event::{Address, HeartbeatEvent, HeartbeatInfo, HeartbeatStarted};
    /// use monitor_core::{Monitor, listener};
    ///
    /// let (listener, events) = listener::channel::<HeartbeatEvent>(10);
    /// let monitor = Monitor::builder().listener(listener).build();
    /// let heart = std::thread::spawn(move || {
    ///     let info = HeartbeatInfo::new(Address::tcp("db", 5432));
    ///     monitor.emit(|| HeartbeatStarted::new(&info));
    /// });
    /// assert!(matches!(events.recv(), Ok(HeartbeatEvent::Started(_))));
    /// # heart.join().unwrap();
    /// ```
    #[inline]
    pub fn emit<E: IntoEvent>(&self, generate: impl FnOnce() -> E) {
        if E::Event::family().may_be_heard() {
            emit_to(&self.inner.core, generate);
        }
    }

    /// A copy of everything counted so far, calls that ended a moment ago included.
    ///
    /// Costs a walk over all cells; calls go on meanwhile.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.inner.core.snapshot()
    }

    /// Hands everything recorded so far to the recorders and waits until they are done with it.
    ///
    /// # Errors
    ///
    /// Some recorder was not done in time. What it has or what waits in its queue is not lost by that; what has no room there,
    /// as the recorder takes too little in half of the time, is lost and counted.
    pub fn flush(&self, timeout: Duration) -> Result<(), TimedOut> {
        self.inner.pipeline.flush(timeout)
    }

    /// Stops recording, hands over what is there, and ends the recorders. Calls from now on cost what calls
    /// cost that nobody records. A second shutdown does nothing.
    ///
    /// # Errors
    ///
    /// Some recorder was not done in time; it is left to itself.
    pub fn shutdown(&self, timeout: Duration) -> Result<(), TimedOut> {
        self.inner.core.close();
        self.inner.pipeline.shut_down(timeout)
    }

    /// What became of everything, by recorder and signal.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.inner.pipeline.accounts()
    }

    /// What was lost or refused before it came to a recorder.
    #[must_use]
    pub fn losses(&self) -> Losses {
        let losses = self.inner.core.losses();
        Losses {
            bridge_panics: losses.bridge_panics,
            calls_suppressed: losses.calls_suppressed,
            evaluations_panicked: losses.evaluations_panicked,
            events_dropped: losses.dropped.events,
            events_missed: losses.events_missed,
            events_recorded: losses.recorded.events,
            events_unheard: losses.events_unheard,
            labels_overflowed: losses.labels_overflowed,
            listener_panics: losses.listener_panics,
            sources_refused: losses.sources_refused,
            spans_dropped: losses.dropped.spans,
            spans_flattened: losses.spans_flattened,
            spans_recorded: losses.recorded.spans,
            values_rejected: losses.values_rejected,
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.core.close();
        // Nobody can wait any more; the workers end when they are done.
        let _ = self.pipeline.shut_down(Duration::ZERO);
    }
}

#[expect(private_interfaces, reason = "only this crate implements it")]
impl AsMonitor for Monitor {
    fn core(&self) -> Option<&Arc<Core>> {
        Some(&self.inner.core)
    }
}
