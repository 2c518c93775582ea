//! `traceparent`: which span of which trace sends this.

use std::fmt;
use std::str::FromStr;

use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::propagation::HeaderError;
use crate::propagation::TraceFlags;
use crate::propagation::trimmed;

/// How long what every version has is.
const LENGTH: usize = 55;
const RIGHT: &str = "two, 32, 16 and two digits of lower-case hexadecimal with `-` between them, no identifier all zero, \
                     and nothing behind them in version 00";

/// `traceparent`: which span of which trace sends this, as W3C Trace Context has it.
///
/// Version 00 is written. Later ones are read as far as this one knows them.
///
/// ```
/// use monitor_core::propagation::TraceParent;
///
/// let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let parent: TraceParent = text.parse()?;
/// assert_eq!(parent.context().span_id().to_string(), "b7ad6b7169203331");
/// assert_eq!(parent.to_string(), text);
/// # Ok::<(), monitor_core::propagation::HeaderError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TraceParent {
    context: SpanContext,
    flags: TraceFlags,
}

impl TraceParent {
    /// The header's name.
    pub const NAME: &'static str = "traceparent";

    /// The header of this span; none if the context is no valid one.
    #[must_use]
    pub fn new(context: SpanContext, flags: TraceFlags) -> Option<Self> {
        context.is_valid().then_some(Self { context, flags })
    }

    /// Reads the header's value.
    ///
    /// # Errors
    ///
    /// It is not as the specification says.
    pub fn parse(value: &[u8]) -> Result<Self, HeaderError> {
        Self::read(trimmed(value)).ok_or_else(|| HeaderError::new(Self::NAME, RIGHT, value))
    }

    fn read(value: &[u8]) -> Option<Self> {
        let (known, rest) = value.split_at_checked(LENGTH)?;
        let [b'-', trace @ .., b'-', _, _] = known.get(2..)? else { return None };
        let (trace, span) = trace.split_at_checked(32)?;
        let [b'-', span @ ..] = span else { return None };
        let version = number(&known[..2])?;
        let more = match version {
            0 => rest.is_empty(),
            0xff => false,
            _ => rest.first().is_none_or(|next| *next == b'-'),
        };
        let context =
            SpanContext::new(TraceId::new(number(trace)?), SpanId::new(u64::try_from(number(span)?).ok()?))
                .remote();
        let flags = TraceFlags::from_bits(number(&known[LENGTH - 2..])? as u8);
        Self::new(context, flags).filter(|_| more)
    }

    /// The span; one of another process, where this was read from a header.
    #[must_use]
    pub fn context(&self) -> SpanContext {
        self.context
    }

    /// What is known of the trace.
    #[must_use]
    pub fn flags(&self) -> TraceFlags {
        self.flags
    }
}

impl FromStr for TraceParent {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{}", self.context.trace_id(), self.context.span_id(), self.flags)
    }
}

/// The number that at most 32 digits of lower-case hexadecimal are.
fn number(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number: u128, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(value))
    })
}
