//! Where a span hangs: below the one around it, or at the top of a trace of its own.

/// Where the span of a call hangs.
///
/// What a call gives, with a span around it and without one. "Root" is a span at the top of a trace of its own; "link"
/// is a link to the span around, whose trace it also tells in the field `parent_trace_id`, in hexadecimal.
///
/// | level | a span is around it | none is |
/// |---|---|---|
/// | `Nested` | a child of it | a root, or no span: [`WithoutParent`](crate::WithoutParent) |
/// | `TopLevel`, submitted | a root with a link | a root |
/// | `TopLevel`, not submitted | as `Nested` | as `Nested` |
/// | `ForceTopLevel` | a root with a link | a root |
/// | `NoTrace` | no span | no span |
///
/// Whether top levels are submitted is for the monitor to say: [`MonitorBuilder::submit_top_level`]. Metrics count at
/// every level. What is called within hangs on the root, or on the span around where the call is no span itself; and
/// when the call has ended, in whatever way, the span around is current again.
///
/// # For those who come from the AWS drivers
///
/// | there | here |
/// |---|---|
/// | `FORCE_TOP_LEVEL`, `TOP_LEVEL`, `NESTED`, `NO_TRACE` | `level = force_top_level`, `top_level`, `nested`, `no_trace` |
/// | `telemetry_submit_top_level`, `telemetry_submit_toplevel`, `telemetrySubmitTopLevel`, `telemetrySubmitToplevel` | [`MonitorBuilder::submit_top_level`], or the same words in `MONITOR_TRACES` |
/// | a nested context without a parent is dropped (JDBC, X-Ray) or becomes a root (Python over OTLP) | [`WithoutParent::Drop`](crate::WithoutParent::Drop), [`WithoutParent::Promote`](crate::WithoutParent::Promote) |
/// | `post_copy(context, level)` | `copy = level` on the function, [`Span::copy`](crate::Span::copy) by hand |
/// | `telemetry_failover_additional_top_trace`, `telemetryFailoverAdditionalTopTrace` | [`MonitorBuilder::copies`] |
/// | `parent_trace_id`, `parentTraceId` | the field `parent_trace_id` of a root with a link: the trace of the span around |
/// | `source_trace_id`, `sourceTraceId` | the field `source_trace_id` of a copy, in hexadecimal |
/// | `trace_name`, `traceName` | the span's name, which every span has; there is no field that says it again |
///
/// A segment of the application is never lost by a root that begins within it, and nothing stays current after its end.
///
/// ```
/// use monitor_core::{Monitor, Span, TraceLevel, monitored, recorders::Memory};
/// use std::time::Duration;
///
/// #[monitored(level = force_top_level)]
/// fn failover() {}
///
/// let memory = Memory::default();
/// let monitor = Monitor::builder().recorder(memory.clone()).build();
/// monitor.scope(|| {
///     let _around = Span::start("around");
///     failover();
///     Span::builder("by hand").level(TraceLevel::ForceTopLevel).start();
/// });
/// monitor.flush(Duration::from_secs(5)).unwrap();
/// let spans = memory.spans();
/// let around = spans[2].trace_id;
/// for root in &spans[..2] {
///     assert_eq!((root.parent, root.links[0].trace_id()), (None, around));
///     assert_eq!(root.field("parent_trace_id").unwrap().to_string(), around.to_string());
/// }
/// ```
///
/// [`MonitorBuilder::submit_top_level`]: crate::MonitorBuilder::submit_top_level
/// [`MonitorBuilder::copies`]: crate::MonitorBuilder::copies
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum TraceLevel {
    /// The root of a trace of its own, linked to the span around it.
    ForceTopLevel,
    /// A part of the span around it.
    #[default]
    Nested,
    /// No span.
    NoTrace,
    /// As `ForceTopLevel` where the monitor submits top levels, else as `Nested`.
    TopLevel,
}

/// What becomes of a nested span that no span is around.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum WithoutParent {
    /// It is no span. Its metrics count.
    Drop,
    /// It is the root of a trace.
    #[default]
    Promote,
}

/// What a monitor makes of trace levels.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Levels {
    pub(crate) submit_top_level: bool,
    pub(crate) without_parent: WithoutParent,
    pub(crate) copies: bool,
}

impl Levels {
    /// The level that a span has under this monitor.
    pub(crate) fn effective(self, level: TraceLevel) -> TraceLevel {
        match level {
            TraceLevel::TopLevel if !self.submit_top_level => TraceLevel::Nested,
            TraceLevel::TopLevel => TraceLevel::ForceTopLevel,
            level => level,
        }
    }

    /// Whether a span of this level needs a look at the one around it.
    pub(crate) fn look_around(self, level: TraceLevel) -> bool {
        match self.effective(level) {
            TraceLevel::Nested => self.without_parent == WithoutParent::Drop,
            _ => true,
        }
    }
}
