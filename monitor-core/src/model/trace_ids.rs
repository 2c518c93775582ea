//! How the identifiers of traces are made.

/// How the identifiers of traces that begin here are made.
///
/// ```
/// use monitor_core::{Monitor, TraceIds};
///
/// let monitor = Monitor::builder().trace_ids(TraceIds::Timestamped).build();
/// # drop(monitor);
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum TraceIds {
    /// All of it is random.
    #[default]
    Random,
    /// The first four bytes are the time of the trace's beginning in seconds since 1970, at most about a second early, as
    /// AWS X-Ray wants it; the other twelve are random.
    ///
    /// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids>
    Timestamped,
}

impl TraceIds {
    /// What both those who want this and those who want `other` can do with.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (TraceIds::Random, other) => other,
            (TraceIds::Timestamped, _) => self,
        }
    }
}
