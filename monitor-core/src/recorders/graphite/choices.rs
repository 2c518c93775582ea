//! What there is to choose.

use crate::recorder::FromSetting;

/// What is told of sums that only grow.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Counters {
    /// The sum since the program began: a point that is lost loses nothing. Graphite's `perSecond()` shows the rate.
    #[default]
    Cumulative,
    /// What came since the last point.
    Delta,
}

impl FromSetting for Counters {
    const EXPECTED: &'static str = "`cumulative` or `delta`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "cumulative" => Some(Counters::Cumulative),
            "delta" => Some(Counters::Delta),
            _ => None,
        }
    }
}

/// How a series is named.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Naming {
    /// As metrics 2.0 has it, in the form that Carbon can store:
    /// `what_is_function_calls.function_is_order.mtype_is_counter.unit_is_call`.
    Metrics20,
    /// `function.calls.order.shop.ok`: labels become parts of the path, as [`Metric::path`](crate::Metric::path) has them.
    #[default]
    Path,
    /// `function.calls;function=order;module=shop;outcome=ok`, for Graphite from 1.1 on.
    Tagged,
}

impl FromSetting for Naming {
    const EXPECTED: &'static str = "`path`, `tagged` or `metrics20`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "metrics20" => Some(Naming::Metrics20),
            "path" => Some(Naming::Path),
            "tagged" => Some(Naming::Tagged),
            _ => None,
        }
    }
}

/// What Carbon is told the points in.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Protocol {
    /// Python's pickle, over TCP to port 2004: cheaper for Carbon where there is much.
    Pickle,
    /// Lines, over TCP or UDP to port 2003.
    #[default]
    Plaintext,
}

impl Protocol {
    pub(crate) fn port(self) -> u16 {
        match self {
            Protocol::Pickle => 2004,
            Protocol::Plaintext => 2003,
        }
    }
}

impl FromSetting for Protocol {
    const EXPECTED: &'static str = "`plaintext` or `pickle`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "pickle" => Some(Protocol::Pickle),
            "plaintext" => Some(Protocol::Plaintext),
            _ => None,
        }
    }
}

/// The share of values below a quantile, above 0 and below 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rank(f64);

impl Rank {
    pub(crate) fn new(rank: f64) -> Option<Self> {
        (rank > 0.0 && rank < 1.0).then_some(Self(rank))
    }

    pub(crate) fn get(self) -> f64 {
        self.0
    }

    /// `p50`, `p99`, `p999`.
    pub(crate) fn name(self) -> String {
        // Whatever a product has beyond ten digits is not meant.
        let percent = (self.0 * 1e12).round() / 1e10;
        format!("p{percent}").replace('.', "")
    }
}

impl FromSetting for Rank {
    const EXPECTED: &'static str = "a share above 0 and below 1 such as `0.99`, several joined by commas";

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok().and_then(Self::new)
    }
}
