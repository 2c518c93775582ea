//! Instrumentation: what generated code calls, and the same by hand.

#![forbid(unsafe_code)]

pub(crate) mod boxed;
pub(crate) mod call;
pub(crate) mod command;
mod construction;
mod described;
mod ended;
mod evaluate;
pub(crate) mod future;
mod guard;
mod heartbeat;
pub(crate) mod instrument;
mod late;
pub(crate) mod observable;
mod plugin;
pub(crate) mod plugin_metric;
pub(crate) mod pool;
mod setup;
pub(crate) mod shape;
mod span;
#[cfg(all(test, not(loom)))]
mod steady;
pub(crate) mod strategy;
mod stream;

pub use call::{plain, unreached};
pub use construction::make_stream;
pub use ended::{Classify, Ended};
pub use future::Monitored;
pub use guard::{Guard, guard};
pub use heartbeat::Heartbeat;
pub use late::{LateField, late, late_debug, late_display};
pub use plugin::reach_end;
pub use setup::{AsMonitor, IntoParent, Preparation, Setup};
pub use span::{Span, SpanBuilder};
pub use stream::MonitoredStream;

use stream::stream;
