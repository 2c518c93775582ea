//! One way to one peer: dialled when needed, kept, and dialled anew when it broke.

use std::fmt;
use std::io;
#[cfg(test)]
use std::time::Duration;
use std::time::Instant;

use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::export::socket::connection::Connection;
use crate::export::socket::connection::Failure;
use crate::export::socket::pause;
use crate::export::socket::pause::Pause;
use crate::export::socket::peer::Peer;

/// One way to one peer.
pub(crate) struct Socket {
    /// With transport and port.
    address: SocketAddress,
    transport: Transport,
    peer: Peer,
    connection: Option<Box<dyn Connection>>,
    pause: Pause,
    /// Why the peer could not be reached when it was last dialled.
    trouble: String,
    dials: u64,
    failures: u64,
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("address", &self.address)
            .field("open", &self.connection.is_some())
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

impl Socket {
    /// A way to this address, by this transport and to this port where it says nothing. Nothing is dialled yet.
    pub(crate) fn new(address: &SocketAddress, transport: Transport, port: u16) -> Self {
        Self {
            address: address.or(transport, port),
            transport: address.transport().unwrap_or(transport),
            peer: Peer::new(address, transport, port),
            connection: None,
            pause: Pause::new(pause::FIRST),
            trouble: String::new(),
            dials: 0,
            failures: 0,
        }
    }

    /// Waits so long after the first failure to reach the peer, twice as long after each further one.
    #[cfg(test)]
    pub(crate) fn first_pause(mut self, first: Duration) -> Self {
        self.pause = Pause::new(first);
        self
    }

    /// How the peer is reached.
    pub(crate) fn transport(&self) -> Transport {
        self.transport
    }

    /// Where the peer is, with transport and port.
    pub(crate) fn address(&self) -> &SocketAddress {
        &self.address
    }

    /// How often something was not sent, or was refused.
    #[cfg(test)]
    pub(crate) fn failures(&self) -> u64 {
        self.failures
    }

    /// How often the peer was dialled.
    #[cfg(test)]
    pub(crate) fn dials(&self) -> u64 {
        self.dials
    }

    /// Sends all of it by `deadline`, as one datagram where the way knows those.
    ///
    /// # Errors
    ///
    /// It was not sent, or over a stream not all of it. `InvalidInput` if the datagram is too long for the way, which
    /// trying again does not help; `ConnectionRefused` over UDP if nobody listened when something was sent before.
    pub(crate) fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        self.try_send(bytes, deadline).map_err(|error| self.failed(&error))
    }

    /// Asks whether what was sent was refused, as far as that is known by now: over UDP on the own machine, that
    /// nobody listens.
    ///
    /// # Errors
    ///
    /// It was.
    pub(crate) fn confirm(&mut self) -> io::Result<()> {
        match self.connection.as_mut().and_then(|connection| connection.refusal()) {
            Some(error) => Err(self.failed(&error)),
            None => Ok(()),
        }
    }

    fn try_send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        if let Some(mut connection) = self.connection.take()
            && connection.is_alive()
        {
            match connection.send(bytes, deadline) {
                Ok(()) => {
                    self.connection = Some(connection);
                    return Ok(());
                }
                Err(Failure::Kept(error)) => {
                    self.connection = Some(connection);
                    return Err(error);
                }
                Err(Failure::Lost { error, sent }) if sent > 0 => return Err(error),
                // Nothing left; a new connection may do.
                Err(Failure::Lost { .. }) => {}
            }
        }
        let mut connection = self.dial(deadline)?;
        match connection.send(bytes, deadline) {
            Err(Failure::Lost { error, .. }) => Err(self.left_alone(error)),
            sent => {
                self.connection = Some(connection);
                self.pause.went_well();
                sent.map_err(Failure::into_error)
            }
        }
    }

    fn dial(&mut self, deadline: Instant) -> io::Result<Box<dyn Connection>> {
        if let Some(left) = self.pause.left(Instant::now()) {
            let problem = format!("{}; tried again in {left:.1?}", self.trouble);
            return Err(io::Error::new(io::ErrorKind::NotConnected, problem));
        }
        self.dials += 1;
        self.peer.dial(deadline).map_err(|error| self.left_alone(error))
    }

    /// The peer could not be reached.
    fn left_alone(&mut self, error: io::Error) -> io::Error {
        self.pause.went_wrong(Instant::now());
        self.trouble = error.to_string();
        error
    }

    /// The same error, which says whom it is about.
    fn failed(&mut self, error: &io::Error) -> io::Error {
        self.failures += 1;
        io::Error::new(error.kind(), format!("{}: {error}", self.address))
    }
}
