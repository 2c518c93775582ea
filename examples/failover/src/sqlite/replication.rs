//! How a write gets from the writer to those that follow it.

use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use monitor_core::monitored;

use crate::Address;
use crate::Token;
use crate::sqlite::message::Entry;
use crate::sqlite::message::Request;
use crate::sqlite::message::Response;

/// Those that follow a writer.
#[derive(Default)]
pub(super) struct Followers(Vec<Link>);

/// A connection from server to server.
pub(super) struct Link {
    host: Address,
    stream: BufReader<TcpStream>,
}

/// Why a write was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritten {
    /// The server was killed meanwhile.
    #[error("the server is dead")]
    Dead,
    /// The statement is wrong.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A follower has become the writer.
    #[error("{0} is the writer now")]
    Superseded(Address),
}

impl Followers {
    /// Adds one, which is shipped every write from now on.
    pub(super) fn add(&mut self, link: Link) {
        self.0.push(link);
    }
}

#[monitored]
impl Followers {
    /// Gives a write to each of them. One that cannot be reached follows no longer, and the writer goes on without it.
    /// Not so a dead writer, whose followers are out of reach because of that: what it writes is in nobody's hands.
    pub(super) fn ship(&mut self, entry: &Entry, is_alive: impl Fn() -> bool) -> Result<(), Unwritten> {
        let (line, links) = (entry.line(), std::mem::take(&mut self.0));
        for mut link in links {
            match link.exchange(&line) {
                Ok(Response::Changed(_)) => self.0.push(link),
                Ok(Response::Superseded) => return Err(Unwritten::Superseded(link.host)),
                _ => {}
            }
        }
        // Asked after all failures, also those of earlier writes: whoever kills the server says so before the first
        // connection ends.
        if is_alive() { Ok(()) } else { Err(Unwritten::Dead) }
    }
}

impl Link {
    /// Connects to a server and logs in.
    pub(super) fn open(host: &Address, token: &Token) -> io::Result<Self> {
        let stream = TcpStream::connect((host.host(), host.port()))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut link = Self { host: host.clone(), stream: BufReader::new(stream) };
        match link.exchange(&Request::Hello(token.reveal().to_owned()).line())? {
            Response::Ok => Ok(link),
            other => Err(io::Error::other(format!("{host} does not let us in: {other:?}"))),
        }
    }

    /// Asks and waits for the answer.
    pub(super) fn exchange(&mut self, line: &str) -> io::Result<Response> {
        self.stream.get_mut().write_all(line.as_bytes())?;
        Response::read(&self.line()?).map_err(io::Error::other)
    }

    /// Asks for lines of the log.
    pub(super) fn log(&mut self, request: &Request) -> io::Result<Vec<String>> {
        match self.exchange(&request.line())? {
            Response::Log(length) => (0..length).map(|_| self.line()).collect(),
            other => Err(io::Error::other(format!("no log but {other:?}"))),
        }
    }

    /// The next line.
    fn line(&mut self) -> io::Result<String> {
        read_line(&mut self.stream)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// The same connection, to close it from elsewhere.
    pub(super) fn socket(&self) -> io::Result<TcpStream> {
        self.stream.get_ref().try_clone()
    }
}

/// A line that is not too long to be one; nothing where the other end has hung up.
pub(super) fn read_line(reader: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut line = String::new();
    reader.take(LONGEST).read_line(&mut line)?;
    Ok(line.ends_with('\n').then_some(line))
}

/// How long a follower may take: a writer that gives up too soon would go on without one that is only busy.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Statement;

    #[test]
    fn a_dead_writer_acknowledges_nothing_also_when_nobody_follows_it_any_more() {
        let entry = Entry { position: 1, epoch: 1, statement: Statement::new("SELECT 1", &[]) };
        assert!(Followers::default().ship(&entry, || true).is_ok());
        assert!(matches!(Followers::default().ship(&entry, || false), Err(Unwritten::Dead)));
    }
}
