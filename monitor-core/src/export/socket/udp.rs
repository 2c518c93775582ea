//! UDP.

use std::io;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::net::UdpSocket;
use std::time::Duration;
use std::time::Instant;

use crate::export::socket::connection::Connection;
use crate::export::socket::connection::Failure;
use crate::export::socket::connection::late;
use crate::export::socket::connection::left;

/// So long a name stands for what it stood for when the socket was made: a daemon that moved says nothing.
const NAME_HOLDS: Duration = Duration::from_secs(60);

/// The system's number for a datagram that is longer than the way takes (`EMSGSIZE`, `WSAEMSGSIZE`), for which the
/// standard library has no name.
const TOO_LONG: i32 = match () {
    () if cfg!(windows) => 10_040,
    () if cfg!(any(target_os = "linux", target_os = "android")) => 90,
    // Of BSD and its children.
    () => 40,
};

/// Datagrams to one address.
pub(crate) struct Udp {
    socket: UdpSocket,
    until: Option<Instant>,
}

impl Udp {
    /// For the first address that there is a way to; `is_name` if another one may be right some day.
    pub(crate) fn connect(addresses: &[SocketAddr], lasting: Lasting) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in addresses {
            match connected(address) {
                Ok(socket) => {
                    let until = match lasting {
                        Lasting::Always => None,
                        Lasting::AsNamesDo => Instant::now().checked_add(NAME_HOLDS),
                    };
                    return Ok(Self { socket, until });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// How long an address is right.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lasting {
    /// It was said as a number.
    Always,
    /// It is what a name stood for.
    AsNamesDo,
}

fn connected(address: &SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    // Only a connected socket is told that nobody listens.
    socket.connect(address)?;
    Ok(socket)
}

impl Connection for Udp {
    fn is_alive(&mut self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    fn send(&mut self, bytes: &[u8], deadline: Instant) -> Result<(), Failure> {
        let sent = left(deadline)
            .and_then(|left| self.socket.set_write_timeout(Some(left)))
            .and_then(|()| self.socket.send(bytes));
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(judged(error, bytes.len())),
        }
    }

    fn refusal(&mut self) -> Option<io::Error> {
        self.socket.take_error().unwrap_or_else(Some)
    }
}

/// Only where the socket's own address or way is gone would another one do better.
pub(crate) fn judged(error: io::Error, length: usize) -> Failure {
    if error.raw_os_error() == Some(TOO_LONG) {
        let problem = format!("a datagram of {length} bytes is more than the way to the peer takes");
        return Failure::Kept(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    match error.kind() {
        io::ErrorKind::WouldBlock => Failure::Kept(late()),
        io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::NetworkUnreachable => Failure::Lost { error, sent: 0 },
        // Refused by ICMP, no buffers, forbidden by a rule: the same from any socket.
        _ => Failure::Kept(error),
    }
}
