//! A place for a server: a port, and whoever listens there at the moment.

use std::io;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::thread::JoinHandle;

use crate::Address;
use crate::Role;
use crate::sqlite::Issuer;
use crate::sqlite::files::Files;
use crate::sqlite::message::Response;
use crate::sqlite::replication::read_line;
use crate::sqlite::server::Server;

/// A server that listens.
pub(super) struct Node {
    pub(super) server: Arc<Server>,
    address: Address,
    accepting: Option<JoinHandle<()>>,
}

impl Node {
    /// Starts a server with an empty database on a listener.
    pub(super) fn start(
        listener: TcpListener,
        role: Role,
        issuer: &Arc<Issuer>,
        files: &Arc<Files>,
    ) -> io::Result<Self> {
        let address = Address::from(listener.local_addr()?);
        let server = Server::new(address.clone(), role, Arc::clone(issuer), Arc::clone(files))
            .map_err(io::Error::other)?;
        let server = Arc::new(server);
        let accepting = Arc::clone(&server);
        let accepting = thread::Builder::new()
            .name(format!("server {}", address.port()))
            .spawn(move || accept(&accepting, &listener))?;
        Ok(Self { server, address, accepting: Some(accepting) })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Kills the server: when this returns, its port and all its connections are closed.
    pub(super) fn kill(&mut self) {
        self.server.life.end();
        // Whoever accepts waits for a connection; this is the last one.
        let _ = TcpStream::connect((self.address.host(), self.address.port()));
        if let Some(accepting) = self.accepting.take() {
            // It does not panic, and if it did its listener were closed as well.
            let _ = accepting.join();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Gives each connection a thread, until the server is dead.
fn accept(server: &Arc<Server>, listener: &TcpListener) {
    while let Ok((stream, _)) = listener.accept() {
        server.life.pass();
        if !server.life.is_alive() {
            return;
        }
        let server = Arc::clone(server);
        let serving = thread::Builder::new().name("connection".to_owned());
        // Where no thread is to be had the connection closes.
        let _ = serving.spawn(move || serve(&server, stream));
    }
}

/// Answers what a connection asks until one end hangs up.
fn serve(server: &Server, stream: TcpStream) {
    let held = stream.try_clone().ok().and_then(|socket| server.life.hold(socket));
    if let Some(number) = held {
        // A connection that breaks is the affair of who is at its other end.
        let _ = converse(server, stream);
        server.life.release(number);
    }
}

fn converse(server: &Server, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut login = Response::Denied(String::new());
    while let Some(line) = read_line(&mut reader)? {
        server.life.pass();
        let answer = if login == Response::Ok {
            server.answer(&line)
        } else {
            login = server.login(&line);
            Some(login.line())
        };
        server.life.pass();
        let Some(answer) = answer else { break };
        reader.get_mut().write_all(answer.as_bytes())?;
    }
    Ok(())
}
