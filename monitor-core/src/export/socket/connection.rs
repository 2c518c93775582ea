//! What an open way to a peer can do.

use std::io;
use std::time::Duration;
use std::time::Instant;

/// An open way to a peer.
pub(crate) trait Connection: Send {
    /// Whether it can still be used, as far as can be known without using it.
    fn is_alive(&mut self) -> bool;

    /// Sends all of it, in one piece where the way knows pieces.
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> Result<(), Failure>;

    /// What came back since the last look: a refusal of something sent before.
    fn refusal(&mut self) -> Option<io::Error> {
        None
    }
}

/// Why something was not sent.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The way is as good as before, and nothing was sent.
    Kept(io::Error),
    /// The way is no use any more.
    Lost {
        error: io::Error,
        /// So much of it may have arrived.
        sent: usize,
    },
}

impl Failure {
    pub(crate) fn into_error(self) -> io::Error {
        match self {
            Failure::Kept(error) | Failure::Lost { error, .. } => error,
        }
    }
}

/// The time left, as a socket takes it: never zero, which would mean for ever.
///
/// # Errors
///
/// There is none.
pub(crate) fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(late()) } else { Ok(left.max(Duration::from_millis(1))) }
}

/// The error of what was not done in time.
pub(crate) fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "not done in time")
}
