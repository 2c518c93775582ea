//! Label values: the low-cardinality dimensions of a metric.

use std::borrow::Cow;

/// A type with a known number of values, so that a label of it needs no declared bound.
///
/// `#[derive(Labels)]` writes this for enums and structs of such types. Values are stored by their number,
/// without hashing.
///
/// ```
/// use monitor_core::Label;
///
/// assert_eq!(<bool as Label>::COUNT, 2);
/// assert_eq!(bool::value(true.index()), "true");
/// ```
#[diagnostic::on_unimplemented(
    message = "a label of type `{Self}` has no known number of values",
    label = "any number of values",
    note = "declare a bound, `labels(key = value, max = 100)`, or derive `Labels` for an enum"
)]
pub trait Label {
    /// How many values there are.
    const COUNT: usize;

    /// Whether [`index`](Self::index) cannot panic, so that nothing need be done against that.
    #[doc(hidden)]
    const PLAIN: bool = false;

    /// Which of the values this is, below [`COUNT`](Self::COUNT).
    fn index(&self) -> usize;

    /// The text of value number `index`.
    fn value(index: usize) -> &'static str;
}

/// A struct of labels: `#[derive(Labels)]` writes this beside [`Label`]. A value's text joins those of the fields
/// by commas.
pub trait Labels: Label {
    /// The names of the fields.
    const KEYS: &'static [&'static str];
}

impl Label for bool {
    const COUNT: usize = 2;
    const PLAIN: bool = true;

    fn index(&self) -> usize {
        usize::from(*self)
    }

    fn value(index: usize) -> &'static str {
        if index == 0 { "false" } else { "true" }
    }
}

impl<L: Label + ?Sized> Label for &L {
    const COUNT: usize = L::COUNT;
    const PLAIN: bool = L::PLAIN;

    fn index(&self) -> usize {
        L::index(self)
    }

    fn value(index: usize) -> &'static str {
        L::value(index)
    }
}

/// One label value as a callsite hands it over: borrowed, never allocated.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub enum LabelRef<'a> {
    /// A whole number, written in decimal.
    Integer(i64),
    /// One of a known number of values.
    Known {
        /// Which one.
        index: usize,
        /// How many there are.
        count: usize,
        /// Gives the text of each.
        value: fn(usize) -> &'static str,
    },
    /// Text.
    Text(&'a str),
}

impl<'a> LabelRef<'a> {
    /// A value of a type whose number of values is known.
    #[inline]
    pub fn bounded<L: Label + ?Sized>(label: &'a L) -> Self {
        LabelRef::Known { index: label.index(), count: L::COUNT, value: L::value }
    }

    /// A value of any label type; the callsite has declared a bound.
    #[inline]
    pub fn text<L: LabelText + ?Sized>(label: &'a L) -> Self {
        label.label()
    }

    /// The text of this value.
    #[must_use]
    pub fn to_text(self) -> Cow<'a, str> {
        match self {
            LabelRef::Integer(number) => Cow::Owned(number.to_string()),
            LabelRef::Known { index, value, .. } => Cow::Borrowed(value(index)),
            LabelRef::Text(text) => Cow::Borrowed(text),
        }
    }
}

/// A type that can be the value of a label with a declared bound.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a label",
    label = "not text, not a whole number and no `Label`",
    note = "give text, a whole number or a type that derives `Labels`; for another type, give its text"
)]
pub trait LabelText {
    /// Whether [`label`](Self::label) cannot panic, so that nothing need be done against that.
    #[doc(hidden)]
    const PLAIN: bool = false;

    /// This value as a label.
    fn label(&self) -> LabelRef<'_>;
}

impl LabelText for str {
    const PLAIN: bool = true;

    #[inline]
    fn label(&self) -> LabelRef<'_> {
        LabelRef::Text(self)
    }
}

impl LabelText for String {
    const PLAIN: bool = true;

    #[inline]
    fn label(&self) -> LabelRef<'_> {
        LabelRef::Text(self)
    }
}

impl LabelText for Cow<'_, str> {
    const PLAIN: bool = true;

    #[inline]
    fn label(&self) -> LabelRef<'_> {
        LabelRef::Text(self)
    }
}

impl LabelText for bool {
    const PLAIN: bool = true;

    #[inline]
    fn label(&self) -> LabelRef<'_> {
        LabelRef::bounded(self)
    }
}

impl<L: LabelText + ?Sized> LabelText for &L {
    const PLAIN: bool = L::PLAIN;

    #[inline]
    fn label(&self) -> LabelRef<'_> {
        L::label(self)
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl LabelText for $integer {
            const PLAIN: bool = true;

            #[inline]
            fn label(&self) -> LabelRef<'_> {
                LabelRef::Integer(i64::from(*self))
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 u8 u16 u32);

macro_rules! wide_integers {
    ($($integer:ty)*) => {$(
        impl LabelText for $integer {
            const PLAIN: bool = true;

            #[inline]
            fn label(&self) -> LabelRef<'_> {
                LabelRef::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
    )*};
}

wide_integers!(u64 usize isize);
