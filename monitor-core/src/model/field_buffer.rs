//! The fields of one span as bytes: written without allocating, read back when a batch is handed out.
//!
//! One field is its name, a type and a payload. A declared name is its index in the callsite's metadata; a
//! free name is written out. What the monitor itself says has a number and no name, so that no name is mistaken for it.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write;
use std::iter;

use crate::model::FieldValue;
use crate::model::Metadata;

/// The most bytes that the fields of one span take; what goes beyond is dropped and counted.
const LIMIT: usize = 6 * 1024;
/// The most bytes of one text; longer text is cut at a character boundary.
const TEXT_LIMIT: usize = 4 * 1024;
/// The most fields of one span, as OpenTelemetry has it.
const COUNT_LIMIT: u16 = 128;

/// The name is written out behind the index.
const FREE_NAME: u16 = u16::MAX;
/// What the monitor itself says has an index from here on.
const OWN: u16 = FREE_NAME - Own::ALL.len() as u16;

const BOOL: u8 = 0;
const FLOAT: u8 = 1;
const SIGNED: u8 = 2;
const TEXT: u8 = 3;
const UNSIGNED: u8 = 4;

/// The name of a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FieldName<'a> {
    Declared(usize),
    Free(&'a str),
    /// It is no field at all.
    Own(Own),
}

/// What the monitor itself says of a span or an event, among the fields and apart from them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Own {
    /// How many fields did not fit.
    Dropped,
    /// A span that this one is linked to.
    Link,
    /// The name of this one span.
    Name,
    /// The state of the trace, as headers have it.
    TraceState,
}

impl Own {
    const ALL: [Own; 4] = [Own::Dropped, Own::Link, Own::Name, Own::TraceState];

    const fn index(self) -> u16 {
        OWN + self as u16
    }

    fn of_index(index: u16) -> Option<Self> {
        Self::ALL.get(usize::from(index.checked_sub(OWN)?)).copied()
    }
}

/// The fields of one span as bytes, bounded in length and number.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldBuffer {
    bytes: Vec<u8>,
    count: u16,
    dropped: u16,
    /// Nothing more is taken, as it may be what must not be told.
    sealed: bool,
}

impl FieldBuffer {
    /// Adds a field.
    pub(crate) fn push(&mut self, name: FieldName<'_>, value: &FieldValue<'_>) {
        match value {
            FieldValue::Bool(value) => self.fixed(name, BOOL, &[u8::from(*value)]),
            FieldValue::Float(value) => self.fixed(name, FLOAT, &value.to_le_bytes()),
            FieldValue::Signed(value) => self.fixed(name, SIGNED, &value.to_le_bytes()),
            FieldValue::Text(value) => self.text(name, format_args!("{value}")),
            FieldValue::Unsigned(value) => self.fixed(name, UNSIGNED, &value.to_le_bytes()),
        }
    }

    /// Adds a text field from its formatted form, cut where it is too long.
    pub(crate) fn text(&mut self, name: FieldName<'_>, value: fmt::Arguments<'_>) {
        let Some(start) = self.header(name, TEXT) else { return };
        self.bytes.extend_from_slice(&[0, 0]);
        let body = self.bytes.len();
        let limit = LIMIT.min(body + TEXT_LIMIT);
        // A `Display` that fails has written what it could; that is kept.
        let mut whole = Whole { bytes: &mut self.bytes, start, written: false };
        let _ = Bounded { bytes: whole.bytes, limit }.write_fmt(value);
        whole.written = true;
        drop(whole);
        match u16::try_from(self.bytes.len() - body) {
            Ok(length) => self.bytes[body - 2..body].copy_from_slice(&length.to_le_bytes()),
            Err(_) => {
                self.bytes.truncate(start);
                self.dropped = self.dropped.saturating_add(1);
                return;
            }
        }
        self.count += 1;
    }

    /// Appends what `other` has.
    pub(crate) fn append(&mut self, other: &FieldBuffer) {
        if self.sealed {
            return;
        }
        if self.bytes.len() + other.bytes.len() <= LIMIT && self.count + other.count <= COUNT_LIMIT {
            self.bytes.extend_from_slice(&other.bytes);
            self.count += other.count;
            self.dropped = self.dropped.saturating_add(other.dropped);
        } else {
            self.dropped = self.dropped.saturating_add(other.count);
        }
    }

