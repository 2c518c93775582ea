//! Recorders of the tests' own, over the standard library alone: as small as a user would write them.

use std::fmt::Write as _;
use std::io::BufRead;
use std::io::BufReader;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::net::UdpSocket;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Delivery;
use monitor_core::EventBatch;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::SpanBatch;
use monitor_test::loopback::Peer;

/// For each operation.
const LIMIT: Duration = Duration::from_millis(150);
/// What is read of an answer at most.
const ANSWER: u64 = 64 << 10;

/// How lines are sent.
pub(crate) trait Way: Send {
    fn send(&mut self, lines: &str) -> Result<(), RecorderError>;
}

/// A line for each span and event: its name, and its texts.
pub(crate) struct Lines<W> {
    way: W,
    /// How a text is written so that it stays in its line.
    escape: fn(&str) -> String,
}

impl<W: Way> Lines<W> {
    pub(crate) fn new(way: W) -> Self {
        Self { way, escape: |text| text.escape_default().to_string() }
    }

    /// Writes texts as they are: what no recorder may do.
    pub(crate) fn careless(way: W) -> Self {
        Self { way, escape: str::to_owned }
    }
}

impl<W: Way> Recorder for Lines<W> {
    fn name(&self) -> &str {
        "lines"
    }

    fn delivery(&self) -> Delivery {
        Delivery::default().delay(Duration::ZERO)
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let mut lines = String::new();
        for span in batch.iter() {
            let _ = writeln!(lines, "span {}", (self.escape)(span.name()));
        }
        self.way.send(&lines)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let mut lines = String::new();
        for event in batch.iter() {
            let _ = writeln!(lines, "event {}", (self.escape)(event.name()));
        }
        self.way.send(&lines)
    }
}

/// Over one TCP connection, which is made anew when it breaks.
pub(crate) struct Tcp {
    peer: SocketAddr,
    stream: Option<TcpStream>,
}

impl Tcp {
    pub(crate) fn to(peer: &Peer) -> Self {
        Self { peer: peer.address().parse().unwrap(), stream: None }
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

/// A datagram for every line.
pub(crate) struct Udp(UdpSocket);

impl Udp {
    pub(crate) fn to(peer: &Peer) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(peer.address()).unwrap();
        Self(socket)
    }
}

impl Way for Udp {
    fn send(&mut self, lines: &str) -> Result<(), RecorderError> {
        lines.lines().try_for_each(|line| self.0.send(line.as_bytes()).map(drop)).map_err(RecorderError::from)
    }
}

/// A request for each batch, with one time limit for all of it.
pub(crate) struct Http {
    peer: SocketAddr,
}

impl Http {
    pub(crate) fn to(peer: &Peer) -> Self {
        Self { peer: peer.address().parse().unwrap() }
    }

    fn status(&self, body: &str) -> std::io::Result<u16> {
        let end = Instant::now() + LIMIT;
        let mut stream = TcpStream::connect_timeout(&self.peer, LIMIT)?;
        stream.set_write_timeout(Some(LIMIT))?;
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
