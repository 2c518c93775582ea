//! Where a peer is reached for as long as it has one manner: its socket, and the thread behind it.

use std::io;
use std::io::Read;
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use socket2::Socket;

use crate::loopback::Manner;
use crate::loopback::Transport;
use crate::loopback::endpoint::Endpoint;
use crate::loopback::serve::Service;
use crate::loopback::serve::mark_of;
use crate::loopback::shared::Shared;

/// What the system takes of a connection that nobody reads: little, so that it is noticed.
const UNREAD: usize = 4 << 10;
/// What it should keep of datagrams until they are read: all that a test sends, also where the reader is kept waiting.
const KEPT: usize = 4 << 20;
/// After so much time a mark is sent once more.
const AGAIN: Duration = Duration::from_millis(100);

/// Where a peer is reached for as long as it has one manner.
#[derive(Debug)]
pub(crate) struct Door {
    endpoint: Endpoint,
    transport: Transport,
    shared: Arc<Shared>,
    /// None where nobody is at home; the socket keeps the address.
    at_home: Result<JoinHandle<()>, Socket>,
}

impl Door {
    /// Binds to the endpoint, and serves there in this manner.
    pub(crate) fn open(
        endpoint: Endpoint,
        transport: Transport,
        manner: Manner,
        shared: &Arc<Shared>,
    ) -> io::Result<Self> {
        let socket = endpoint.bind(transport)?;
        let endpoint = Endpoint::of(&socket, endpoint);
        if matches!(manner, Manner::Dripping(_) | Manner::Hanging) && transport.connects() {
            socket.set_recv_buffer_size(UNREAD)?;
        }
        if matches!(manner, Manner::Collecting) && !transport.connects() {
            socket.set_recv_buffer_size(KEPT)?;
        }
        let nobody = match manner {
            Manner::Dead => true,
            Manner::Resetting => !transport.connects(),
            _ => false,
        };
        let at_home = if nobody {
            endpoint.reserve(&socket, transport)?;
            Err(socket)
        } else {
            if transport.connects() {
                Endpoint::listen(&socket)?;
            }
            let (shared, turn) = (Arc::clone(shared), shared.turn());
            let thread = thread::Builder::new().name("loopback".to_owned());
            Ok(thread.spawn(move || {
                let service = Service { shared: &shared, transport, manner: &manner, turn };
                if transport.connects() {
                    accept(&socket, service);
                } else {
                    // Whoever wonders sees that nothing came.
                    let _ = service.datagrams(&socket);
                }
            })?)
        };
        Ok(Self { endpoint, transport, shared: Arc::clone(shared), at_home })
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Waits until all has come that was sent before.
    pub(crate) fn settle(&self, patience: Duration) -> io::Result<()> {
        let end = Instant::now() + patience;
        let left = || end.saturating_duration_since(Instant::now());
        let late = || Err(io::ErrorKind::TimedOut.into());
        if self.transport.connects() {
            let mut last = self.endpoint.connect(self.transport)?;
            last.set_read_timeout(Some(patience))?;
            last.shutdown(Shutdown::Write)?;
            // Whoever comes is accepted in turn: when this one is let go, all others were accepted.
            last.read_to_end(&mut Vec::new())?;
            return if self.shared.wait_for_end(left()) { Ok(()) } else { late() };
        }
        let mark = self.shared.next_mark();
        while !left().is_zero() {
            // Where there is no room for it, the system drops it.
            self.endpoint.send(self.transport, &mark_of(mark))?;
            if self.shared.wait_for_mark(mark, AGAIN.min(left())) {
                return Ok(());
            }
        }
        late()
    }

    /// Ends what is served here.
    pub(crate) fn close(self) -> Endpoint {
        self.shared.next_turn();
        if let Ok(thread) = self.at_home {
            // Where nobody can be reached, nobody waits.
            let _ = self.endpoint.knock(self.transport);
            let _ = thread.join();
        }
        self.endpoint
    }
}

/// Accepts connections to the end of the turn, and serves each on a thread of its own.
fn accept(socket: &Socket, service: Service<'_>) {
    thread::scope(|threads| {
        loop {
            let accepted = socket.accept();
            if service.shared.turn() != service.turn {
                return;
            }
            let Ok((connection, _)) = accepted else { continue };
            let connection = Arc::new(connection);
            let Some(number) = service.shared.connected(service.turn, &connection) else { return };
            threads.spawn(move || {
                // That it breaks is in the nature of it.
                let _ = service.connection(&connection);
                service.shared.disconnected(number);
            });
        }
    });
}
