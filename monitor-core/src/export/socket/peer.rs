//! Whom a socket is for.

use std::io;
#[cfg(unix)]
use std::path::PathBuf;
use std::time::Instant;

use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::export::socket::address::Place;
use crate::export::socket::connection::Connection;
use crate::export::socket::resolver::Resolver;
use crate::export::socket::tcp;
use crate::export::socket::udp::Lasting;
use crate::export::socket::udp::Udp;
#[cfg(unix)]
use crate::export::socket::unix;

/// Whom a socket is for, with what is needed to get there.
#[derive(Debug)]
pub(crate) enum Peer {
    Tcp(Resolver),
    Udp(Resolver),
    #[cfg(unix)]
    UnixDatagram(PathBuf),
    #[cfg(unix)]
    UnixStream(PathBuf),
}

impl Peer {
    /// The peer at this address, with these where it says nothing.
    pub(crate) fn new(address: &SocketAddress, transport: Transport, port: u16) -> Self {
        let transport = address.transport().unwrap_or(transport);
        match address.place() {
            Place::Host { host, port: own } => {
                let resolver = Resolver::new(host, own.unwrap_or(port));
                if transport == Transport::Tcp { Peer::Tcp(resolver) } else { Peer::Udp(resolver) }
            }
            #[cfg(unix)]
            Place::Path(path) if transport == Transport::UnixStream => Peer::UnixStream(path.clone()),
            #[cfg(unix)]
            Place::Path(path) => Peer::UnixDatagram(path.clone()),
            // No such address can be made here.
            #[cfg(not(unix))]
            Place::Path(_) => Peer::Udp(Resolver::new("127.0.0.1", port)),
        }
    }

    /// Gets there.
    pub(crate) fn dial(&mut self, deadline: Instant) -> io::Result<Box<dyn Connection>> {
        Ok(match self {
            Peer::Tcp(resolver) => Box::new(tcp::connect(&resolver.resolve(deadline)?, deadline)?),
            Peer::Udp(resolver) => {
                let lasting = if resolver.is_name() { Lasting::AsNamesDo } else { Lasting::Always };
                Box::new(Udp::connect(&resolver.resolve(deadline)?, lasting)?)
            }
            #[cfg(unix)]
            Peer::UnixDatagram(path) => Box::new(unix::Datagrams::connect(path)?),
            #[cfg(unix)]
            Peer::UnixStream(path) => Box::new(unix::connect(path, deadline)?),
        })
    }
}
