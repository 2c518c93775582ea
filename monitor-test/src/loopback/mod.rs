//! Peers of the loopback interface for what ships over a network: real sockets, that behave as told.
//!
//! A recorder that is fine with a server that is fine has shown little. Here are the others: the one that refuses, that
//! hangs, that answers a byte at a time, that resets, that talks nonsense or without end. And the one that takes
//! everything and shows it to the test.
//!
//! ```
//! use monitor_test::loopback::{Manner, PATIENCE, Peer};
//! use std::io::Write;
//! use std::net::TcpStream;
//!
//! let peer = Peer::tcp(Manner::Collecting);
//! TcpStream::connect(peer.address())?.write_all(b"calls 1\ncalls 2\n")?;
//! let collected = peer.wait_for(PATIENCE, |collected| collected.lines().len() == 2);
//! assert_eq!(collected.lines(), ["calls 1", "calls 2"]);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The same peer can change its [`Manner`] while its address stays: how a server dies and comes back.
//!
//! ```
//! # use monitor_test::loopback::{Manner, Peer};
//! # use std::net::TcpStream;
//! let peer = Peer::tcp(Manner::Dead);
//! assert!(TcpStream::connect(peer.address()).is_err());
//! peer.turn(Manner::Hanging);
//! assert!(TcpStream::connect(peer.address()).is_ok());
//! ```

mod collected;
mod door;
mod endpoint;
mod garbage;
mod manner;
mod patience;
mod peer;
mod request;
mod response;
mod serve;
mod shared;
mod transport;

pub use collected::Collected;
pub use garbage::Garbage;
pub use manner::Manner;
pub use patience::PATIENCE;
pub use peer::Peer;
pub use request::Request;
pub use response::Response;
pub use transport::Transport;
