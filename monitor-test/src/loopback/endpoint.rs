//! The address of a peer, and sockets there.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;

use socket2::Domain;
use socket2::SockAddr;
use socket2::Socket;
use socket2::Type;

use crate::loopback::Transport;

/// So many connections wait to be accepted.
const BACKLOG: i32 = 128;

/// The address of a peer.
#[derive(Clone, Debug)]
pub(crate) enum Endpoint {
    Internet(SocketAddr),
    #[cfg(unix)]
    Path(PathBuf),
}

impl Endpoint {
    /// Any address that is free.
    pub(crate) fn any(transport: Transport) -> Self {
        match transport {
            Transport::Http | Transport::Tcp | Transport::Udp => {
                Endpoint::Internet(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            }
            #[cfg(unix)]
            Transport::UnixDatagram | Transport::UnixStream => Endpoint::Path(free_path()),
        }
    }

    /// A socket of this address. It is in nobody's way: others are refused until it listens.
    pub(crate) fn bind(&self, transport: Transport) -> io::Result<Socket> {
        let socket = self.socket(transport)?;
        #[cfg(unix)]
        match self {
            // Connections of before may linger.
            Endpoint::Internet(_) => socket.set_reuse_address(transport.connects())?,
            Endpoint::Path(path) => drop(std::fs::remove_file(path)),
        }
        socket.bind(&self.system()?)?;
        Ok(socket)
    }

    /// Lets others connect.
    pub(crate) fn listen(socket: &Socket) -> io::Result<()> {
        socket.listen(BACKLOG)
    }

    /// Where a socket is bound.
    pub(crate) fn of(socket: &Socket, otherwise: Endpoint) -> Self {
        let local = socket.local_addr().ok().and_then(|address| address.as_socket());
        local.map_or(otherwise, Endpoint::Internet)
    }

    /// Connects to whoever is there.
    pub(crate) fn connect(&self, transport: Transport) -> io::Result<Socket> {
        let socket = self.socket(transport)?;
        socket.connect(&self.system()?)?;
        Ok(socket)
    }

    /// Sends a datagram to whoever is there.
    pub(crate) fn send(&self, transport: Transport, datagram: &[u8]) -> io::Result<()> {
        self.socket(transport)?.send_to(datagram, &self.system()?).map(drop)
    }

    /// Makes whoever waits there look up: by a connection, or an empty datagram.
    pub(crate) fn knock(&self, transport: Transport) -> io::Result<()> {
        let socket = self.socket(transport)?;
        socket.set_nonblocking(true)?;
        if transport.connects() {
            socket.connect(&self.system()?)
        } else {
            socket.send_to(&[], &self.system()?).map(drop)
        }
    }

    /// Keeps the address without being there: datagrams of all others are refused.
    pub(crate) fn reserve(&self, socket: &Socket, transport: Transport) -> io::Result<()> {
        match self {
            Endpoint::Internet(_) if transport.connects() => Ok(()),
            Endpoint::Internet(_) => socket.connect(&self.system()?),
            #[cfg(unix)]
            Endpoint::Path(path) => std::fs::remove_file(path),
        }
    }

    /// Leaves nothing behind.
    pub(crate) fn remove(&self) {
        #[cfg(unix)]
        if let Endpoint::Path(path) = self {
            // It may be gone already.
            let _ = std::fs::remove_file(path);
        }
    }

    fn socket(&self, transport: Transport) -> io::Result<Socket> {
        let kind = if transport.connects() { Type::STREAM } else { Type::DGRAM };
        let domain = match self {
            Endpoint::Internet(_) => Domain::IPV4,
            #[cfg(unix)]
            Endpoint::Path(_) => Domain::UNIX,
        };
        Socket::new(domain, kind, None)
    }

    fn system(&self) -> io::Result<SockAddr> {
        match self {
            Endpoint::Internet(address) => Ok(SockAddr::from(*address)),
            #[cfg(unix)]
            Endpoint::Path(path) => SockAddr::unix(path),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Internet(address) => address.fmt(f),
            #[cfg(unix)]
            Endpoint::Path(path) => path.display().fmt(f),
        }
    }
}

/// A path that nobody has: short, as the system allows a hundred bytes.
#[cfg(unix)]
fn free_path() -> PathBuf {
    use std::sync::atomic::AtomicU32;
    use std::sync::atomic::Ordering;
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("loopback-{}-{number}", std::process::id()))
}
