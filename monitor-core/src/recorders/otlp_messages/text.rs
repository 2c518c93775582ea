//! Text as it goes on the wire, where it is the same as bytes.

use std::borrow::Cow;

use prost::bytes::Bytes;

/// Text as it goes on the wire, always UTF-8. What lives as long as the program is not copied, and a clone is no copy: most
/// of what spans and points say, they all say.
pub(crate) type Text = Bytes;

/// Text that lives as long as the program.
pub(crate) fn fixed(text: &'static str) -> Text {
    Bytes::from_static(text.as_bytes())
}

/// Text that has to be copied.
pub(crate) fn copied(text: &str) -> Text {
    Bytes::copy_from_slice(text.as_bytes())
}

/// Text that has to be copied where it is borrowed.
pub(crate) fn of(text: Cow<'_, str>) -> Text {
    match text {
        Cow::Borrowed(text) => copied(text),
        Cow::Owned(text) => Bytes::from(text),
    }
}

/// Text that is not copied: it is borrowed from the program itself, or is given away.
pub(crate) fn known(text: Cow<'static, str>) -> Text {
    match text {
        Cow::Borrowed(text) => fixed(text),
        Cow::Owned(text) => Bytes::from(text),
    }
}
