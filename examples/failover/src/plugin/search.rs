//! What listeners hear of a search for another host: that it began, and how it ended.

use std::fmt;
use std::time::Duration;

use monitor_core::emit;
use monitor_core::event::FailoverFailed;
use monitor_core::event::FailoverKind;
use monitor_core::event::FailoverStarted;
use monitor_core::event::FailoverSucceeded;
use tokio::time::Instant;

use crate::Address;
use crate::Error;

/// A search for another host. Dropped before its end, because nobody waits for it any more, it has failed.
pub(crate) struct Search {
    kind: FailoverKind,
    lost: Address,
    begun: Instant,
    is_over: bool,
}

impl Search {
    /// Begins to look for another host than this one.
    pub(crate) fn begin(kind: FailoverKind, lost: &Address) -> Self {
        emit(|| FailoverStarted::new(kind, lost.into()));
        Self { kind, lost: lost.clone(), begun: Instant::now(), is_over: false }
    }

    /// How long it has been going on.
    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// There is one, or there is none.
    pub(crate) fn end(mut self, found: Result<&Address, &Error>) {
        match found {
            Ok(host) => self.succeed(host),
            Err(error) => self.fail(error),
        }
    }

    fn succeed(&mut self, host: &Address) {
        self.is_over = true;
        let (kind, lost, took) = (self.kind, &self.lost, self.elapsed());
        emit(|| FailoverSucceeded::new(kind, lost.into(), host.into(), took));
    }

    fn fail(&mut self, error: impl fmt::Display) {
        self.is_over = true;
        let (kind, lost, took) = (self.kind, &self.lost, self.elapsed());
        emit(|| FailoverFailed::new(kind, lost.into(), took, error.to_string()));
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        if !self.is_over {
            self.fail("cancelled");
        }
    }
}
