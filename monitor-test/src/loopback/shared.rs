//! What a peer and its threads share.

use std::collections::HashMap;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use socket2::Socket;

use crate::loopback::Collected;

/// What a peer and its threads share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    collected: Collected,
    /// How often the peer has changed its manner; who serves in an earlier one ends.
    turn: u64,
    /// The connections of this turn.
    open: HashMap<u64, Arc<Socket>>,
    /// The last mark that was sent, and the last that has come.
    next_mark: u64,
    mark: u64,
}

impl Shared {
    /// Ends this turn: whoever serves sees it, and what is connected is closed.
    pub(crate) fn next_turn(&self) {
        let mut state = self.lock();
        state.turn += 1;
        for socket in state.open.values() {
            // It may be closed already, which is what this is for.
            let _ = socket.shutdown(Shutdown::Both);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Which turn this is.
    pub(crate) fn turn(&self) -> u64 {
        self.lock().turn
    }

    /// Notes a new connection of this turn, and gives it a number; none if the turn is over.
    pub(crate) fn connected(&self, turn: u64, socket: &Arc<Socket>) -> Option<u64> {
        let mut state = self.lock();
        if state.turn != turn {
            return None;
        }
        let number = state.collected.connections;
        state.collected.connections += 1;
        state.open.insert(number, Arc::clone(socket));
        drop(state);
        self.changed.notify_all();
        Some(number)
    }

    /// Forgets a connection.
    pub(crate) fn disconnected(&self, number: u64) {
        self.lock().open.remove(&number);
        self.changed.notify_all();
    }

    /// Notes what came.
    pub(crate) fn note(&self, note: impl FnOnce(&mut Collected)) {
        note(&mut self.lock().collected);
        self.changed.notify_all();
    }

    /// What came so far.
    pub(crate) fn collected(&self) -> Collected {
        self.lock().collected.clone()
    }

    /// Takes what came so far; the numbers go on.
    pub(crate) fn take(&self) -> Collected {
        let collected = &mut self.lock().collected;
        let Collected { connections, received, sent, .. } = *collected;
        // The streams that are still open keep their places.
        let streams = vec![Vec::new(); collected.streams.len()];
        std::mem::replace(
            collected,
            Collected { connections, received, sent, streams, ..Collected::default() },
        )
    }

    /// Waits until `wanted` says that enough has come; what has come, and whether it was enough.
    pub(crate) fn wait_for(
        &self,
        patience: Duration,
        mut wanted: impl FnMut(&Collected) -> bool,
    ) -> Result<Collected, Collected> {
        let deadline = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            if wanted(&state.collected) {
                return Ok(state.collected.clone());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return Err(state.collected.clone());
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The number of a new mark, a datagram of the peer's own.
    pub(crate) fn next_mark(&self) -> u64 {
        let mut state = self.lock();
        state.next_mark += 1;
        state.next_mark
    }

    /// Notes that this mark has come, and with it everything that was sent before.
    pub(crate) fn note_mark(&self, mark: u64) {
        let mut state = self.lock();
        state.mark = state.mark.max(mark);
        drop(state);
        self.changed.notify_all();
    }

    /// Waits for a mark; whether it came in time.
    pub(crate) fn wait_for_mark(&self, mark: u64, patience: Duration) -> bool {
        self.wait_while(patience, |state| state.mark < mark)
    }

    /// Waits until nobody is connected; whether that was so in time.
    pub(crate) fn wait_for_end(&self, patience: Duration) -> bool {
        self.wait_while(patience, |state| !state.open.is_empty())
    }

    fn wait_while(&self, patience: Duration, goes_on: impl FnMut(&mut State) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), patience, goes_on);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Waits for the end of this turn, at most so long; whether it goes on.
    pub(crate) fn pause(&self, turn: u64, longest: Duration) -> bool {
        let deadline = Instant::now().checked_add(longest);
        let mut state = self.lock();
        while state.turn == turn {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            match left {
                Some(Duration::ZERO) => return true,
                left => {
                    let wait = left.unwrap_or(Duration::MAX).min(Duration::from_secs(3_600));
                    state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
