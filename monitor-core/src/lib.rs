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
//! | count, set and time by hand | [`instrument`], [`Span`] |
//! | carry a trace to another thread or task | [`Context`], [`FutureExt`] |
//! | meet `tracing` or `metrics` | `bridge`, with the features of these names |
//! | write a recorder | [`Recorder`] |
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
mod recorder;
pub mod recorders;

pub use config::{ConfigError, init};
pub use dispatch::{Callsite, emit, is_heard};
pub use export::{Account, DropReason, TimedOut};
pub use metric::{
    FunctionSeries, FunctionSnapshot, Histogram, Metric, MetricData, MetricKind, MetricPoint, Snapshot,
};
pub use model::{
    Clock, Details, ErrorType, FieldValue, Filter, FilterError, Label, LabelRef, LabelText, Labels,
    ManualClock, Metadata, Outcome, Signals, SpanContext, SpanId, SpanKind, TraceId, Value,
};
pub use monitor::{
    Context, FutureExt, InContext, InstallError, Installed, Losses, Monitor, MonitorBuilder, WithMonitor,
};
pub use monitor_macros::{ErrorType, Labels, monitored, plugin, plugin_metric};
pub use probe::Span;
pub use recorder::{Recorder, RecorderError, Span as SpanRef, SpanBatch};

/// Listeners: who hears of events, on the thread where they happen.
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
}

/// Counters, gauges and histograms by hand.
pub mod instrument {
    pub use crate::metric::{Number, Whole};
    pub use crate::probe::instrument::{Counter, Gauge, Histogram, InFlight, Timer, UpDownCounter};
    pub use crate::probe::observable::{ObservableCounter, ObservableGauge, ObservableUpDownCounter, Watch};
}

/// What a chain of plugins needs beyond [`#[plugin]`](macro@plugin).
pub mod plugin {
    pub use crate::probe::reach_end;
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
