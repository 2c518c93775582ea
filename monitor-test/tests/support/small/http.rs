//! Lines over HTTP.

use std::io::BufRead;
use std::io::BufReader;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

use monitor_core::RecorderError;

use super::lines::Way;

/// What is read of an answer at most.
const ANSWER: u64 = 64 << 10;

/// A request for each batch, with one time limit for all of it.
pub(crate) struct Http {
    peer: SocketAddr,
    /// For all of a request.
    limit: Duration,
}

impl Http {
    pub(crate) fn at(address: &str, limit: Duration) -> Self {
        Self { peer: address.parse().unwrap(), limit }
    }

    fn status(&self, body: &str) -> std::io::Result<u16> {
        let end = Instant::now() + self.limit;
        let mut stream = TcpStream::connect_timeout(&self.peer, self.limit)?;
        stream.set_write_timeout(Some(self.limit))?;
        write!(stream, "POST /lines HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
        let mut answer = BufReader::new(Bounded { stream, end }.take(ANSWER));
        let mut first = Vec::new();
        answer.read_until(b'\n', &mut first)?;
        let first = String::from_utf8_lossy(&first).into_owned();
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| std::io::Error::other(format!("no HTTP: {first:?}")))?;
        let mut header = Vec::new();
        while answer.read_until(b'\n', &mut header)? > 2 {
            header.clear();
        }
        Ok(status)
    }
}

/// Reads until a moment, however little comes at a time.
struct Bounded {
    stream: TcpStream,
    end: Instant,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

impl Way for Http {
    fn send(&mut self, lines: &str) -> Result<(), RecorderError> {
        match self.status(lines)? {
            200..300 => Ok(()),
            status @ (429 | 502..=504) => Err(RecorderError::retryable(format!("status {status}"))),
            status => Err(RecorderError::new(format!("status {status}"))),
        }
    }
}
