//! TCP.

use std::io;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

use socket2::SockRef;
use socket2::TcpKeepalive;

use crate::export::socket::connection::left;
use crate::export::socket::stream::ByteStream;
use crate::export::socket::stream::Stream;

/// A connection that says nothing for so long is asked whether it is still there.
const IDLE: Duration = Duration::from_secs(30);

impl ByteStream for TcpStream {
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        TcpStream::set_nonblocking(self, nonblocking)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        TcpStream::set_write_timeout(self, timeout)
    }
}

/// Connects to the first address that answers; each of them gets an equal share of the time that is left.
pub(crate) fn connect(addresses: &[SocketAddr], deadline: Instant) -> io::Result<Stream<TcpStream>> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for (position, address) in addresses.iter().enumerate() {
        let share = left(deadline)? / (addresses.len() - position) as u32;
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(stream) => {
                // What is sent is complete; nothing is gained by waiting for more.
                stream.set_nodelay(true)?;
                // So that a peer which vanished without a word is noticed even if nothing is to be sent.
                SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(IDLE))?;
                return Ok(Stream(stream));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
