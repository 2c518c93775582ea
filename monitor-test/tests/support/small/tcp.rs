//! Lines over TCP.

use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::time::Duration;

use monitor_core::RecorderError;

use super::lines::Way;

/// For each operation.
const LIMIT: Duration = Duration::from_millis(150);

/// Over one TCP connection, which is made anew when it breaks.
pub(crate) struct Tcp {
    peer: SocketAddr,
    stream: Option<TcpStream>,
}

impl Tcp {
    pub(crate) fn at(address: &str) -> Self {
        Self { peer: address.parse().unwrap(), stream: None }
    }
}

impl Way for Tcp {
    fn send(&mut self, lines: &str) -> Result<(), RecorderError> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect_timeout(&self.peer, LIMIT)?,
        };
        stream.set_write_timeout(Some(LIMIT))?;
        stream.write_all(lines.as_bytes())?;
        self.stream = Some(stream);
        Ok(())
    }
}
