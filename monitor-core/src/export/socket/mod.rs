//! Ways over a socket: UDP, TCP and Unix sockets, written once for every recorder that sends lines or datagrams.
//!
//! A [`Socket`] is dialled when it is first used, kept, and dialled anew when it broke. Each operation ends by a moment
//! that the caller gives, whatever the peer or a resolver does; nothing is tried again but what certainly did not leave.

mod address;
mod connection;
mod datagram;
mod packer;
mod pause;
mod peer;
mod resolver;
mod stream;
mod tcp;
#[cfg(test)]
mod tests;
mod udp;
#[cfg(unix)]
mod unix;
mod way;

pub use address::{SocketAddress, SocketAddressError, Transport};

pub(crate) use datagram::{datagram_size, take_datagram_size};
pub(crate) use packer::{LAN_DATAGRAM, Packer};
pub(crate) use way::Socket;
