//! What is known of a whole trace, a bit each.

use std::fmt;
use std::ops::BitOr;

/// What is known of a whole trace, a bit each. Bits without a meaning are not kept.
///
/// ```
/// use monitor_core::propagation::TraceFlags;
///
/// let flags = TraceFlags::SAMPLED | TraceFlags::RANDOM;
/// assert!(flags.contains(TraceFlags::SAMPLED));
/// assert_eq!(flags.to_string(), "03");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct TraceFlags(u8);

impl TraceFlags {
    /// Nothing is known.
    pub const NONE: TraceFlags = TraceFlags(0);
    /// The sender records the trace.
    pub const SAMPLED: TraceFlags = TraceFlags(1);
    /// At least the right-most seven bytes of the trace's identifier are random.
    pub const RANDOM: TraceFlags = TraceFlags(2);

    /// The bits that have a meaning among these.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & (Self::SAMPLED.0 | Self::RANDOM.0))
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of `other` is in here.
    #[must_use]
    pub const fn contains(self, other: TraceFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// All that is in here but not in `other`.
    #[must_use]
    pub const fn without(self, other: TraceFlags) -> TraceFlags {
        TraceFlags(self.0 & !other.0)
    }
}

impl BitOr for TraceFlags {
    type Output = TraceFlags;

    fn bitor(self, other: TraceFlags) -> TraceFlags {
        TraceFlags(self.0 | other.0)
    }
}

impl fmt::Display for TraceFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}", self.0)
    }
}
