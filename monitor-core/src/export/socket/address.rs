//! Where a recorder's peer is, and how it is reached.

use std::fmt;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;

use crate::recorder::FromSetting;

/// How a recorder's peer is reached.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Transport {
    /// A TCP connection.
    Tcp,
    /// UDP datagrams.
    Udp,
    /// Datagrams to a Unix socket.
    UnixDatagram,
    /// A connection to a Unix socket.
    UnixStream,
}

impl Transport {
    /// The scheme in an address, such as `udp`.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
            Transport::UnixDatagram => "unix",
            Transport::UnixStream => "unixstream",
        }
    }

    /// Whether what is sent arrives in pieces of the sender's making.
    pub(crate) fn is_datagram(self) -> bool {
        matches!(self, Transport::Udp | Transport::UnixDatagram)
    }

    fn of_scheme(scheme: &str) -> Option<Self> {
        match scheme.to_ascii_lowercase().as_str() {
            "tcp" => Some(Transport::Tcp),
            "udp" => Some(Transport::Udp),
            // The second as the agents of Datadog have it.
            "unix" | "unixgram" => Some(Transport::UnixDatagram),
            "unixstream" => Some(Transport::UnixStream),
            _ => None,
        }
    }
}

/// Where a recorder's peer is: `udp://host:port`, `tcp://host:port`, `unix:///path` (datagrams) or
/// `unixstream:///path`; or `host:port` or `host` alone, for the transport and the port that the recorder has by
/// default. An IPv6 address with a port stands in brackets.
///
/// ```
/// use monitor_core::transport::{SocketAddress, Transport};
///
/// let address: SocketAddress = "udp://[::1]:8125".parse()?;
/// assert_eq!(address, SocketAddress::udp("::1", 8125));
/// assert_eq!(address.transport(), Some(Transport::Udp));
/// assert_eq!("stats:8125".parse::<SocketAddress>()?.transport(), None);
/// # Ok::<(), monitor_core::transport::SocketAddressError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SocketAddress {
    transport: Option<Transport>,
    place: Place,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Place {
    Host { host: String, port: Option<u16> },
    Path(PathBuf),
}

impl SocketAddress {
    /// A port of a host, reached by TCP.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self { transport: Some(Transport::Tcp), place: Place::Host { host: host.into(), port: Some(port) } }
    }

    /// A port of a host, reached by UDP.
    pub fn udp(host: impl Into<String>, port: u16) -> Self {
        Self { transport: Some(Transport::Udp), place: Place::Host { host: host.into(), port: Some(port) } }
    }

    /// A host, reached by the transport and at the port that the recorder has by default.
    pub fn host(host: impl Into<String>) -> Self {
        Self { transport: None, place: Place::Host { host: host.into(), port: None } }
    }

    /// A Unix socket that takes datagrams.
    #[cfg(unix)]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self { transport: Some(Transport::UnixDatagram), place: Place::Path(path.into()) }
    }

    /// A Unix socket that takes connections.
    #[cfg(unix)]
    pub fn unix_stream(path: impl Into<PathBuf>) -> Self {
        Self { transport: Some(Transport::UnixStream), place: Place::Path(path.into()) }
    }

    /// How the peer is reached, where the address says so.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// The same address, with these where it says nothing.
    pub(crate) fn or(&self, transport: Transport, port: u16) -> Self {
        let transport = self.transport.unwrap_or(transport);
        let place = match &self.place {
            Place::Host { host, port: own } => {
                Place::Host { host: host.clone(), port: Some(own.unwrap_or(port)) }
            }
            path @ Place::Path(_) => path.clone(),
        };
        Self { transport: Some(transport), place }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }
}

impl From<SocketAddr> for SocketAddress {
    /// For the transport that the recorder has by default.
    fn from(address: SocketAddr) -> Self {
        let place = Place::Host { host: address.ip().to_string(), port: Some(address.port()) };
        Self { transport: None, place }
    }
}

impl FromSetting for SocketAddress {
    const EXPECTED: &'static str = "`host:port`, `udp://host:port`, `tcp://host:port`, `unix:///path` or \
                                    `unixstream:///path`, with an IPv6 address in brackets";

    fn from_setting(text: &str) -> Option<Self> {
        read(text.trim())
    }
}

impl FromStr for SocketAddress {
    type Err = SocketAddressError;

    fn from_str(text: &str) -> Result<Self, SocketAddressError> {
        read(text.trim()).ok_or_else(|| SocketAddressError { text: text.to_owned() })
    }
}

fn read(text: &str) -> Option<SocketAddress> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Some(SocketAddress { transport: None, place: host(text)? });
    };
    let transport = Transport::of_scheme(scheme)?;
    let place = match transport {
        Transport::Tcp | Transport::Udp => host(rest)?,
        Transport::UnixDatagram | Transport::UnixStream => path(rest)?,
    };
    Some(SocketAddress { transport: Some(transport), place })
}

