//! What the clients count themselves, to hold the monitor's figures against.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::driver::Answer;
use crate::driver::Error;
use crate::report::count;

/// One count for all clients.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    answered: AtomicU64,
    failed: AtomicU64,
    hits: AtomicU64,
    timed_out: AtomicU64,
    closed: AtomicBool,
}

/// A tally, as of one moment.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Totals {
    /// Queries that were answered, if only by nothing found.
    pub(crate) answered: u64,
    /// Queries that failed, those that timed out left out.
    pub(crate) failed: u64,
    /// Places found.
    pub(crate) hits: u64,
    /// Queries that were not answered in time.
    pub(crate) timed_out: u64,
}

impl Totals {
    /// Queries asked and ended, however.
    pub(crate) fn asked(&self) -> u64 {
        self.answered + self.failed + self.timed_out
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [asked, ok, hits] = [self.asked(), self.answered, self.hits].map(count);
        let [failed, late] = [self.failed, self.timed_out].map(count);
        write!(out, "{asked} queries, {ok} answered with {hits} hits, {failed} failed, {late} too late")
    }
}

impl Tally {
    /// Counts one query.
    pub(crate) fn count(&self, reply: &Result<Answer, Error>) {
        let cell = match reply {
            Ok(answer) => {
                self.hits.fetch_add(answer.hits.len() as u64, Ordering::Relaxed);
                &self.answered
            }
            Err(Error::TimedOut(_)) => &self.timed_out,
            Err(_) => &self.failed,
        };
        cell.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells the clients to ask no more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Whether the clients shall ask no more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// All counts.
    pub(crate) fn totals(&self) -> Totals {
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        Totals {
            answered: read(&self.answered),
            failed: read(&self.failed),
            hits: read(&self.hits),
            timed_out: read(&self.timed_out),
        }
    }
}
