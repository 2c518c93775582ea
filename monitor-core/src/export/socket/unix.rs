//! Unix sockets.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use socket2::Domain;
use socket2::SockAddr;
use socket2::Type;

use crate::export::socket::connection::Connection;
use crate::export::socket::connection::Failure;
use crate::export::socket::connection::left;
use crate::export::socket::stream::ByteStream;
use crate::export::socket::stream::Stream;
use crate::export::socket::udp::judged;

impl ByteStream for UnixStream {
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        UnixStream::set_nonblocking(self, nonblocking)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        UnixStream::set_write_timeout(self, timeout)
    }
}

/// Connects to the socket at this path.
pub(crate) fn connect(path: &Path, deadline: Instant) -> io::Result<Stream<UnixStream>> {
    // Where nobody accepts, connecting waits for as long as writing may; the standard library knows no bound here.
    let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_write_timeout(Some(left(deadline)?))?;
    socket.connect(&SockAddr::unix(path)?)?;
    Ok(Stream(UnixStream::from(socket)))
}

/// Datagrams to the socket at a path.
pub(crate) struct Datagrams(UnixDatagram);

impl Datagrams {
    pub(crate) fn connect(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.connect(path)?;
        Ok(Self(socket))
    }
}

impl Connection for Datagrams {
    fn is_alive(&mut self) -> bool {
        true
    }

    fn send(&mut self, bytes: &[u8], deadline: Instant) -> Result<(), Failure> {
        let sent = left(deadline)
            .and_then(|left| self.0.set_write_timeout(Some(left)))
            .and_then(|()| self.0.send(bytes));
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(match error.kind() {
                // The socket at the other end is gone; there may be a new one at the same path.
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::NotConnected
                | io::ErrorKind::NotFound
                | io::ErrorKind::BrokenPipe => Failure::Lost { error, sent: 0 },
                _ => judged(error, bytes.len()),
            }),
        }
    }
}
