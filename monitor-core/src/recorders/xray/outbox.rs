//! Datagrams on their way to the daemon.

use std::collections::VecDeque;
use std::io;
use std::time::Instant;

use crate::export::socket::Socket;
use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::recorder::RecorderError;
use crate::recorders::xray::address::DAEMON;

/// So many bytes may wait for a daemon that does not run; beyond that the oldest go.
const WAITING: usize = 8 << 20;

/// Datagrams on their way to the daemon.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    socket: Option<Socket>,
    waiting: VecDeque<Vec<u8>>,
    bytes: usize,
    lost: u64,
}

impl Outbox {
    pub(crate) fn open(&mut self, address: &SocketAddress) {
        self.socket = Some(Socket::new(address, Transport::Udp, DAEMON.1));
    }

    pub(crate) fn extend(&mut self, datagrams: Vec<Vec<u8>>) {
        for datagram in datagrams {
            self.bytes += datagram.len();
            self.waiting.push_back(datagram);
        }
        while self.bytes > WAITING && self.pop().is_some() {
            self.lost += 1;
        }
    }

    /// Sends what waits. What could not be sent stays.
    pub(crate) fn send(&mut self, deadline: Instant) -> Result<(), RecorderError> {
        let Some(socket) = &mut self.socket else {
            return Err(RecorderError::retryable("the recorder was not started"));
        };
        let mut too_long = None;
        while let Some(datagram) = self.waiting.front() {
            match socket.send(datagram, deadline) {
                Ok(()) => {}
                // Another try would not help.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                    self.lost += 1;
                    too_long = Some(error);
                }
                Err(error) => {
                    let problem = format!("the X-Ray daemon at {}: {error}", socket.address());
                    return Err(RecorderError::retryable(problem));
                }
            }
            if let Some(gone) = self.waiting.pop_front() {
                self.bytes -= gone.len();
            }
        }
        match std::mem::take(&mut self.lost) {
            0 => Ok(()),
            lost => {
                let why = too_long
                    .map_or("there were too many for a daemon that did not run".to_owned(), |it| {
                        format!("{it}; say less by `max_datagram`")
                    });
                Err(RecorderError::rejected(lost, format!("{lost} documents were not sent: {why}")))
            }
        }
    }

    fn pop(&mut self) -> Option<Vec<u8>> {
        let gone = self.waiting.pop_front()?;
        self.bytes -= gone.len();
        Some(gone)
    }
}
