//! Where a server is.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::str::FromStr;

use crate::event::Text;
use crate::event::port::Add;
use crate::model::Value;

/// Where a server is: a host with or without a port, or the path of a Unix socket.
///
/// ```
/// use monitor_core::event::Address;
///
/// let address: Address = "DB1.example.org:27017".parse()?;
/// assert_eq!(address, Address::tcp("db1.example.org", 27017));
/// assert_eq!(address.port(), Some(27017));
/// assert_eq!("[::1]:5432".parse::<Address>()?.host(), "::1");
/// assert_eq!("/run/db.sock".parse::<Address>()?, Address::unix("/run/db.sock"));
/// # Ok::<(), monitor_core::event::AddressError>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Address {
    /// A host name or an IP address.
    Tcp {
        /// Without the brackets of an IPv6 address.
        host: Text,
        /// Absent where the server's usual port is meant.
        port: Option<u16>,
    },
    /// A Unix socket.
    Unix {
        /// Where the socket is.
        path: Text,
    },
}

impl Address {
    /// A host at a port.
    #[must_use]
    pub fn tcp(host: impl Into<Text>, port: u16) -> Self {
        Self::Tcp { host: host.into(), port: Some(port) }
    }

    /// A host at the server's usual port.
    #[must_use]
    pub fn of_host(host: impl Into<Text>) -> Self {
        Self::Tcp { host: host.into(), port: None }
    }

    /// A Unix socket.
    #[must_use]
    pub fn unix(path: impl Into<Text>) -> Self {
        Self::Unix { path: path.into() }
    }

    /// The host, or the path of a Unix socket.
    #[must_use]
    pub fn host(&self) -> &str {
        match self {
            Address::Tcp { host, .. } => host,
            Address::Unix { path } => path,
        }
    }

    /// The port, if one was said.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self {
            Address::Tcp { port, .. } => *port,
            Address::Unix { .. } => None,
        }
    }

    pub(crate) fn fields(&self, add: Add<'_>) {
        if let Some(host) = self.host().field() {
            add("server.address", host);
        }
        if let Some(port) = self.port().field() {
            add("server.port", port);
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = || AddressError { text: text.to_owned() };
        if text.starts_with('/') {
            return Ok(Self::unix(Text::copied(text)));
        }
        if text.parse::<Ipv6Addr>().is_ok() {
            return Ok(Self::of_host(text.to_ascii_lowercase()));
        }
        let (host, rest) = match text.strip_prefix('[') {
            Some(inside) => inside.split_once(']').ok_or_else(wrong)?,
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let blank =
            |letter: char| letter.is_whitespace() || letter.is_control() || letter == '[' || letter == ']';
        if host.is_empty() || host.contains(blank) {
            return Err(wrong());
        }
        let port = match rest.strip_prefix(':') {
            // `u16` would take a plus sign.
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                Some(digits.parse().map_err(|_| wrong())?)
            }
            None if rest.is_empty() => None,
            _ => return Err(wrong()),
        };
        Ok(Self::Tcp { host: host.to_ascii_lowercase().into(), port })
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::tcp(address.ip().to_string(), address.port())
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        Self::of_host(address.to_string())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp { host, port: Some(port) } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Address::Tcp { host, port: Some(port) } => write!(f, "{host}:{port}"),
            _ => f.pad(self.host()),
        }
    }
}

/// Text that is no address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AddressError {
    text: String,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no address; expected `host`, `host:port`, `[ipv6]:port` or the path of a Unix socket, \
             which begins with `/`",
            self.text
        )
    }
}

impl Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Address>) {
        let read = text.parse::<Address>();
        assert_eq!(read.clone().ok(), expected, "{text}");
        if let Ok(address) = read {
            assert_eq!(address.to_string().parse(), Ok(address), "{text} goes round");
        }
    }

    #[test]
    fn addresses_are_read_and_written() {
        check("localhost", Some(Address::of_host("localhost")));
        check("LocalHost:1", Some(Address::tcp("localhost", 1)));
        check("[::1]:5432", Some(Address::tcp("::1", 5432)));
        check("[::1]", Some(Address::of_host("::1")));
        check("fe80::AB", Some(Address::of_host("fe80::ab")));
        check("/tmp/Mongo.sock", Some(Address::unix("/tmp/Mongo.sock")));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["", ":1", "a:", "a:b", "a:70000", "a:+1", "a:1:2", "[::1", "[]", "a b", "a\n", "[::1]5", "a]"]
        {
            check(text, None);
        }
        assert!(
            "a:70000".parse::<Address>().unwrap_err().to_string().starts_with(r#""a:70000" is no address"#)
        );
    }
}
