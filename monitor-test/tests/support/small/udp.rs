//! Lines over UDP.

use std::net::UdpSocket;

use monitor_core::RecorderError;

use super::lines::Way;

/// A datagram for every line.
pub(crate) struct Udp(UdpSocket);

impl Udp {
    pub(crate) fn at(address: &str) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(address).unwrap();
        Self(socket)
    }
}

impl Way for Udp {
    fn send(&mut self, lines: &str) -> Result<(), RecorderError> {
        lines.lines().try_for_each(|line| self.0.send(line.as_bytes()).map(drop)).map_err(RecorderError::from)
    }
}
