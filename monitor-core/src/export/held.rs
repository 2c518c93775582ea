//! What a worker has in hand.

use crate::export::account::DropReason;
use crate::export::ledger::Ledger;
use crate::export::worker::Failure;

/// What a worker has in hand: whatever happens to it, the account learns what became of it.
pub(crate) struct Held<'a> {
    ledger: &'a Ledger,
    count: u64,
}

impl<'a> Held<'a> {
    pub(crate) fn new(ledger: &'a Ledger, count: u64) -> Self {
        Self { ledger, count }
    }

    /// Puts down what became of it.
    pub(crate) fn settle(mut self, result: Result<(), Failure>) {
        let count = std::mem::take(&mut self.count);
        let refused = match result {
            Ok(()) => 0,
            Err(Failure { reason, count: refused, error }) => {
                let refused = refused.unwrap_or(count).min(count);
                self.ledger.drop_queued(refused, reason, error);
                refused
            }
        };
        if refused < count {
            self.ledger.export(count - refused);
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.ledger.drop_queued(self.count, DropReason::Panicked, None);
    }
}
