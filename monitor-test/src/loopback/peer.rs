//! Somebody to talk to.

use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::loopback::Collected;
use crate::loopback::Manner;
use crate::loopback::PATIENCE;
use crate::loopback::Transport;
use crate::loopback::door::Door;
use crate::loopback::endpoint::Endpoint;
use crate::loopback::shared::Shared;

/// Somebody to talk to, on the loopback interface or in the file system, who behaves in a [`Manner`].
///
/// It has threads of its own, counts what comes and goes, and is gone with all its connections when it is dropped.
///
/// ```
/// use monitor_test::loopback::{Manner, PATIENCE, Peer};
/// use std::net::UdpSocket;
///
/// let statsd = Peer::udp(Manner::Collecting);
/// UdpSocket::bind("127.0.0.1:0")?.send_to(b"calls:1|c", statsd.address())?;
/// let collected = statsd.wait_for(PATIENCE, |collected| !collected.datagrams.is_empty());
/// assert_eq!(collected.datagrams, [b"calls:1|c"]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Peer {
    transport: Transport,
    address: String,
    shared: Arc<Shared>,
    /// None only while it changes, and when it is gone.
    door: Mutex<Option<Door>>,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Peer {
    /// Somebody at a free address.
    ///
    /// # Panics
    ///
    /// The system has no address or thread left.
    #[must_use]
    #[track_caller]
    pub fn new(transport: Transport, manner: Manner) -> Self {
        let shared = Arc::new(Shared::default());
        let door = open(Endpoint::any(transport), transport, manner, &shared);
        let address = door.endpoint().to_string();
        Self { transport, address, shared, door: Mutex::new(Some(door)) }
    }

    /// Somebody who speaks HTTP.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[must_use]
    #[track_caller]
    pub fn http(manner: Manner) -> Self {
        Self::new(Transport::Http, manner)
    }

    /// Somebody who takes bytes over TCP.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[must_use]
    #[track_caller]
    pub fn tcp(manner: Manner) -> Self {
        Self::new(Transport::Tcp, manner)
    }

    /// Somebody who takes datagrams.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[must_use]
    #[track_caller]
    pub fn udp(manner: Manner) -> Self {
        Self::new(Transport::Udp, manner)
    }

    /// How one talks to it.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Where it is: `127.0.0.1:4711`, or a path.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where it is and how one talks to it, as a recorder's configuration has it: `http://127.0.0.1:4711`,
    /// `tcp://..`, `udp://..`, `unix:///path` for datagrams, `unixstream:///path`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.transport.scheme(), self.address)
    }

    /// From now on it behaves otherwise, at the same address. What is connected is closed.
    ///
    /// # Panics
    ///
    /// Somebody else took the address in between, and keeps it.
    #[track_caller]
    pub fn turn(&self, manner: Manner) {
        let mut door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = door.take() {
            *door = Some(open(old.close(), self.transport, manner, &self.shared));
        }
    }

    /// What came so far.
    #[must_use]
    pub fn collected(&self) -> Collected {
        self.shared.collected()
    }

    /// Takes what came so far; the numbers go on.
    #[must_use]
    pub fn take(&self) -> Collected {
        self.shared.take()
    }

    /// Waits until `wanted` says that enough has come, and tells what has.
    ///
    /// # Panics
    ///
    /// That was not so within `patience`.
    #[track_caller]
    pub fn wait_for(&self, patience: Duration, wanted: impl FnMut(&Collected) -> bool) -> Collected {
        match self.shared.wait_for(patience, wanted) {
            Ok(collected) => collected,
            Err(collected) => panic!("within {patience:?} only this came to {}: {collected:?}", self.address),
        }
    }

    /// Waits until everything is here that was sent before, and tells what has come: for whoever has ended without saying
    /// how much that was. Datagrams are here when one that is sent after them is; connections, when they are closed.
    ///
    /// ```
    /// use monitor_test::loopback::{Manner, PATIENCE, Peer};
    /// use std::net::UdpSocket;
    ///
    /// let peer = Peer::udp(Manner::Collecting);
    /// let socket = UdpSocket::bind("127.0.0.1:0")?;
    /// for _ in 0..3 {
    ///     socket.send_to(b"calls:1|c", peer.address())?;
    /// }
    /// assert_eq!(peer.settle(PATIENCE).datagrams.len(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// That was not so within `patience`, or the peer has a manner in which it does not take what is sent.
    #[track_caller]
    pub fn settle(&self, patience: Duration) -> Collected {
        let door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        let settled = door.as_ref().map(|door| door.settle(patience));
        match settled {
            Some(Ok(())) => self.collected(),
            _ => panic!("within {patience:?} it did not come to an end at {}: {settled:?}", self.address),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let door = self.door.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(door) = door {
            door.close().remove();
        }
    }
}

#[track_caller]
fn open(endpoint: Endpoint, transport: Transport, manner: Manner, shared: &Arc<Shared>) -> Door {
    let (place, begun) = (endpoint.to_string(), Instant::now());
    loop {
        match Door::open(endpoint.clone(), transport, manner.clone(), shared) {
            Ok(door) => return door,
            // A connection of somebody else's has it for the moment.
            Err(error) if error.kind() == ErrorKind::AddrInUse && begun.elapsed() < PATIENCE => {
                thread::yield_now();
            }
            Err(error) => panic!("nobody can be reached at {place}: {error}"),
        }
    }
}
