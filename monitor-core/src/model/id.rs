//! Identifiers of spans and traces, as W3C Trace Context writes them.

use std::fmt;

use crate::model::mix;
use crate::model::unmix;

/// The identifier of one span, never zero for a span that exists.
///
/// ```
/// use monitor_core::SpanId;
///
/// assert_eq!(SpanId::new(0xab).to_string(), "00000000000000ab");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SpanId(u64);

impl SpanId {
    /// The identifier with this number.
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Whether this names a span at all; zero does not.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.0 != 0
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The identifier that all spans of one trace share.
///
/// ```
/// use monitor_core::TraceId;
///
/// assert_eq!(TraceId::new(1).to_string(), "00000000000000000000000000000001");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TraceId(u128);

impl TraceId {
    /// The identifier with this number.
    #[must_use]
    pub const fn new(id: u128) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// Whether this names a trace at all; zero does not.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.0 != 0
    }

    /// The identifier that grows from two words of a record.
    ///
    /// The lower one is the span identifier of the trace's root or, for a trace that came from elsewhere, whatever
    /// gives its identifier: mixing it is left to those who read, so that a root span costs its thread two stores.
    pub(crate) const fn from_seeds(high: u64, low: u64) -> Self {
        Self(((high as u128) << 64) | mix(low) as u128)
    }

    /// The words from which this identifier grows.
    pub(crate) const fn seeds(self) -> (u64, u64) {
        ((self.0 >> 64) as u64, unmix(self.0 as u64))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_grows_from_its_seeds_again() {
        for id in [0, 1, u128::MAX, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736] {
            let (high, low) = TraceId::new(id).seeds();
            assert_eq!(TraceId::from_seeds(high, low), TraceId::new(id));
        }
    }
}
