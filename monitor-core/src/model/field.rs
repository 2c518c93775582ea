//! Values of fields: the free data of a span.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// The value of one field.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue<'a> {
    /// A truth value.
    Bool(bool),
    /// A floating-point number.
    Float(f64),
    /// A whole number with sign.
    Signed(i64),
    /// Text, cut at a character boundary where it was longer than a field may be.
    Text(Cow<'a, str>),
    /// A whole number without sign.
    Unsigned(u64),
}

impl FieldValue<'_> {
    /// The same value, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> FieldValue<'static> {
        match self {
            FieldValue::Bool(value) => FieldValue::Bool(value),
            FieldValue::Float(value) => FieldValue::Float(value),
            FieldValue::Signed(value) => FieldValue::Signed(value),
            FieldValue::Text(value) => FieldValue::Text(Cow::Owned(value.into_owned())),
            FieldValue::Unsigned(value) => FieldValue::Unsigned(value),
        }
    }

    /// The same value, borrowing from this one.
    pub(crate) fn borrowed(&self) -> FieldValue<'_> {
        match self {
            FieldValue::Bool(value) => FieldValue::Bool(*value),
            FieldValue::Float(value) => FieldValue::Float(*value),
            FieldValue::Signed(value) => FieldValue::Signed(*value),
            FieldValue::Text(value) => FieldValue::Text(Cow::Borrowed(value)),
            FieldValue::Unsigned(value) => FieldValue::Unsigned(*value),
        }
    }
}

impl fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldValue::Bool(value) => value.fmt(f),
            FieldValue::Float(value) => value.fmt(f),
            FieldValue::Signed(value) => value.fmt(f),
            FieldValue::Text(value) => value.fmt(f),
            FieldValue::Unsigned(value) => value.fmt(f),
        }
    }
}

/// A type that can be the value of a field as it is: numbers, truth values, text, durations (in seconds), and
/// `Option`s of them.
///
/// Other types are recorded with `%` ([`Display`](fmt::Display)) or `?` ([`Debug`](fmt::Debug)).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a field as it is",
    label = "neither number, truth value, text nor duration",
    note = "write `name = %value` to record its `Display` form or `name = ?value` for its `Debug` form; on a field of \
            an event, `#[event(display)]`, `#[event(debug)]` or `#[event(skip)]`"
)]
pub trait Value {
    /// This value as a field, or nothing where there is none.
    fn field(&self) -> Option<FieldValue<'_>>;
}

macro_rules! values {
    ($($variant:ident as $wide:ty: $($narrow:ty)*;)*) => {$($(
        impl Value for $narrow {
            #[inline]
            fn field(&self) -> Option<FieldValue<'_>> {
                Some(FieldValue::$variant(*self as $wide))
            }
        }
    )*)*};
}

values! {
    Bool as bool: bool;
    Float as f64: f32 f64;
    Signed as i64: i8 i16 i32 i64 isize;
    Unsigned as u64: u8 u16 u32 u64 usize;
}

impl Value for str {
    #[inline]
    fn field(&self) -> Option<FieldValue<'_>> {
        Some(FieldValue::Text(Cow::Borrowed(self)))
    }
}

impl Value for String {
    #[inline]
    fn field(&self) -> Option<FieldValue<'_>> {
        self.as_str().field()
    }
}

impl Value for Cow<'_, str> {
    #[inline]
    fn field(&self) -> Option<FieldValue<'_>> {
        self.as_ref().field()
    }
}

impl Value for Duration {
    /// In seconds.
    #[inline]
    fn field(&self) -> Option<FieldValue<'_>> {
        Some(FieldValue::Float(self.as_secs_f64()))
    }
}

impl<V: Value> Value for Option<V> {
    #[inline]
    fn field(&self) -> Option<FieldValue<'_>> {
        self.as_ref().and_then(Value::field)
    }
}

macro_rules! through {
    ($($pointer:ty)*) => {$(
        impl<V: Value + ?Sized> Value for $pointer {
            #[inline]
            fn field(&self) -> Option<FieldValue<'_>> {
                V::field(self)
            }
        }
    )*};
}

through!(&V &mut V Box<V> std::sync::Arc<V> std::rc::Rc<V>);
