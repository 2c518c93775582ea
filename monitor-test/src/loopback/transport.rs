//! How one talks to a peer.

/// How one talks to a peer.
///
/// ```
/// use monitor_test::loopback::{Manner, Peer, Transport};
///
/// assert_eq!(Peer::new(Transport::Udp, Manner::Collecting).transport(), Transport::Udp);
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// HTTP/1.1 over TCP, without TLS.
    Http,
    /// Bytes over TCP, that nobody answers.
    Tcp,
    /// Datagrams over UDP.
    Udp,
    /// Datagrams into a socket of the file system.
    #[cfg(unix)]
    UnixDatagram,
    /// Bytes into a socket of the file system, that nobody answers.
    #[cfg(unix)]
    UnixStream,
}

impl Transport {
    /// All there are on this system.
    pub const ALL: &[Transport] = &[
        Transport::Http,
        Transport::Tcp,
        Transport::Udp,
        #[cfg(unix)]
        Transport::UnixDatagram,
        #[cfg(unix)]
        Transport::UnixStream,
    ];

    /// What an address with a scheme begins with.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Transport::Http => "http",
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
            #[cfg(unix)]
            Transport::UnixDatagram => "unix",
            #[cfg(unix)]
            Transport::UnixStream => "unixstream",
        }
    }

    /// Whether it has connections.
    pub(crate) fn connects(self) -> bool {
        match self {
            Transport::Http | Transport::Tcp => true,
            Transport::Udp => false,
            #[cfg(unix)]
            Transport::UnixDatagram => false,
            #[cfg(unix)]
            Transport::UnixStream => true,
        }
    }
}
