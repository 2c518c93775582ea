//! What is known of an instrument used by hand.

/// The kind of a metric.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum MetricKind {
    /// A sum that only grows.
    Counter,
    /// A value that is set.
    Gauge,
    /// A distribution.
    Histogram,
    /// A sum that grows and shrinks.
    UpDownCounter,
}

/// Name, unit and meaning of an instrument used by hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InstrumentInfo {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) description: &'static str,
    pub(crate) kind: MetricKind,
    pub(crate) labels: &'static [&'static str],
    pub(crate) max: u32,
    pub(crate) buckets: &'static [f64],
    /// Labels with an empty value are absent.
    pub(crate) sparse: bool,
}
