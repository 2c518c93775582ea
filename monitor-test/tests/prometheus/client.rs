//! A scraper that can misbehave: it sends bytes and reads all that comes back.

use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;

use monitor_core::Monitor;
use monitor_core::recorders::Prometheus;
use monitor_test::loopback::PATIENCE;

/// A monitor that is scraped.
pub(crate) struct Scraped {
    pub(crate) monitor: Monitor,
    pub(crate) address: SocketAddr,
}

impl Scraped {
    /// With the endpoint as it comes, at a port of the system's choice.
    pub(crate) fn new() -> Self {
        Self::with(|prometheus| prometheus)
    }

    /// With other settings.
    pub(crate) fn with(settings: impl FnOnce(Prometheus) -> Prometheus) -> Self {
        let prometheus = settings(Prometheus::bind("127.0.0.1:0").unwrap());
        let address = prometheus.address();
        Self { monitor: Monitor::builder().recorder(prometheus).build(), address }
    }

    /// Scrapes with these headers, each with its line feed.
    pub(crate) fn get(&self, path: &str, headers: &str) -> Reply {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.address).as_bytes())
    }

    /// The text format.
    pub(crate) fn text(&self) -> String {
        self.get("/metrics", "").text()
    }

    /// Sends bytes and reads the answer.
    pub(crate) fn send(&self, request: &[u8]) -> Reply {
        let mut stream = connect(self.address);
        stream.write_all(request).unwrap();
        Reply::read(stream)
    }
}

impl Drop for Scraped {
    fn drop(&mut self) {
        self.monitor.shutdown(PATIENCE).unwrap();
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Everything until the other side ends.
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A reset after the answer leaves the answer.
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let (head, body) = bytes.split_at(end.map_or(bytes.len(), |end| end + 4));
        let head = String::from_utf8(head.to_vec()).unwrap();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Self { status, head: head.to_ascii_lowercase(), body: body.to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        String::from_utf8(self.body.clone()).unwrap()
    }
}
