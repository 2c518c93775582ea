//! A driver for tests: it replies as its script says, and counts.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use crate::driver::Answer;
use crate::driver::Driver;
use crate::driver::Error;
use crate::driver::Query;

/// Replies by the words of its script, one a call: `ok`, `busy`, `interrupted`, `malformed`.
pub(crate) struct Scripted {
    script: &'static str,
    calls: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new(script: &'static str) -> Self {
        Self { script, calls: AtomicUsize::new(0) }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Driver for Scripted {
    async fn run(&self, query: &Query) -> Result<Answer, Error> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        match self.script.split_whitespace().nth(call) {
            Some("busy") => Err(Error::Busy),
            Some("interrupted") => Err(Error::Interrupted),
            Some("malformed") => Err(Error::Malformed {
                expression: query.text().to_owned(),
                reason: "as scripted".to_owned(),
            }),
            Some("ok") => Ok(Answer::default()),
            other => panic!("call {call}: no reply is called {other:?}"),
        }
    }
}
