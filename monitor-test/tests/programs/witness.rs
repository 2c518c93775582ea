//! Who saw what: the truth about a program's calls, found out without any of what is tested.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Context;
use std::task::Poll;
use std::thread;

use monitor_core::Outcome;

/// One call that was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    pub(crate) id: u32,
    pub(crate) parent: Option<u32>,
    pub(crate) outcome: Outcome,
}

/// Every call that was made, in the order in which they ended.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<Seen>>);

impl Log {
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    fn add(&self, seen: Seen) {
        self.0.lock().unwrap().push(seen);
    }
}

/// Sees how the body of an async call ends.
pub(crate) struct Witness<'a, F> {
    body: Pin<Box<F>>,
    log: &'a Log,
    id: u32,
    parent: Option<u32>,
    polling: bool,
    ended: bool,
}

impl<'a, F> Witness<'a, F> {
    pub(crate) fn new(log: &'a Log, id: u32, parent: Option<u32>, body: F) -> Self {
        Self { body: Box::pin(body), log, id, parent, polling: false, ended: false }
    }

    fn end(&mut self, outcome: Outcome) {
        self.ended = true;
        self.log.add(Seen { id: self.id, parent: self.parent, outcome });
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Future for Witness<'_, F> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        let this = self.get_mut();
        this.polling = true;
        let polled = this.body.as_mut().poll(context);
        this.polling = false;
        if let Poll::Ready(result) = &polled {
            this.end(if result.is_ok() { Outcome::Ok } else { Outcome::Error });
        }
        polled
    }
}

impl<F> Drop for Witness<'_, F> {
    fn drop(&mut self) {
        if !self.ended {
            self.end(if self.polling { Outcome::Panic } else { Outcome::Cancelled });
        }
    }
}

/// Sees how a call ends that is not async.
pub(crate) fn witness<T, E>(
    log: &Log,
    id: u32,
    parent: Option<u32>,
    body: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    struct Unwound<'a>(&'a Log, u32, Option<u32>);

    impl Drop for Unwound<'_> {
        fn drop(&mut self) {
            if thread::panicking() {
                self.0.add(Seen { id: self.1, parent: self.2, outcome: Outcome::Panic });
            }
        }
    }

    let unwound = Unwound(log, id, parent);
    let result = body();
    std::mem::forget(unwound);
    log.add(Seen { id, parent, outcome: if result.is_ok() { Outcome::Ok } else { Outcome::Error } });
    result
}