    /// Forgets every field and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
        self.dropped = 0;
        self.sealed = false;
    }

    /// Forgets every field, and takes none from now on without counting it as lost.
    pub(crate) fn seal(&mut self) {
        self.clear();
        self.sealed = true;
    }

    /// Is sealed if the other one is.
    pub(crate) fn share_seal(&mut self, other: &FieldBuffer) {
        if other.sealed {
            self.seal();
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[cfg(any(test, feature = "tracing"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.dropped == 0
    }

    /// Writes down how many fields did not fit, beyond the bound on their number.
    pub(crate) fn lost(&mut self, dropped: u16) {
        self.bytes.extend_from_slice(&Own::Dropped.index().to_le_bytes());
        self.bytes.push(UNSIGNED);
        self.bytes.extend_from_slice(&u64::from(dropped).to_le_bytes());
    }

    /// How many fields did not fit.
    pub(crate) fn dropped(&self) -> u16 {
        self.dropped
    }

    fn fixed(&mut self, name: FieldName<'_>, kind: u8, payload: &[u8]) {
        if self.header(name, kind).is_some() {
            self.bytes.extend_from_slice(payload);
            self.count += 1;
        }
    }

    /// Writes name and type, if there is room for at least a small value behind them.
    fn header(&mut self, name: FieldName<'_>, kind: u8) -> Option<usize> {
        if self.sealed {
            return None;
        }
        let start = self.bytes.len();
        let name_length = match name {
            FieldName::Declared(_) | FieldName::Own(_) => 0,
            FieldName::Free(name) => 1 + name.len().min(usize::from(u8::MAX)),
        };
        if self.count >= COUNT_LIMIT || start + name_length + 16 > LIMIT {
            self.dropped = self.dropped.saturating_add(1);
            return None;
        }
        match name {
            FieldName::Declared(index) => {
                let index = u16::try_from(index).unwrap_or(u16::MAX).min(OWN - 1);
                self.bytes.extend_from_slice(&index.to_le_bytes());
            }
            FieldName::Free(name) => {
                let name = cut(name, usize::from(u8::MAX));
                self.bytes.extend_from_slice(&FREE_NAME.to_le_bytes());
                self.bytes.push(name.len() as u8);
                self.bytes.extend_from_slice(name.as_bytes());
            }
            FieldName::Own(own) => self.bytes.extend_from_slice(&own.index().to_le_bytes()),
        }
        self.bytes.push(kind);
        Some(start)
    }
}

/// The longest beginning of `text` of at most `limit` bytes that ends at a character boundary.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// Takes a field back that a panic has left unfinished.
struct Whole<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
    written: bool,
}

impl Drop for Whole<'_> {
    fn drop(&mut self) {
        if !self.written {
            self.bytes.truncate(self.start);
        }
    }
}

/// Takes text up to a limit and silently no more.
struct Bounded<'a> {
    bytes: &'a mut Vec<u8>,
    limit: usize,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let text = cut(text, self.limit.saturating_sub(self.bytes.len()));
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Reads the fields of a span or event back: an iterator of name and value, without what the monitor itself says.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    names: &'static [&'static str],
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn new(metadata: &Metadata, bytes: &'a [u8]) -> Self {
        Self { names: metadata.fields, bytes }
    }

    /// What the monitor itself says under this number.
    pub(crate) fn own(&self, own: Own) -> impl Iterator<Item = FieldValue<'a>> + use<'a> {
        self.clone().all().filter(move |(name, _)| *name == FieldName::Own(own)).map(|(_, value)| value)
    }

    /// Fields, all with the names that they are called by, and what the monitor itself says among them.
    pub(crate) fn all(mut self) -> impl Iterator<Item = (FieldName<'a>, FieldValue<'a>)> + use<'a> {
        iter::from_fn(move || self.take_any())
    }

    fn take_any(&mut self) -> Option<(FieldName<'a>, FieldValue<'a>)> {
        let index = u16::from_le_bytes(self.take()?);
        let name = match Own::of_index(index) {
            Some(own) => FieldName::Own(own),
            None if index == FREE_NAME => {
                let [length] = self.take()?;
                FieldName::Free(self.take_text(usize::from(length))?)
            }
            None => FieldName::Free(self.names.get(usize::from(index)).copied().unwrap_or("unknown")),
        };
        let [kind] = self.take()?;
        let value = match kind {
            BOOL => FieldValue::Bool(self.take::<1>()? != [0]),
            FLOAT => FieldValue::Float(f64::from_le_bytes(self.take()?)),
            SIGNED => FieldValue::Signed(i64::from_le_bytes(self.take()?)),
            UNSIGNED => FieldValue::Unsigned(u64::from_le_bytes(self.take()?)),
            TEXT => {
                let length = u16::from_le_bytes(self.take()?);
                FieldValue::Text(Cow::Borrowed(self.take_text(usize::from(length))?))
            }
            _ => return None,
        };
        Some((name, value))
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*taken)
    }

    fn take_text(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        std::str::from_utf8(taken).ok()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, FieldValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.take_any()? {
                (FieldName::Free(name), value) => return Some((name, value)),
                (FieldName::Declared(_) | FieldName::Own(_), _) => {}
            }
        }
    }
}