/// A path that can be the name of a socket: absolute, and as short as the system wants it.
fn path(text: &str) -> Option<Place> {
    let path = Path::new(text);
    #[cfg(unix)]
    let fits = std::os::unix::net::SocketAddr::from_pathname(path).is_ok();
    #[cfg(not(unix))]
    let fits = false;
    (fits && path.is_absolute()).then(|| Place::Path(path.to_path_buf()))
}

fn host(text: &str) -> Option<Place> {
    if text.parse::<Ipv6Addr>().is_ok() {
        return Some(Place::Host { host: text.to_owned(), port: None });
    }
    let (host, rest) = match text.strip_prefix('[') {
        Some(inside) => inside.split_once(']').filter(|(host, _)| host.contains(':'))?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let strange = |letter: char| {
        letter.is_whitespace() || letter.is_control() || matches!(letter, '/' | '@' | '?' | '#' | '[' | ']')
    };
    // Somebody means a port by a number, and the system an address.
    let is_number = host.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || host.contains(strange) {
        return None;
    }
    let port = match rest.strip_prefix(':') {
        // `u16` would take a plus sign; nobody listens on port zero.
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Some(digits.parse().ok().filter(|port| *port > 0)?)
        }
        None if rest.is_empty() => None,
        _ => return None,
    };
    Some(Place::Host { host: host.to_owned(), port })
}

impl fmt::Display for SocketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(transport) = self.transport {
            write!(f, "{}://", transport.scheme())?;
        }
        match &self.place {
            Place::Host { host, port } => {
                let inside = host.contains(':') && (port.is_some() || host.parse::<IpAddr>().is_err());
                let (open, close) = if inside { ("[", "]") } else { ("", "") };
                write!(f, "{open}{host}{close}")?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
            Place::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Text that is no address of a recorder's peer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SocketAddressError {
    text: String,
}

impl fmt::Display for SocketAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no address; expected {}", self.text, SocketAddress::EXPECTED)
    }
}

impl std::error::Error for SocketAddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<SocketAddress>) {
        let read = text.parse::<SocketAddress>();
        assert_eq!(read.clone().ok(), expected, "{text}");
        if let Ok(address) = read {
            assert_eq!(address.to_string().parse(), Ok(address), "{text} goes round");
        }
    }

    fn plain(host: &str, port: Option<u16>) -> Option<SocketAddress> {
        Some(SocketAddress { transport: None, place: Place::Host { host: host.to_owned(), port } })
    }

    #[test]
    fn an_address_says_how_and_where() {
        check("udp://stats.example:8125", Some(SocketAddress::udp("stats.example", 8125)));
        check("TCP://127.0.0.1:2003", Some(SocketAddress::tcp("127.0.0.1", 2003)));
        check("udp://[::1]:8125", Some(SocketAddress::udp("::1", 8125)));
        check("udp://[fe80::1%eth0]:1", Some(SocketAddress::udp("fe80::1%eth0", 1)));
        check(" stats:8125 ", plain("stats", Some(8125)));
        check("stats", plain("stats", None));
        check("8125", None);
        check("udp://8125", None);
        check("::1", plain("::1", None));
        check("[::1]", plain("::1", None));
        check("[fe80::1%eth0]", plain("fe80::1%eth0", None));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_is_a_socket() {
        check("unix:///run/dsd.socket", Some(SocketAddress::unix("/run/dsd.socket")));
        check("unixgram:///run/dsd.socket", Some(SocketAddress::unix("/run/dsd.socket")));
        check("unixstream:///run/dsd.socket", Some(SocketAddress::unix_stream("/run/dsd.socket")));
        check("unix://relative", None);
        check("unix://", None);
        check(&format!("unix:///{}", "long".repeat(100)), None);
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_would_be_right() {
        for text in [
            "",
            "udp://",
            "http://stats:80",
            "udp://stats:0",
            "stats:99999",
            "stats:+1",
            "stats:",
            ":8125",
            "udp://user@stats:1",
            "stats/path:1",
            "[::1",
            "[stats]:1",
            "a b:1",
            "a\n:1",
            "1:2:3",
            "[::1]5",
        ] {
            check(text, None);
        }
        let told = "udp:/stats".parse::<SocketAddress>().unwrap_err().to_string();
        assert!(told.starts_with(r#""udp:/stats" is no address; expected `host:port`, `udp://"#), "{told}");
    }

    #[test]
    fn what_an_address_does_not_say_is_the_recorders_to_say() {
        let address: SocketAddress = "stats".parse().unwrap();
        assert_eq!(address.or(Transport::Udp, 8125), SocketAddress::udp("stats", 8125));
        let address: SocketAddress = "tcp://stats:1".parse().unwrap();
        assert_eq!(address.or(Transport::Udp, 8125), SocketAddress::tcp("stats", 1));
        assert_eq!(SocketAddress::from(SocketAddr::from(([127, 0, 0, 1], 7))).to_string(), "127.0.0.1:7");
    }
}
