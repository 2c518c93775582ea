//! A server of a test's own, on this machine, that may behave as badly as it likes.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use crate::export::http::HttpUrl;

/// A server that lives as long as this.
pub(crate) struct Peer {
    port: u16,
    /// The heads and bodies that came.
    requests: Receiver<Request>,
    _until: Sender<()>,
}

/// What came: the lines of the head, and the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) head: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.iter().skip(1).filter_map(|line| line.split_once(':'));
        headers.find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Tells when the test is over.
pub(crate) struct Until(Receiver<()>);

impl Until {
    /// Waits, unless the test is over.
    pub(crate) fn wait(&self, pause: Duration) -> bool {
        self.0.recv_timeout(pause) == Err(RecvTimeoutError::Timeout)
    }

    /// Waits for the end of the test.
    pub(crate) fn wait_for_end(&self) {
        let _ = self.0.recv();
    }
}

impl Peer {
    /// Treats one connection after the other as `treat` says.
    pub(crate) fn new(mut treat: impl FnMut(TcpStream, &Until) + Send + 'static) -> Self {
        Self::hearing(move |stream, until, _| treat(stream, until))
    }

    /// Gives every request this answer, and closes the connection.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::hearing(move |mut stream, _, heard| {
            if let Some(request) = read(&mut BufReader::new(&stream)) {
                let _ = heard.send(request);
                let _ = stream.write_all(&answer);
            }
        })
    }

    /// Treats one connection after the other as `treat` says, which may tell what it heard.
    pub(crate) fn hearing(
        mut treat: impl FnMut(TcpStream, &Until, &Sender<Request>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, requests) = mpsc::channel();
        let (until, end) = mpsc::channel();
        thread::spawn(move || {
            let until = Until(end);
            for stream in listener.incoming().map_while(Result::ok) {
                treat(stream, &until, &heard);
            }
        });
        Self { port, requests, _until: until }
    }

    pub(crate) fn url(&self) -> HttpUrl {
        format!("http://127.0.0.1:{}/v1/traces", self.port).parse().unwrap()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The next request, which must come soon.
    #[track_caller]
    pub(crate) fn request(&self) -> Request {
        self.requests.recv_timeout(Duration::from_secs(60)).expect("a request")
    }

    /// The next request of those that have come.
    pub(crate) fn next_request(&self) -> Option<Request> {
        self.requests.try_recv().ok()
    }

    /// Whether no more requests have come.
    pub(crate) fn is_idle(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

/// Reads one request whose length is known.
pub(crate) fn read(stream: &mut impl BufRead) -> Option<Request> {
    let mut request = Request::default();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|length| *length > 0)?;
        match line.trim_end() {
            "" => break,
            line => request.head.push(line.to_owned()),
        }
    }
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    stream.take(length).read_to_end(&mut request.body).ok()?;
    Some(request)
}
