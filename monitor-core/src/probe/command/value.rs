//! What a command is described by, in the forms that drivers have it in.

use std::borrow::Cow;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::event::Address;
use crate::event::Document;
use crate::event::Text;
use crate::redaction::Redaction;
use crate::redaction::SensitiveCommands;

/// A number that a driver or a server gave to something.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number of a request or a connection",
    label = "neither a whole number nor an `Option` of one"
)]
pub trait CommandNumber {
    /// The number, if there is one.
    fn number(&self) -> Option<i64>;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl CommandNumber for $number {
            fn number(&self) -> Option<i64> {
                i64::try_from(*self).ok()
            }
        }
    )*};
}

numbers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl<N: CommandNumber> CommandNumber for Option<N> {
    fn number(&self) -> Option<i64> {
        self.as_ref().and_then(N::number)
    }
}

impl<N: CommandNumber + ?Sized> CommandNumber for &N {
    fn number(&self) -> Option<i64> {
        N::number(self)
    }
}

/// What can be given as the address of a server: an address, a socket's address, or text such as `db1:5432`.
///
/// Of text with a name and a password before an `@`, only what is behind that counts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no address of a server",
    label = "neither an `Address`, an address of a socket, nor text such as `db1:5432`"
)]
pub trait ToAddress {
    /// The address, if there is one.
    fn to_address(&self) -> Option<Address>;
}

impl ToAddress for Address {
    fn to_address(&self) -> Option<Address> {
        Some(self.clone())
    }
}

impl ToAddress for SocketAddr {
    fn to_address(&self) -> Option<Address> {
        Some(Address::from(*self))
    }
}

impl ToAddress for IpAddr {
    fn to_address(&self) -> Option<Address> {
        Some(Address::from(*self))
    }
}

impl ToAddress for str {
    fn to_address(&self) -> Option<Address> {
        let place = self.rsplit('@').next().unwrap_or_default();
        place.parse().ok()
    }
}

impl ToAddress for String {
    fn to_address(&self) -> Option<Address> {
        self.as_str().to_address()
    }
}

impl<A: ToAddress> ToAddress for Option<A> {
    fn to_address(&self) -> Option<Address> {
        self.as_ref().and_then(A::to_address)
    }
}

impl<A: ToAddress + ?Sized> ToAddress for &A {
    fn to_address(&self) -> Option<Address> {
        A::to_address(self)
    }
}

impl<A: ToAddress + ?Sized> ToAddress for Arc<A> {
    fn to_address(&self) -> Option<Address> {
        A::to_address(self)
    }
}

/// What can be given as a document: text of any kind, copied where it is borrowed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no document",
    label = "neither text nor a `Document`",
    note = "give its text: `value.to_string()`, or what renders it as JSON"
)]
pub trait ToDocument {
    /// The document.
    fn to_document(self) -> Document;
}

macro_rules! documents {
    ($($text:ty)*) => {$(
        impl ToDocument for $text {
            fn to_document(self) -> Document {
                Document::from(self)
            }
        }
    )*};
}

documents!(Text String Arc<str>);

impl ToDocument for Document {
    fn to_document(self) -> Document {
        self
    }
}

impl ToDocument for &str {
    fn to_document(self) -> Document {
        Document::from(Text::copied(self))
    }
}

impl ToDocument for &String {
    fn to_document(self) -> Document {
        self.as_str().to_document()
    }
}

impl ToDocument for Cow<'_, str> {
    fn to_document(self) -> Document {
        Document::from(self.into_owned())
    }
}

/// What a driver says of whether a command is sensitive: by itself, or by its own list.
#[derive(Clone, Debug)]
pub struct Judgement(pub(super) Judge);

#[derive(Clone, Debug)]
pub(super) enum Judge {
    Decided(Redaction),
    List(&'static SensitiveCommands),
    Shared(Arc<SensitiveCommands>),
}

impl From<bool> for Judgement {
    fn from(sensitive: bool) -> Self {
        Self(Judge::Decided(sensitive.into()))
    }
}

impl From<Redaction> for Judgement {
    fn from(redaction: Redaction) -> Self {
        Self(Judge::Decided(redaction))
    }
}

impl From<&'static SensitiveCommands> for Judgement {
    fn from(list: &'static SensitiveCommands) -> Self {
        Self(Judge::List(list))
    }
}

impl From<Arc<SensitiveCommands>> for Judgement {
    fn from(list: Arc<SensitiveCommands>) -> Self {
        Self(Judge::Shared(list))
    }
}

impl From<&Arc<SensitiveCommands>> for Judgement {
    fn from(list: &Arc<SensitiveCommands>) -> Self {
        Self(Judge::Shared(Arc::clone(list)))
    }
}

#[cfg(test)]
mod tests {
    use super::ToAddress;
    use crate::event::Address;

    #[test]
    fn f67_a_password_in_an_address_is_left_out() {
        assert_eq!("ada:secret@db1:5432".to_address(), Some(Address::tcp("db1", 5432)));
        assert_eq!("ada:secret".to_address(), None);
        assert_eq!("postgres://ada:se@cret@db1/x y".to_address(), None);
    }
}
