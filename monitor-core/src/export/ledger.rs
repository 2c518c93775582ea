//! The account of one signal at one recorder, as it is kept.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use crate::export::account::Account;
use crate::export::account::DropReason;
use crate::export::notice::Notice;
use crate::export::teller::Teller;

/// A loss has ended when so much time has passed without another.
const QUIET: Duration = Duration::from_secs(5);

/// An account under a lock, so that the identity holds whenever it is read. It has it told when loss begins and ends.
pub(crate) struct Ledger {
    inner: Mutex<Inner>,
    teller: Arc<Teller>,
}

struct Inner {
    account: Account,
    /// How much of what is queued the recorder has: a batch that it is about to ship, and what it holds.
    in_hand: u64,
    loss: Option<Loss>,
}

/// A loss that goes on.
struct Loss {
    lost: u64,
    began: Instant,
    last: Instant,
}

impl Ledger {
    pub(crate) fn new(recorder: &str, signal: &'static str, teller: Arc<Teller>) -> Self {
        let account = Account { recorder: recorder.to_owned(), signal, ..Account::default() };
        Self { inner: Mutex::new(Inner { account, in_hand: 0, loss: None }), teller }
    }

    pub(crate) fn read(&self) -> Account {
        self.lock().account.clone()
    }

    /// The account, and how much of what is queued the recorder has.
    pub(crate) fn read_with_hand(&self) -> (Account, u64) {
        let inner = self.lock();
        (inner.account.clone(), inner.in_hand)
    }

    pub(crate) fn queue(&self, count: u64) {
        let mut inner = self.lock();
        inner.account.recorded += count;
        inner.account.queued += count;
    }

    /// The recorder gets so many.
    pub(crate) fn hand_over(&self, count: u64) {
        self.lock().in_hand += count;
    }

    /// Takes out of the recorder's hands all that it does not hold. Gives how much that is: it is not yet settled.
    pub(crate) fn take_back(&self, held: u64) -> u64 {
        let mut inner = self.lock();
        let gone = inner.in_hand.saturating_sub(held);
        inner.in_hand -= gone;
        gone
    }

    pub(crate) fn export(&self, count: u64) {
        if count == 0 {
            return;
        }
        let mut inner = self.lock();
        inner.account.queued -= count;
        inner.account.exported += count;
        let ended = inner.loss.take_if(|loss| loss.last.elapsed() >= QUIET);
        let notice = ended.map(|loss| inner.end(&loss));
        drop(inner);
        notice.iter().for_each(|notice| self.teller.tell(notice));
    }

    /// What the recorder said of a try after which there will be another.
    pub(crate) fn note(&self, error: &str) {
        self.lock().account.last_error = Some(error.to_owned());
    }

    pub(crate) fn drop_queued(&self, count: u64, reason: DropReason, error: Option<String>) {
        let notice = self.drop_silently(count, reason, error);
        notice.iter().for_each(|notice| self.tell(notice));
    }

    /// The same for one who holds a lock: what is to be said about it is said once the lock is free.
    pub(crate) fn drop_silently(
        &self,
        count: u64,
        reason: DropReason,
        error: Option<String>,
    ) -> Option<Notice> {
        if count == 0 {
            // Nothing was lost, but the other side had something to say about it.
            let message = error?;
            let mut inner = self.lock();
            let (recorder, signal) = (inner.account.recorder.clone(), inner.account.signal);
            let known = inner.account.last_error.replace(message.clone());
            return (known.as_ref() != Some(&message)).then_some(Notice::Warned {
                recorder,
                signal,
                message,
            });
        }
        let now = Instant::now();
        let mut inner = self.lock();
        inner.account.queued -= count;
        inner.account.drops[reason as usize] += count;
        if error.is_some() {
            inner.account.last_error = error;
        }
        let begun = inner.loss.is_none();
        let loss = inner.loss.get_or_insert(Loss { lost: 0, began: now, last: now });
        loss.lost += count;
        loss.last = now;
        // Without a reason of its own to say, what came last explains why the queue is full.
        begun.then(|| Notice::LossBegan {
            recorder: inner.account.recorder.clone(),
            signal: inner.account.signal,
            reason,
            error: inner.account.last_error.clone(),
        })
    }

    /// Says it. Whoever is told may do anything, also with this monitor, so that no lock may be held here.
    pub(crate) fn tell(&self, notice: &Notice) {
        self.teller.tell(notice);
    }

    /// Nothing more comes: says how a loss ended that still went on.
    pub(crate) fn close(&self) {
        let mut inner = self.lock();
        let notice = inner.loss.take().map(|loss| inner.end(&loss));
        drop(inner);
        notice.iter().for_each(|notice| self.teller.tell(notice));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn end(&self, loss: &Loss) -> Notice {
        Notice::LossEnded {
            recorder: self.account.recorder.clone(),
            signal: self.account.signal,
            lost: loss.lost,
            lasted: loss.last - loss.began,
        }
    }
}
