//! A connection that bytes go through in order.

use std::io;
use std::io::Read;
use std::io::Write;
use std::time::Duration;
use std::time::Instant;

use crate::export::socket::connection::Connection;
use crate::export::socket::connection::Failure;
use crate::export::socket::connection::late;
use crate::export::socket::connection::left;

/// So much is written at once, so that the time is looked at now and then.
const PIECE: usize = 64 * 1_024;
/// At most so many times is something read that nobody asked for, before each use.
const READS: usize = 16;

/// What a stream's socket can be told.
pub(crate) trait ByteStream: Read + Write + Send {
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()>;
    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()>;
}

/// A connection that bytes go through in order.
pub(crate) struct Stream<S>(pub(crate) S);

impl<S: ByteStream> Stream<S> {
    /// Whether the peer has not hung up. What it says is read and forgotten.
    fn look(&mut self) -> io::Result<bool> {
        self.0.set_nonblocking(true)?;
        let mut heard = [0; 512];
        let mut alive = true;
        for _ in 0..READS {
            match self.0.read(&mut heard) {
                Ok(0) => {
                    alive = false;
                    break;
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    alive = error.kind() == io::ErrorKind::WouldBlock;
                    break;
                }
            }
        }
        self.0.set_nonblocking(false)?;
        Ok(alive)
    }

    fn write(&mut self, bytes: &[u8], deadline: Instant, sent: &mut usize) -> io::Result<()> {
        while *sent < bytes.len() {
            self.0.set_write_timeout(Some(left(deadline)?))?;
            let end = bytes.len().min(*sent + PIECE);
            match self.0.write(bytes.get(*sent..end).unwrap_or_default()) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => *sent += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(late()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<S: ByteStream> Connection for Stream<S> {
    /// A peer that has hung up is found out here: the first write after that would still go well, into nothing.
    fn is_alive(&mut self) -> bool {
        self.look().unwrap_or(false)
    }

    fn send(&mut self, bytes: &[u8], deadline: Instant) -> Result<(), Failure> {
        let mut sent = 0;
        // What was half sent would be the beginning of the next line: the connection cannot be used again.
        self.write(bytes, deadline, &mut sent).map_err(|error| Failure::Lost { error, sent })
    }
}
