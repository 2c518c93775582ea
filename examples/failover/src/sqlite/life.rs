//! Whether a server lives, and how it is ended: its sockets close, all at once.

use std::collections::HashMap;
use std::net::Shutdown;
use std::net::TcpStream;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// Whether a server lives.
#[derive(Default)]
pub(super) struct Life {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    vigour: Vigour,
    sockets: HashMap<u64, TcpStream>,
    held: u64,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Vigour {
    #[default]
    Alive,
    Dead,
    Frozen,
}

impl Life {
    /// Keeps a socket to close it at the end; gives its number, or nothing where the end is already there.
    pub(super) fn hold(&self, socket: TcpStream) -> Option<u64> {
        let mut state = self.state();
        if state.vigour == Vigour::Dead {
            let _ = socket.shutdown(Shutdown::Both);
            return None;
        }
        state.held += 1;
        let number = state.held;
        state.sockets.insert(number, socket);
        Some(number)
    }

    /// Lets go of a socket that was closed by itself.
    pub(super) fn release(&self, number: u64) {
        self.state().sockets.remove(&number);
    }

    /// Waits while the server is frozen, as every thread of a stopped process does.
    pub(super) fn pass(&self) {
        let is_frozen = |state: &mut State| state.vigour == Vigour::Frozen;
        drop(self.changed.wait_while(self.state(), is_frozen).unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether it was not killed.
    pub(super) fn is_alive(&self) -> bool {
        self.state().vigour != Vigour::Dead
    }

    /// Lets it stay connected and say nothing.
    pub(super) fn freeze(&self) {
        self.change(Vigour::Frozen);
    }

    /// Lets a frozen one go on.
    pub(super) fn thaw(&self) {
        self.change(Vigour::Alive);
    }

    /// Ends it. First it is dead and then its sockets close, so that no thread takes the one for something else.
    pub(super) fn end(&self) {
        self.change(Vigour::Dead);
        let sockets = std::mem::take(&mut self.state().sockets);
        for socket in sockets.into_values() {
            // The other end may have closed it before.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn change(&self, vigour: Vigour) {
        let mut state = self.state();
        if state.vigour != Vigour::Dead {
            state.vigour = vigour;
        }
        drop(state);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
