//! From a host's name to its addresses, in bounded time.

use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::net::ToSocketAddrs;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Instant;

use crate::export::socket::connection::late;

/// Asks the system; there is no way to call that off.
pub(crate) type Lookup = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

/// What a name stands for. A resolver that hangs keeps one thread, however often it is asked, and what it said before
/// holds while it says nothing.
#[derive(Debug)]
pub(crate) struct Resolver {
    host: String,
    port: u16,
    lookup: Lookup,
    known: Vec<SocketAddr>,
    /// A question that was not answered in time.
    asked: Option<Receiver<io::Result<Vec<SocketAddr>>>>,
}

impl Resolver {
    pub(crate) fn new(host: &str, port: u16) -> Self {
        Self::with(host, port, |host, port| Ok((host, port).to_socket_addrs()?.collect()))
    }

    pub(crate) fn with(host: &str, port: u16, lookup: Lookup) -> Self {
        Self { host: host.to_owned(), port, lookup, known: Vec::new(), asked: None }
    }

    /// Whether the host is a name, whose addresses may change.
    pub(crate) fn is_name(&self) -> bool {
        self.host.parse::<IpAddr>().is_err()
    }

    /// The addresses, in the order in which they should be tried. Half of the time that is left may go by.
    ///
    /// # Errors
    ///
    /// The name has no address, or nobody knew one in time; and none was known before.
    pub(crate) fn resolve(&mut self, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
        if let Ok(address) = self.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        match self.ask(deadline) {
            Ok(addresses) => self.known = addresses,
            Err(error) if self.known.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok(self.known.clone())
    }

    fn ask(&mut self, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
        let asked = match self.asked.take() {
            Some(asked) => asked,
            None => self.start()?,
        };
        let bound = deadline.saturating_duration_since(Instant::now()) / 2;
        match asked.recv_timeout(bound) {
            Ok(Ok(addresses)) if addresses.is_empty() => {
                Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"))
            }
            Ok(answer) => answer,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.asked = Some(asked);
                Err(io::Error::new(late().kind(), "the name was not resolved in time"))
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(io::Error::other("the resolver panicked")),
        }
    }

    fn start(&self) -> io::Result<Receiver<io::Result<Vec<SocketAddr>>>> {
        let (answer, asked) = mpsc::sync_channel(1);
        let (host, port, lookup) = (self.host.clone(), self.port, self.lookup);
        let work = move || drop(answer.send(lookup(&host, port)));
        thread::Builder::new().name("monitor-resolver".to_owned()).spawn(work)?;
        Ok(asked)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Condvar;
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;

    #[test]
    fn f29_a_resolver_that_hangs_costs_bounded_time_and_one_thread() {
        static THREADS: Mutex<usize> = Mutex::new(0);
        static OPEN: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());
        let mut resolver = Resolver::with("stats", 8125, |_, port| {
            *THREADS.lock().unwrap() += 1;
            drop(OPEN.1.wait_while(OPEN.0.lock().unwrap(), |open| !*open).unwrap());
            Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
        });
        let begun = Instant::now();
        for _ in 0..3 {
            let error = resolver.resolve(Instant::now() + Duration::from_millis(20)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        }
        assert!(begun.elapsed() < Duration::from_secs(60));
        *OPEN.0.lock().unwrap() = true;
        OPEN.1.notify_all();
        let addresses = resolver.resolve(Instant::now() + Duration::from_secs(60)).unwrap();
        assert_eq!((addresses.len(), *THREADS.lock().unwrap()), (1, 1));
    }

    #[test]
    fn f29_what_was_known_holds_while_the_resolver_fails() {
        static CALLS: Mutex<usize> = Mutex::new(0);
        let mut resolver = Resolver::with("stats", 8125, |_, port| {
            *CALLS.lock().unwrap() += 1;
            let first = *CALLS.lock().unwrap() == 1;
            if first { Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]) } else { Ok(Vec::new()) }
        });
        let deadline = Instant::now() + Duration::from_secs(60);
        let first = resolver.resolve(deadline).unwrap();
        assert_eq!((resolver.resolve(deadline).unwrap(), *CALLS.lock().unwrap()), (first, 2));
    }

    #[test]
    fn a_number_needs_no_resolver() {
        let mut resolver = Resolver::with("::1", 1, |_, _| Err(io::ErrorKind::Other.into()));
        assert_eq!(
            resolver.resolve(Instant::now()).unwrap(),
            [SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, 1))]
        );
        assert!(!resolver.is_name());
    }
}
