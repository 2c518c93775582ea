//! Instrumentation by one attribute.
//!
//! Put [`#[monitored]`](monitored) on a function, and the running program tells a span, how long each call
//! took, how many there were, how many are under way and how each one ended: ok, error, panic or cancelled.
//! Where that goes is decided outside the code.
//!
//! ```
//! use monitor_core::{Monitor, Outcome, monitored};
//!
//! #[monitored]
//! fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
//!     text.parse()
//! }
//!
//! let monitor = Monitor::builder().build();
//! monitor.scope(|| {
//!     let _ = parse("7");
//!     let _ = parse("seven");
//! });
//! let snapshot = monitor.snapshot();
//! let function = snapshot.function("parse").unwrap();
//! assert_eq!((function.ended(Outcome::Ok), function.ended(Outcome::Error)), (1, 1));
//! ```
//!
//! | you want to | look at |
//! |---|---|
//! | annotate functions | [`monitored`] and its options |
//! | choose recorders per environment | [`init`] |
//! | choose them in code | [`Monitor::builder`] |
//! | hear what a driver does, as it happens | [`listener`] and [`event`] |
//! | tell events | [`emit`] |
//! | count, set and time by hand | [`instrument`], [`Span`] |
//! | annotate a driver of a database | `command(..)` of [`monitored`], [`Command`], [`pool`], [`Heartbeat`] |
//! | write a plugin of a driver, and its metrics | [`plugin`](macro@plugin), [`plugin_metric`] |
//! | keep secrets out of all this | [`redaction`] |
//! | carry a trace to another thread, task or channel | [`Context`], [`FutureExt`], [`Carried`] |
//! | carry a trace to another process | [`Context::extract`], [`Context::inject`], [`propagation`] |
//! | begin a trace of its own within another | [`TraceLevel`] |
//! | meet `tracing` or `metrics` | `bridge`, with the features of these names |
//! | write a recorder | [`Recorder`] |
//! | add one to this library | [`adding_a_recorder`] |
//! | find what other systems call it | [`coming_from`] |
//! | know what was lost | [`Monitor::accounts`], [`Monitor::losses`] |

#![warn(missing_docs)]

#[doc(hidden)]
pub mod __private;
#[cfg(any(feature = "metrics", feature = "tracing"))]
pub mod bridge;
mod config;
mod dispatch;
pub mod event;
mod export;
mod metric;
mod model;
mod monitor;
mod probe;
pub mod propagation;
mod recorder;
pub mod recorders;
pub mod redaction;
mod resource;

pub use config::{ConfigError, configured, init};
pub use dispatch::{Callsite, emit, is_heard};
pub use export::{Account, DropReason, Notice, TimedOut};
pub use metric::{
    Deltas, Exemplar, FunctionSeries, FunctionSnapshot, Histogram, Metric, MetricData, MetricKind,
    MetricPoint, Snapshot,
};
pub use model::{
    Clock, Details, ErrorType, FieldValue, Filter, FilterError, Label, LabelRef, LabelText, Labels,
    ManualClock, Metadata, Outcome, Resource, Signals, SpanContext, SpanId, SpanKind, Tally, TraceId,
    TraceIds, TraceLevel, Value, WithoutParent,
};
pub use monitor::{
    Carried, Context, FutureExt, InContext, InstallError, Installed, Losses, Monitor, MonitorBuilder, Trust,
    WithMonitor,
};
pub use monitor_macros::{ErrorType, Labels, monitored, plugin, plugin_metric};
pub use probe::command::{
    Command, CommandDraft, CommandNumber, InOperation, Judgement, Operation, OperationExt, ToAddress,
    ToDocument,
};
pub use probe::{Heartbeat, Span, SpanBuilder};
pub use recorder::{
    ByteSize, Configured, Delivery, EventBatch, EventRef, FromSetting, Recorder, RecorderError, SettingError,
    Settings, SnapshotSource, Span as SpanRef, SpanBatch, WhenFull,
};
pub use resource::ResourceError;

