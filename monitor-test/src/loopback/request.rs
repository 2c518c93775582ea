//! What a peer was asked over HTTP.

use std::io;
use std::io::Read;

use flate2::read::MultiGzDecoder;

/// One request that a peer got.
///
/// ```
/// use monitor_test::loopback::{Manner, PATIENCE, Peer};
/// use std::io::Write;
/// use std::net::TcpStream;
///
/// let peer = Peer::http(Manner::Collecting);
/// let mut client = TcpStream::connect(peer.address())?;
/// client.write_all(b"POST /v1/traces HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]")?;
/// let request = &peer.wait_for(PATIENCE, |collected| !collected.requests.is_empty()).requests[0];
/// assert_eq!((&*request.target, &*request.body), ("/v1/traces", &b"[]"[..]));
/// assert_eq!(request.header("content-length"), Some("2"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Request {
    /// The method, such as `POST`.
    pub method: String,
    /// What was asked for, as it was written, such as `/v1/traces`.
    pub target: String,
    /// Names and values of the headers, as they were written.
    pub headers: Vec<(String, String)>,
    /// The body as it was sent, without the marks of its chunks.
    pub body: Vec<u8>,
}

/// The most headers that a request may have.
const HEADERS: usize = 100;

impl Request {
    /// The value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body, unpacked if it was sent with gzip.
    ///
    /// # Errors
    ///
    /// It says that it is packed with gzip and is not, or with something else than gzip.
    pub fn unpacked(&self) -> io::Result<Vec<u8>> {
        match self.header("Content-Encoding") {
            None | Some("identity") => Ok(self.body.clone()),
            Some("gzip") => {
                let mut unpacked = Vec::new();
                MultiGzDecoder::new(&*self.body).read_to_end(&mut unpacked)?;
                Ok(unpacked)
            }
            Some(other) => Err(invalid(format!("no gzip but `{other}`"))),
        }
    }

    /// Reads one request; none at the end of the connection. `rest` is what was read and not used yet.
    pub(crate) fn read(from: &mut dyn Read, rest: &mut Vec<u8>) -> io::Result<Option<Request>> {
        let mut request = loop {
            let mut headers = [httparse::EMPTY_HEADER; HEADERS];
            let mut parsed = httparse::Request::new(&mut headers);
            if let httparse::Status::Complete(length) = parsed.parse(rest).map_err(invalid)? {
                let request = Request::from_head(&parsed);
                rest.drain(..length);
                break request;
            }
            if more(from, rest)? == 0 {
                let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
                return if rest.is_empty() { Ok(None) } else { Err(cut) };
            }
        };
        request.body = if request.header("Transfer-Encoding").is_some() {
            chunks(from, rest)?
        } else {
            let length = request.header("Content-Length").unwrap_or("0");
            take(from, rest, length.trim().parse().map_err(invalid)?)?
        };
        Ok(Some(request))
    }

    fn from_head(head: &httparse::Request<'_, '_>) -> Request {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let headers = head
            .headers
            .iter()
            .map(|header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()));
        Request {
            method: text(head.method),
            target: text(head.path),
            headers: headers.collect(),
            body: Vec::new(),
        }
    }
}

fn invalid(error: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

/// Reads what has come; zero at the end.
fn more(from: &mut dyn Read, rest: &mut Vec<u8>) -> io::Result<usize> {
    let mut piece = [0; 16 << 10];
    let read = from.read(&mut piece)?;
    rest.extend_from_slice(&piece[..read]);
    Ok(read)
}

/// Takes so many bytes.
fn take(from: &mut dyn Read, rest: &mut Vec<u8>, count: usize) -> io::Result<Vec<u8>> {
    while rest.len() < count {
        if more(from, rest)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(rest.drain(..count).collect())
}

/// Takes a line, with its end.
fn line(from: &mut dyn Read, rest: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    loop {
        if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            return Ok(rest.drain(..=end).collect());
        }
        if more(from, rest)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Takes a body that comes in chunks, to the end of its trailers.
fn chunks(from: &mut dyn Read, rest: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        match httparse::parse_chunk_size(rest).map_err(|error| invalid(format!("{error:?}")))? {
            httparse::Status::Complete((start, 0)) => {
                rest.drain(..start);
                while line(from, rest)? != b"\r\n" {}
                return Ok(body);
            }
            httparse::Status::Complete((start, size)) => {
                rest.drain(..start);
                body.extend(take(from, rest, usize::try_from(size).map_err(invalid)?)?);
                take(from, rest, 2)?;
            }
            httparse::Status::Partial if more(from, rest)? == 0 => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            httparse::Status::Partial => {}
        }
    }
}
