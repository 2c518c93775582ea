//! Datagrams on their way: what was sent is not sent again when a batch is tried again.

// They fill the queue of a Unix socket: no other way gives an error in the middle at will.
#[cfg(all(test, unix))]
mod tests;

use std::io;
use std::time::Duration;
use std::time::Instant;

use crate::export::moment::after;
use crate::export::socket::Packer;
use crate::export::socket::Socket;
use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::recorder::RecorderError;

/// Datagrams on their way.
#[derive(Debug)]
pub(crate) struct Outbox {
    socket: Socket,
    framing: Framing,
    timeout: Duration,
    /// What failed last, and how many of its datagrams had been sent.
    under_way: Option<(Vec<u8>, usize)>,
}

/// How a stream is told where a datagram ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// By its length before it, four bytes, the lowest first: Datadog's agent over a Unix stream.
    Length,
    /// By a line feed behind it.
    Line,
    /// There is no stream.
    None,
}

impl Outbox {
    pub(crate) fn new(address: &SocketAddress, port: u16, framing: Framing, timeout: Duration) -> Self {
        Self { socket: Socket::new(address, Transport::Udp, port), framing, timeout, under_way: None }
    }

    /// Whether a part of what failed last was sent.
    pub(crate) fn is_partly_sent(&self) -> bool {
        self.under_way.as_ref().is_some_and(|(_, sent)| *sent > 0)
    }

    /// Sends all datagrams; of those that failed the last time, only what was not sent yet.
    ///
    /// # Errors
    ///
    /// Retryable, with a part of them sent or not; permanent where nobody listens over UDP; a rejection of what was too
    /// long, with all else sent.
    pub(crate) fn ship(&mut self, packer: &Packer) -> Result<(), RecorderError> {
        let deadline = after(self.timeout);
        let sent_before = match self.under_way.take() {
            Some((bytes, sent)) if bytes == packer.bytes() => sent,
            _ => 0,
        };
        let mut too_long = None;
        for (sent, datagram) in packer.datagrams().enumerate().skip(sent_before) {
            match self.send(datagram, deadline) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => too_long = Some(error),
                // Nobody listened when the ones before it were sent either.
                Err(error) if self.is_refusal(&error) => return Err(RecorderError::new(error.to_string())),
                Err(error) => {
                    self.under_way = Some((packer.bytes().to_vec(), sent));
                    return Err(error.into());
                }
            }
        }
        self.socket.confirm().map_err(|error| RecorderError::new(error.to_string()))?;
        if let Some(error) = too_long {
            return Err(RecorderError::rejected(0, format!("{error}; set `datagram` lower")));
        }
        match packer.refused() {
            0 => Ok(()),
            lines => Err(RecorderError::rejected(
                0,
                format!(
                    "{lines} lines are longer than a datagram of {} bytes and were left out",
                    packer.limit()
                ),
            )),
        }
    }

    /// Whether nobody listens over UDP. Who sends datagrams does not wait for somebody to do so.
    fn is_refusal(&self, error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::ConnectionRefused && self.socket.transport() == Transport::Udp
    }

    fn send(&mut self, datagram: &[u8], deadline: Instant) -> io::Result<()> {
        let framed = match self.framing {
            Framing::None => return self.socket.send(datagram, deadline),
            Framing::Length => {
                let length = u32::try_from(datagram.len()).unwrap_or(u32::MAX).to_le_bytes();
                [length.as_slice(), datagram].concat()
            }
            Framing::Line => [datagram, b"\n"].concat(),
        };
        self.socket.send(&framed, deadline)
    }
}