/// Listeners: who hears of events, on the thread where they happen.
///
/// Implement the trait of a family, write `#[derive(Listener)]`, and add the listener to a monitor:
///
/// ```
/// use monitor_core::event::{CommandFailed, CommandSucceeded};
/// use monitor_core::listener::{CommandListener, Listener};
/// use monitor_core::Monitor;
///
/// #[derive(Listener)]
/// struct Print;
///
/// impl CommandListener for Print {
///     fn succeeded(&self, event: &CommandSucceeded) {
///         println!("{} took {} µs", event.command_name, event.duration_micros());
///     }
///
///     fn failed(&self, event: &CommandFailed) {
///         println!("{} failed: {}", event.command_name, event.failure);
///     }
/// }
///
/// let monitor = Monitor::builder().listener(Print).build();
/// ```
///
/// Or hear all of a family in a closure, or at the other end of a channel:
///
/// ```
/// use monitor_core::event::{Address, CheckOutFailedReason, ConnectionCheckOutFailed, PoolEvent};
/// use monitor_core::{Monitor, emit, listener};
/// use std::time::Duration;
///
/// let (into_channel, events) = listener::channel::<PoolEvent>(1000);
/// let monitor = Monitor::builder()
///     .listener(listener::from_fn(|event: &PoolEvent| println!("{event:?}")))
///     .listener(into_channel)
///     .build();
/// let failed = || {
///     let waited = Duration::from_secs(2);
///     ConnectionCheckOutFailed::new(Address::tcp("db", 5432), CheckOutFailedReason::Timeout, waited)
/// };
/// monitor.scope(|| emit(failed));
/// assert!(matches!(events.recv(), Ok(PoolEvent::ConnectionCheckOutFailed(_))));
/// ```
///
/// # On which thread, and what may be done there
///
/// A listener runs on the thread where the event happens, while that waits: mostly a thread that serves a request, for
/// heartbeats and topologies one of the driver's own. It hears events of several threads at once, and those of one
/// thread in their order. So it should be quick: count, write a line, hand the event on. What blocks or takes long
/// belongs at the other end of a [`channel`](listener::channel), or into a [`Recorder`].
///
/// It may do whatever the program may: call what is instrumented, tell events, make monitors or end them. An event
/// that it tells is heard after the one that it hears, so that all listeners hear the same order; eight deep and 256 in
/// a row, then they are [counted](Losses::events_unheard) instead. If it panics, that is
/// [counted](Losses::listener_panics), and neither the program nor another listener notices; after three panics in a
/// row it rests, for a second at first, and what it misses is [counted](Losses::events_missed) too.
///
/// # Who hears what
///
/// An event goes to the listeners of the monitor that the thread records for: that of its
/// [`scope`](Monitor::scope), or the global one. Where there is none, it goes to those that were
/// [registered](listener::register) for the process. Each monitor copies these when it is made, and lets them hear
/// before its own. A family that nobody hears costs its events one load each, however many listen to others.
pub mod listener {
    mod channel;
    mod families;
    mod from_fn;
    pub(crate) mod hears;
    pub mod log;
    mod port;
    mod subscriptions;
    #[cfg(feature = "tokio")]
    mod tokio;

    pub use channel::{ChannelListener, Events, channel};
    pub use families::{
        CommandListener, FailoverListener, HeartbeatListener, PoolListener, ServerListener, TopologyListener,
    };
    pub use from_fn::{FromFn, from_fn};
    pub(crate) use port::Ear;
    pub use port::{EventListener, Listener};
    pub use subscriptions::Subscriptions;
    #[cfg(feature = "tokio")]
    pub use tokio::{TokioEvents, TokioListener, tokio_channel};

    pub use crate::dispatch::{Registration, register};
    pub use monitor_macros::Listener;
}

#[doc = include_str!("../doc/adding_a_recorder.md")]
///
/// ````diff
#[doc = include_str!("../doc/adding_a_recorder.diff")]
/// ````
pub mod adding_a_recorder {}

#[doc = include_str!("../doc/coming_from.md")]
pub mod coming_from {}

/// Counters, gauges and histograms by hand.
pub mod instrument {
    pub use crate::metric::{Number, Whole};
    pub use crate::probe::instrument::{Counter, Gauge, Histogram, InFlight, Timer, UpDownCounter};
    pub use crate::probe::observable::{ObservableCounter, ObservableGauge, ObservableUpDownCounter, Watch};
}

#[doc(inline)]
pub use recorder::layer as layers;

/// What a chain of plugins needs beyond [`#[plugin]`](macro@plugin).
pub mod plugin {
    pub use crate::probe::reach_end;
}

/// Connection pools by hand.
pub mod pool {
    pub use crate::probe::pool::{CheckOut, CheckedOut, Connecting, Connection, Pool};
}

/// What recorders that send something over a network are told about the way there.
#[cfg(any(feature = "http", feature = "socket"))]
pub mod transport {
    #[cfg(feature = "http")]
    pub use crate::export::http::{
        Compression, HttpHeaders, HttpHeadersError, HttpProxy, HttpUrl, HttpUrlError, TlsFiles,
    };
    #[cfg(feature = "socket")]
    pub use crate::export::socket::{SocketAddress, SocketAddressError, Transport};
}

/// Sets a field of the annotated function around it, which must have declared it: `fields(rows)`.
///
/// ```
/// use monitor_core::{field, monitored};
///
/// #[monitored(fields(rows))]
/// fn load() -> usize {
///     let rows = 3;
///     field!(rows = rows);
///     rows
/// }
/// # load();
/// ```
///
/// `%value` records the `Display` form, `?value` the `Debug` form.
#[macro_export]
macro_rules! field {
    ($($name:ident).+ = % $value:expr) => {
        $crate::__private::late_display(&__MONITORED_FIELDS.$($name).+, &$value)
    };
    ($($name:ident).+ = ? $value:expr) => {
        $crate::__private::late_debug(&__MONITORED_FIELDS.$($name).+, &$value)
    };
    ($($name:ident).+ = $value:expr) => {
        $crate::__private::late(&__MONITORED_FIELDS.$($name).+, &$value)
    };
}
