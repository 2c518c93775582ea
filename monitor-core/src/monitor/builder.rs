//! How a monitor is made.

use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::dispatch::Core;
use crate::dispatch::CoreConfig;
use crate::dispatch::install_global;
use crate::dispatch::subscriptions;
use crate::dispatch::suppress;
use crate::dispatch::uninstall_global;
use crate::export::Notice;
use crate::export::Pipeline;
use crate::export::PipelineConfig;
use crate::export::Source;
use crate::export::Teller;
use crate::listener::Listener;
use crate::listener::Subscriptions;
use crate::metric::Reserved;
use crate::model::Clock;
use crate::model::Filter;
use crate::model::Levels;
use crate::model::Resource;
use crate::model::Signals;
use crate::model::TraceIds;
use crate::model::WithoutParent;
use crate::monitor::Monitor;
use crate::monitor::source::CoreSource;
use crate::recorder::Recorder;

/// Waiting spans and events take at most this much memory, beyond 16 KiB a thread.
const DEFAULT_BUFFER: usize = 8 * 1024 * 1024;
const CHUNK: usize = 16 * 1024;
const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
const DEFAULT_REST: Duration = Duration::from_secs(1);
/// How long a guard waits for the recorders when it is dropped.
const FAREWELL: Duration = Duration::from_secs(5);

/// How a monitor is made.
///
/// ```
/// use monitor_core::{Filter, Monitor, recorders::Memory};
/// use std::time::Duration;
///
/// let monitor = Monitor::builder()
///     .recorder(Memory::default())
///     .filter("all, noisy=off".parse()?)
///     .interval(Duration::from_secs(30))
///     .build();
/// # Ok::<(), monitor_core::FilterError>(())
/// ```
#[must_use = "nothing runs until `install` or `build`"]
pub struct MonitorBuilder {
    recorders: Vec<Box<dyn Recorder>>,
    listeners: Vec<Subscriptions>,
    filter: Filter,
    clock: Clock,
    interval: Duration,
    rest: Duration,
    buffer: usize,
    levels: Levels,
    /// As far as somebody said.
    resource: Resource,
    /// None where nobody said.
    trace_ids: Option<TraceIds>,
    reserved: Reserved,
    teller: Teller,
}

impl Default for MonitorBuilder {
    fn default() -> Self {
        Self {
            recorders: Vec::new(),
            listeners: Vec::new(),
            filter: Filter::default(),
            clock: Clock::default(),
            interval: DEFAULT_INTERVAL,
            rest: DEFAULT_REST,
            buffer: DEFAULT_BUFFER,
            levels: Levels::default(),
            resource: Resource::default(),
            trace_ids: None,
            reserved: Reserved::default(),
            teller: Teller::default(),
        }
    }
}

impl fmt::Debug for MonitorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recorders: Vec<_> = self.recorders.iter().map(|recorder| recorder.name()).collect();
        f.debug_struct("MonitorBuilder").field("recorders", &recorders).finish_non_exhaustive()
    }
}

impl MonitorBuilder {
    /// Adds a recorder; any number may be there.
    pub fn recorder(self, recorder: impl Recorder + 'static) -> Self {
        self.boxed_recorder(Box::new(recorder))
    }

    /// Adds a recorder whose type is not known.
    pub fn boxed_recorder(mut self, recorder: Box<dyn Recorder>) -> Self {
        self.recorders.push(recorder);
        self
    }

    /// Adds a listener; any number may be there.
    ///
    /// They hear in the order in which they were added, after those that were
    /// [registered](crate::listener::register) for the process before the monitor is made.
    pub fn listener(mut self, listener: impl Listener) -> Self {
        let mut subscriptions = Subscriptions::default();
        Arc::new(listener).subscribe(&mut subscriptions);
        self.listeners.push(subscriptions);
        self
    }

    /// Records only what passes `filter`. Everything by default.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Takes time from `clock`, such as a [`ManualClock`](crate::ManualClock).
    pub fn clock(mut self, clock: impl Into<Clock>) -> Self {
        self.clock = clock.into();
        self
    }

