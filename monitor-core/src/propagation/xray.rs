//! `X-Amzn-Trace-Id`: which span of which trace sends this, in the way of AWS.

use std::fmt;
use std::str::FromStr;

use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::propagation::HeaderError;
use crate::propagation::trimmed;

/// The most bytes that are looked at.
const BYTES: usize = 2_048;
const LENGTH: &str = "it has at most 2,048 bytes";

/// `X-Amzn-Trace-Id`: which span of which trace sends this, in the way of AWS X-Ray and its load balancers.
///
/// An identifier of a trace is written there in two parts, of which the first is the time of its beginning in seconds.
/// One of ours, and of W3C Trace Context, is written in the same way, whatever its first part stands for.
///
/// Parts that are not as they should be are left out. What comes in `Self`, the part of the load balancer itself, is not
/// passed on; any other is, such as `Lineage`.
///
/// ```
/// use monitor_core::propagation::{XRayHeader, XRaySampled};
///
/// let text = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
/// let header: XRayHeader = text.parse()?;
/// assert_eq!(header.root().unwrap().to_string(), "5759e988bd862e3fe1be46a994272793");
/// assert_eq!(header.sampled(), Some(XRaySampled::Yes));
/// assert_eq!(header.to_string(), text);
/// # Ok::<(), monitor_core::propagation::HeaderError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct XRayHeader {
    root: Option<TraceId>,
    parent: Option<SpanId>,
    sampled: Option<XRaySampled>,
    others: Vec<(Box<str>, Box<str>)>,
}

/// Whether the sender records the trace.
#[expect(clippy::exhaustive_enums, reason = "the header knows no other")]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum XRaySampled {
    /// The sender asks to be told.
    Ask,
    /// It does not.
    No,
    /// It does.
    Yes,
}

impl XRaySampled {
    const fn as_str(self) -> &'static str {
        match self {
            XRaySampled::Ask => "?",
            XRaySampled::No => "0",
            XRaySampled::Yes => "1",
        }
    }
}

impl XRayHeader {
    /// The header's name, in lower case as all are here.
    pub const NAME: &'static str = "x-amzn-trace-id";

    /// The header of this span.
    #[must_use]
    pub fn new(context: SpanContext, sampled: XRaySampled) -> Self {
        Self {
            root: Some(context.trace_id()).filter(|trace| trace.is_valid()),
            parent: Some(context.span_id()).filter(|span| span.is_valid()),
            sampled: Some(sampled),
            others: Vec::new(),
        }
    }

    /// Reads the header's value.
    ///
    /// # Errors
    ///
    /// It has more than 2,048 bytes.
    pub fn parse(value: &[u8]) -> Result<Self, HeaderError> {
        if value.len() > BYTES {
            return Err(HeaderError::new(Self::NAME, LENGTH, value));
        }
        let mut header = Self::default();
        let parts =
            value.split(|byte| *byte == b';').map(trimmed).filter_map(|it| std::str::from_utf8(it).ok());
        for (key, value) in parts.filter_map(|part| part.split_once('=')) {
            match key {
                "Root" => header.root = root(value),
                "Parent" => header.parent = number(value, 16).map(|id| SpanId::new(id as u64)),
                "Sampled" => {
                    let all = [XRaySampled::Ask, XRaySampled::No, XRaySampled::Yes];
                    header.sampled = all.into_iter().find(|it| it.as_str() == value);
                }
                "Self" => {}
                key if is_plain(key) && is_plain(value) => header.others.push((key.into(), value.into())),
                _ => {}
            }
        }
        header.parent = header.parent.filter(|span| span.is_valid());
        Ok(header)
    }

    /// The trace.
    #[must_use]
    pub fn root(&self) -> Option<TraceId> {
        self.root
    }

    /// The span that sends this; none where it comes from a load balancer, which has none.
    #[must_use]
    pub fn parent(&self) -> Option<SpanId> {
        self.parent
    }

    /// Whether the sender records the trace, if it says so.
    #[must_use]
    pub fn sampled(&self) -> Option<XRaySampled> {
        self.sampled
    }

    /// The parts that have no meaning here and are passed on, such as `Lineage`.
    pub fn others(&self) -> impl Iterator<Item = (&str, &str)> {
        self.others.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The same with the parts of another header that have no meaning here.
    #[must_use]
    pub fn with_others_of(mut self, other: &XRayHeader) -> Self {
        self.others.clone_from(&other.others);
        self
    }
}

impl FromStr for XRayHeader {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for XRayHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = self.root.map(|root| {
            let digits = root.to_string();
            format!("1-{}-{}", &digits[..8], &digits[8..])
        });
        let known = [
            ("Root", root),
            ("Parent", self.parent.map(|parent| parent.to_string())),
            ("Sampled", self.sampled.map(|sampled| sampled.as_str().to_owned())),
        ];
        let known = known.iter().filter_map(|(key, value)| Some((*key, value.as_deref()?)));
        for (place, (key, value)) in known.chain(self.others()).enumerate() {
            write!(f, "{}{key}={value}", if place == 0 { "" } else { ";" })?;
        }
        Ok(())
    }
}

fn root(value: &str) -> Option<TraceId> {
    let (time, random) = value.strip_prefix("1-")?.split_once('-')?;
    let id = TraceId::new(number(time, 8)? << 96 | number(random, 24)?);
    Some(id).filter(|id| id.is_valid())
}

/// The number that so many digits of hexadecimal are.
fn number(digits: &str, count: usize) -> Option<u128> {
    let right = digits.len() == count && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u128::from_str_radix(digits, 16).ok().filter(|_| right)
}

/// Whether a text can stand in a header as a part that has no meaning here.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !b";".contains(&byte))
}
