//! What a daemon understands.

use crate::recorder::FromSetting;

/// What the daemon understands of labels and types.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Dialect {
    /// What every daemon understands: counters, gauges and timings. Labels become parts of the name, as
    /// [`Metric::path`](crate::Metric::path) has them.
    #[default]
    Classic,
    /// Datadog's: labels, histograms and distributions, several values a line, events, service checks.
    DogStatsD,
    /// Classic, with labels as in `name:1|c|#env:prod`: Etsy's daemon from 0.9 on (which makes Graphite's tags of them),
    /// Telegraf, Prometheus' `statsd_exporter`.
    Tagged,
}

impl FromSetting for Dialect {
    const EXPECTED: &'static str = "`classic`, `dogstatsd` or `tagged`";

    fn from_setting(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "classic" => Some(Dialect::Classic),
            "dogstatsd" => Some(Dialect::DogStatsD),
            "tagged" => Some(Dialect::Tagged),
            _ => None,
        }
    }
}

/// Where timings come from.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Timers {
    /// From histograms: at each interval, the calls since the last one as a bounded number of values, whose count and
    /// ranks are those of the calls. However many calls there are, the traffic stays the same.
    #[default]
    Histograms,
    /// From spans: each call is a timing, exact to the nanosecond, or a [share](crate::recorders::Statsd::sample_rate)
    /// of the calls. Traffic grows with the number of calls. Histograms of one's own still come from snapshots.
    Spans,
}

impl FromSetting for Timers {
    const EXPECTED: &'static str = "`histograms` or `spans`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "histograms" => Some(Timers::Histograms),
            "spans" => Some(Timers::Spans),
            _ => None,
        }
    }
}

/// As what [DogStatsD](Dialect::DogStatsD) gets the values of a histogram. In the other dialects they are timings,
/// the only distribution that those know.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum HistogramType {
    /// `d`: quantiles over all hosts, computed by Datadog.
    #[default]
    Distribution,
    /// `h`: quantiles of each host, computed by its agent.
    Histogram,
    /// `ms`: the same, for daemons that know timings alone.
    Timing,
}

impl HistogramType {
    pub(crate) fn letters(self) -> &'static str {
        match self {
            HistogramType::Distribution => "d",
            HistogramType::Histogram => "h",
            HistogramType::Timing => "ms",
        }
    }
}

impl FromSetting for HistogramType {
    const EXPECTED: &'static str = "`distribution`, `histogram` or `timing`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "distribution" => Some(HistogramType::Distribution),
            "histogram" => Some(HistogramType::Histogram),
            "timing" => Some(HistogramType::Timing),
            _ => None,
        }
    }
}

/// A share of all, above zero and at most one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(f64);

impl Share {
    pub(crate) const ALL: Share = Share(1.0);

    pub(crate) fn new(share: f64) -> Option<Self> {
        (share > 0.0 && share <= 1.0).then_some(Self(share))
    }

    pub(crate) fn get(self) -> f64 {
        self.0
    }

    /// Whether one is among the share, of which nothing is known but this well-mixed number.
    pub(crate) fn has(self, mixed: u64) -> bool {
        self.0 >= 1.0 || (mixed as f64) < self.0 * 2_f64.powi(64)
    }
}

impl FromSetting for Share {
    const EXPECTED: &'static str = "a share above 0 and at most 1, such as `0.1`";

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok().and_then(Self::new)
    }
}
