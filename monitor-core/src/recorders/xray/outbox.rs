//! Datagrams on their way to the daemon.

use std::collections::VecDeque;
use std::io;
use std::time::Instant;

use crate::export::socket::Socket;
use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::recorder::RecorderError;
use crate::recorders::xray::address::DAEMON;
use crate::recorders::xray::encode::Datagram;

/// So many bytes may wait for a daemon that does not run; beyond that the oldest go.
const WAITING: usize = 8 << 20;

/// Datagrams on their way to the daemon.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    socket: Option<Socket>,
    waiting: VecDeque<Datagram>,
    bytes: usize,
    /// How many spans were lost of which nobody was told, and why the last of them.
    lost: (u64, String),
}

impl Outbox {
    pub(crate) fn open(&mut self, address: &SocketAddress) {
        self.socket = Some(Socket::new(address, Transport::Udp, DAEMON.1));
    }

    pub(crate) fn extend(&mut self, datagrams: Vec<Datagram>) {
        for datagram in datagrams {
            self.bytes += datagram.bytes.len();
            self.waiting.push_back(datagram);
        }
        while self.bytes > WAITING
            && let Some(gone) = self.waiting.pop_front()
        {
            self.bytes -= gone.bytes.len();
            self.lost.0 += gone.spans;
            self.lost.1 = "there were too many for a daemon that did not run".to_owned();
        }
    }

    /// How many spans were lost since this was asked last, and why.
    pub(crate) fn take_lost(&mut self) -> Option<(u64, String)> {
        let told = std::mem::take(&mut self.lost.0);
        (told > 0).then(|| (told, format!("{told} spans were not sent: {}", self.lost.1)))
    }

    /// How many spans are here: those that are lost until that is told.
    pub(crate) fn spans(&self) -> u64 {
        self.lost.0 + self.waiting.iter().map(|datagram| datagram.spans).sum::<u64>()
    }

    /// Sends what waits. What could not be sent stays; what never can be is lost.
    ///
    /// # Errors
    ///
    /// The daemon does not run, or the system does not send.
    pub(crate) fn send(&mut self, deadline: Instant) -> Result<(), RecorderError> {
        let Some(socket) = &mut self.socket else {
            return Err(RecorderError::retryable("the recorder was not started"));
        };
        while let Some(datagram) = self.waiting.pop_front() {
            match socket.send(&datagram.bytes, deadline) {
                Ok(()) => self.bytes -= datagram.bytes.len(),
                // Another try would not help.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                    self.bytes -= datagram.bytes.len();
                    self.lost.0 += datagram.spans;
                    self.lost.1 = format!("{error}; say less by `max_datagram`");
                }
                Err(error) => {
                    let problem = format!("the X-Ray daemon at {}: {error}", socket.address());
                    self.waiting.push_front(datagram);
                    return Err(RecorderError::retryable(problem));
                }
            }
        }
        Ok(())
    }
}
