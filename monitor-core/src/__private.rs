//! The only door for generated code. Nothing here is a public interface.

pub use crate::dispatch::{Callsite, Declared, Moments, Plugin, linked};
pub use crate::event::{Event, Severity, put, put_debug, put_display};
pub use crate::listener::hears::{Hears, Subscribe, Unheard, hear_event, hears_any, subscribe};
pub use crate::listener::{Listener, Subscriptions};
pub use crate::metric::{MetricKind, MetricValue};
pub use crate::model::{
    Details, ErrorType, Family, FieldValue, Label, LabelRef, LabelText, Labels, Metadata, Outcome, Signals,
    SpanContext, SpanKind, TraceLevel, Value,
};
pub use crate::probe::boxed::{Boxed, BoxedFallible, BoxedStream};
pub use crate::probe::command::{CommandDraft, Replied, command_family};
pub use crate::probe::observable::{Watch, WatchedMetric};
pub use crate::probe::plugin_metric::{Declaration, MetricLabels, PluginMetric, ReadMetric, look};
pub use crate::probe::shape::Shape;
pub use crate::probe::strategy::{Fallible, FallibleTyped, Observed, Plain};
pub use crate::probe::{
    AsMonitor, Classify, Ended, Guard, IntoParent, LateField, Monitored, MonitoredStream, Preparation, Setup,
    guard, late, late_debug, late_display, make_stream, plain, unreached,
};

use crate::model::sync::const_fn;

impl Callsite {
    const_fn! {
        /// A callsite with this description.
        #[must_use]
        pub const fn new(metadata: Metadata) -> Self {
            Self::with_wire(metadata, wire)
        }
    }

    const_fn! {
        /// A callsite that has no more to tell than where it is.
        #[must_use]
        pub const fn at(name: &'static str, module: &'static str, file: &'static str, line: u32) -> Self {
            Self::with_wire(Metadata { name, module, file, line, max: 0, description: "", details: None }, wire)
        }
    }
}

/// The bridges that are compiled in.
const BRIDGES: &[fn(&'static Callsite)] = &[
    #[cfg(feature = "metrics")]
    crate::bridge::forward_metrics,
    #[cfg(feature = "tracing")]
    crate::bridge::forward_spans,
];

/// Lets the bridges know of a callsite.
fn wire(callsite: &'static Callsite) {
    BRIDGES.iter().for_each(|bridge| bridge(callsite));
}
