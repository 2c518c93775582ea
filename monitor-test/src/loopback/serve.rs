//! Serves one connection, or datagrams, in a manner.

use std::io;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::UdpSocket;
use std::time::Duration;

use socket2::Socket;

use crate::loopback::Manner;
use crate::loopback::Request;
use crate::loopback::Response;
use crate::loopback::Transport;
use crate::loopback::garbage::noise;
use crate::loopback::shared::Shared;

/// As long as nobody ends the turn.
const FOR_EVER: Duration = Duration::MAX;
/// So much is taken at once.
const PIECE: usize = 64 << 10;

/// What is served: in which manner and for which turn.
#[derive(Clone, Copy)]
pub(crate) struct Service<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) transport: Transport,
    pub(crate) manner: &'a Manner,
    pub(crate) turn: u64,
}

impl Service<'_> {
    /// Serves one connection to its end.
    pub(crate) fn connection(self, socket: &Socket) -> io::Result<()> {
        let mut wire = Wire { socket, shared: self.shared };
        match self.manner {
            Manner::Dead => Ok(()),
            Manner::Hanging => {
                self.shared.pause(self.turn, FOR_EVER);
                Ok(())
            }
            Manner::Resetting => {
                wire.read_exact(&mut [0])?;
                socket.set_linger(Some(Duration::ZERO))
            }
            Manner::Garbage(garbage) => {
                wire.read_exact(&mut [0])?;
                garbage.write(&mut wire)?;
                // What still comes is read: unread, the system would reset the connection before the answer is seen.
                socket.shutdown(Shutdown::Write)?;
                io::copy(&mut wire, &mut io::sink()).map(drop)
            }
            Manner::Dripping(pace) if self.transport == Transport::Http => {
                let _ = Request::read(&mut wire, &mut Vec::new())?;
                self.drip(*pace, &mut wire)
            }
            Manner::Dripping(pace) => {
                while self.shared.pause(self.turn, *pace) && wire.read(&mut [0])? > 0 {}
                Ok(())
            }
            Manner::Answering(response) if self.transport == Transport::Http => {
                self.answer(&mut wire, |_| response.clone())
            }
            Manner::Collecting if self.transport == Transport::Http => self.answer(&mut wire, accepted),
            Manner::Answering(_) | Manner::Collecting => self.collect(socket),
        }
    }

    /// Takes datagrams to the end of the turn.
    pub(crate) fn datagrams(self, socket: &Socket) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        loop {
            let goes_on = match self.manner {
                Manner::Dead | Manner::Hanging | Manner::Resetting => self.shared.pause(self.turn, FOR_EVER),
                Manner::Dripping(pace) => self.shared.pause(self.turn, *pace),
                Manner::Answering(_) | Manner::Collecting | Manner::Garbage(_) => true,
            };
            if !goes_on {
                return Ok(());
            }
            let length = match self.receive(socket, &mut piece) {
                Ok(length) => length,
                // An earlier answer has found nobody.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
                Err(error) => return Err(error),
            };
            if self.shared.turn() != self.turn {
                return Ok(());
            }
            let datagram = piece.get(..length).unwrap_or_default().to_vec();
            if let Some(mark) = marked(&datagram) {
                self.shared.note_mark(mark);
                continue;
            }
            self.shared.note(|collected| {
                collected.received += datagram.len() as u64;
                collected.datagrams.push(datagram);
            });
        }
    }

    /// Takes one datagram, and answers it if that is the manner.
    fn receive(self, mut socket: &Socket, piece: &mut [u8]) -> io::Result<usize> {
        let Manner::Garbage(_) = self.manner else { return socket.read(piece) };
        if self.transport != Transport::Udp {
            // Who sends there has no address mostly.
            return socket.read(piece);
        }
        let socket = UdpSocket::from(socket.try_clone()?);
        let (length, sender) = socket.recv_from(piece)?;
        let sent = socket.send_to(&noise(100), sender)?;
        self.shared.note(|collected| collected.sent += sent as u64);
        Ok(length)
    }

    fn collect(self, mut socket: &Socket) -> io::Result<()> {
        let mut place = 0;
        self.shared.note(|collected| {
            place = collected.streams.len();
            collected.streams.push(Vec::new());
        });
        let mut piece = vec![0; PIECE];
        loop {
            let length = socket.read(&mut piece)?;
            if length == 0 {
                return Ok(());
            }
            // Counted and kept in one step, so that whoever saw the one sees the other.
            self.shared.note(|collected| {
                collected.received += length as u64;
                collected.streams[place].extend_from_slice(&piece[..length]);
            });
        }
    }

    fn answer(self, wire: &mut Wire<'_>, respond: impl Fn(&Request) -> Response) -> io::Result<()> {
        let mut rest = Vec::new();
        while let Some(request) = Request::read(wire, &mut rest)? {
            let response = respond(&request);
            self.shared.note(|collected| collected.requests.push(request));
            response.write(wire)?;
        }
        Ok(())
    }

    /// Answers a byte at a time, and never comes to the end.
    fn drip(self, pace: Duration, wire: &mut Wire<'_>) -> io::Result<()> {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n".iter();
        for byte in answer.chain(std::iter::repeat(&b' ')) {
            if !self.shared.pause(self.turn, pace) {
                break;
            }
            wire.write_all(&[*byte])?;
        }
        Ok(())
    }
}

/// What a datagram of the peer's own begins with.
const MARK: &str = "loopback peer, mark ";

/// The datagram that is this mark.
pub(crate) fn mark_of(number: u64) -> Vec<u8> {
    format!("{MARK}{number}").into_bytes()
}

/// Which mark this datagram is.
fn marked(datagram: &[u8]) -> Option<u64> {
    std::str::from_utf8(datagram).ok()?.strip_prefix(MARK)?.parse().ok()
}

/// What a server answers that took everything: nothing, in the language in which it was asked.
fn accepted(request: &Request) -> Response {
    let asked = request.header("Content-Type").unwrap_or("text/plain");
    let response = Response::new(200).header("Content-Type", asked);
    if asked.starts_with("application/json") { response.body("{}") } else { response }
}

/// A connection that counts.
struct Wire<'a> {
    socket: &'a Socket,
    shared: &'a Shared,
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = { self.socket }.read(buffer)?;
        self.shared.note(|collected| collected.received += length as u64);
        Ok(length)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = { self.socket }.write(bytes)?;
        self.shared.note(|collected| collected.sent += length as u64);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
