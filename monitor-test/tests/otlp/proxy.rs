//! A proxy that is asked to connect, and connects to a server of the test's own whatever it is asked for.

use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

/// A proxy that lives as long as the test.
pub(crate) struct Proxy {
    port: u16,
    /// The lines of the requests that came.
    heads: Receiver<Vec<String>>,
}

impl Proxy {
    /// Connects whoever asks to this port of this machine.
    pub(crate) fn to(port: u16) -> Self {
        Self::new(move |client| {
            let server = TcpStream::connect(("127.0.0.1", port))?;
            (&client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            let (mut from, mut into) = (client.try_clone()?, server.try_clone()?);
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut into);
                let _ = into.shutdown(Shutdown::Write);
            });
            io::copy(&mut &server, &mut &client).map(drop)
        })
    }

    /// Gives whoever asks this answer.
    pub(crate) fn refusing(answer: &'static str) -> Self {
        Self::new(move |mut client| client.write_all(answer.as_bytes()))
    }

    fn new(treat: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, heads) = mpsc::channel();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let lines = BufReader::new(client.try_clone().unwrap()).lines().map_while(Result::ok);
                let _ = heard.send(lines.take_while(|line| !line.is_empty()).collect());
                let treat = treat.clone();
                thread::spawn(move || treat(client));
            }
        });
        Self { port, heads }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The lines of the next request, which must come soon.
    #[track_caller]
    pub(crate) fn head(&self) -> Vec<String> {
        self.heads.recv_timeout(Duration::from_secs(20)).expect("a request to the proxy")
    }

    /// Whether nobody else has asked.
    pub(crate) fn is_idle(&self) -> bool {
        self.heads.try_recv().is_err()
    }
}