    /// How often recorders get the metrics, ten seconds by default. Spans and events do not wait for it.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(Duration::from_millis(1));
        self
    }

    /// How long a recorder is left alone at first before a [retryable](crate::RecorderError::retryable) batch is tried
    /// again, how long one that has failed otherwise three times in a row rests, and a listener that has panicked three times
    /// in a row, one second by default. Each further failure doubles the rest, up to a minute.
    pub fn rest(mut self, rest: Duration) -> Self {
        self.rest = rest;
        self
    }

    /// How many bytes of finished spans and events may wait in the threads' buffers beyond 16 KiB a thread, 8 MiB by
    /// default. What does not fit is dropped and counted.
    pub fn buffer(mut self, bytes: usize) -> Self {
        self.buffer = bytes;
        self
    }

    /// Submits top levels: a call of [`TraceLevel::TopLevel`](crate::TraceLevel::TopLevel) is the root of a trace of its
    /// own. Otherwise it is nested.
    pub fn submit_top_level(mut self) -> Self {
        self.levels.submit_top_level = true;
        self
    }

    /// What becomes of a nested span that no span is around. It is promoted to the root of a trace by default.
    pub fn without_parent(mut self, without_parent: WithoutParent) -> Self {
        self.levels.without_parent = without_parent;
        self
    }

    /// What produces the signals: recorders send it along. What is not said here, a monitor with recorders
    /// [finds out](Resource::detect).
    ///
    /// ```
    /// use monitor_core::{Monitor, Resource};
    ///
    /// let shop = Resource::default().with("service.name", "shop").with("service.version", "1.2.3");
    /// let monitor = Monitor::builder().resource(shop).build();
    /// assert_eq!(monitor.snapshot().resource().service_name(), "shop");
    /// ```
    pub fn resource(mut self, resource: Resource) -> Self {
        self.resource = resource;
        self
    }

    /// How the identifiers of traces that begin here are made: as a recorder [wants](Recorder::trace_ids) them, and at
    /// random where none wants anything. Those with a time cost nothing more.
    pub fn trace_ids(mut self, trace_ids: TraceIds) -> Self {
        self.trace_ids = Some(trace_ids);
        self
    }

    /// Reserves a series of its own for each of these values of a label, however many others there are.
    ///
    /// A label has so many different values at most (its `max`, [two thousand](crate::monitored) where it says nothing), and
    /// whatever comes later shares one series. So somebody who makes values up could crowd out those that matter; what is
    /// reserved has its place beyond the bound. Where a function has several labels whose values are not known from their
    /// types, each of them must be reserved. A reserved value that never comes costs nothing.
    ///
    /// ```
    /// use monitor_core::{Monitor, monitored};
    ///
    /// #[monitored(labels(tenant = tenant, max = 2))]
    /// fn serve(tenant: &str) {}
    ///
    /// let monitor = Monitor::builder().reserve_labels("tenant", ["acme", "globex"]).build();
    /// monitor.scope(|| ["x1", "x2", "x3", "acme"].into_iter().for_each(serve));
    /// let snapshot = monitor.snapshot();
    /// let series = snapshot.function("serve").unwrap().series();
    /// let tenants: Vec<_> = series.iter().map(|series| &*series.labels()[0].1).collect();
    /// assert!(tenants.contains(&"acme") && !tenants.contains(&"x3"));
    /// ```
    pub fn reserve_labels<V: Into<String>>(
        mut self,
        label: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.reserved.add(label.into(), values.into_iter().map(Into::into));
        self
    }

    /// Has `tell` told what the machinery says about itself: that loss began or ended, that a recorder is stuck. It is a
    /// line on standard error otherwise, which nobody waits for: if nobody reads it, what is said later goes unsaid.
    ///
    /// It runs on threads of the machinery, one of which may wait for another meanwhile, so it should be quick; it may
    /// panic.
    ///
    /// ```
    /// use monitor_core::{Monitor, Notice};
    ///
    /// let monitor = Monitor::builder()
    ///     .notices(|notice: &Notice| if let Notice::LossBegan { recorder, .. } = notice { eprintln!("{recorder}!") })
    ///     .build();
    /// # drop(monitor);
    /// ```
    pub fn notices(mut self, tell: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        self.teller = Teller::new(tell);
        self
    }

    /// Records copies: of the span of a call that asks for one, by `copy = ..` or [`Span::copy`](crate::Span::copy), a
    /// second one in another place, for an additional trace of it.
    pub fn copies(mut self) -> Self {
        self.levels.copies = true;
        self
    }

    /// Makes a monitor of one's own: it records what runs in its [`scope`](Monitor::scope), and nothing else.
    pub fn build(self) -> Monitor {
        let signals =
            self.recorders.iter().map(|recorder| recorder.signals()).fold(Signals::METRICS, Signals::union);
        let wanted = self.recorders.iter().map(|recorder| recorder.trace_ids());
        let wanted = wanted.fold(TraceIds::default(), TraceIds::or);
        let trace_ids = self.trace_ids.unwrap_or(wanted);
        let mut listeners = subscriptions();
        listeners.extend(self.listeners);
        // Whoever ships nothing needs no answer, and the answer takes files to be read.
        let said = self.resource;
        let resource = if self.recorders.is_empty() { said } else { said.or(&Resource::detect()) };
        let core = Core::new(CoreConfig {
            clock: self.clock,
            filter: self.filter,
            signals,
            chunks: self.buffer / CHUNK,
            listeners,
            rest: self.rest,
            levels: self.levels,
            resource,
            trace_ids,
            reserved: self.reserved,
        });
        let source: Arc<dyn Source> = Arc::new(CoreSource::new(Arc::clone(&core)));
        let config = PipelineConfig {
            recorders: self.recorders,
            interval: self.interval,
            first_rest: self.rest,
            prepare: suppress,
            teller: self.teller,
        };
        let pipeline = Pipeline::start(source, config);
        Monitor::new(core, pipeline)
    }

    /// Makes the global monitor: it records everything that runs in no other monitor's scope.
    ///
    /// The guard flushes and ends it when dropped.
    ///
    /// A process that is forked off (`fork` without `exec`) has none of the monitor's threads: what it records ships nowhere,
    /// is bounded in memory, and is sent by neither process a second time; a flush there fails at once. It can install a
    /// global monitor of its own.
    ///
    /// # Errors
    ///
    /// There is a global monitor already; it stays.
    pub fn install(self) -> Result<Installed, InstallError> {
        let monitor = self.build();
        if install_global(monitor.core()) {
            Ok(Installed { monitor })
        } else {
            Err(InstallError { _private: () })
        }
    }
}

/// The global monitor, for as long as this lives: dropped, it flushes for at most five seconds and ends.
#[derive(Debug)]
#[must_use = "the monitor ends when this is dropped; bind it to a name that lives as long as `main`"]
pub struct Installed {
    monitor: Monitor,
}

impl Deref for Installed {
    type Target = Monitor;

    fn deref(&self) -> &Monitor {
        &self.monitor
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        // Who is late was counted, and nobody is left to be told.
        let _ = self.monitor.shutdown(FAREWELL);
        uninstall_global(self.monitor.core());
    }
}

/// There is a global monitor already.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InstallError {
    _private: (),
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a global monitor is installed already and stays; install once, early in `main`, or use \
             `Monitor::builder().build()` and `monitor.scope(..)` for one of your own",
        )
    }
}

impl Error for InstallError {}
