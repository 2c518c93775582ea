//! What a worker and the pipeline share.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

use crate::export::ledger::Ledger;
use crate::export::notice::Notice;
use crate::export::notice::Teller;
use crate::export::queue::Queue;
use crate::metric::Histogram;
use crate::model::Signals;
use crate::recorder::Batch;
use crate::recorder::Recorder;

/// What a worker and the pipeline share.
pub(crate) struct Desk {
    pub(crate) name: String,
    pub(crate) signals: Signals,
    pub(crate) queue: Queue,
    pub(crate) events: Ledger,
    pub(crate) metrics: Ledger,
    pub(crate) spans: Ledger,
    /// How long the recorder's operations took, in seconds.
    pub(crate) took: Mutex<Histogram>,
    busy: Mutex<Busy>,
    teller: Arc<Teller>,
}

/// What the recorder does at this moment.
#[derive(Default)]
struct Busy {
    since: Option<Instant>,
    told: bool,
}

impl Desk {
    pub(crate) fn new(recorder: &dyn Recorder, teller: &Arc<Teller>) -> Self {
        let name = recorder.name().to_owned();
        let ledger = |signal| Ledger::new(&name, signal, Arc::clone(teller));
        Self {
            signals: recorder.signals(),
            queue: Queue::new(recorder.delivery()),
            events: ledger("events"),
            metrics: ledger("metrics"),
            spans: ledger("spans"),
            took: Mutex::new(Histogram::exponential()),
            busy: Mutex::default(),
            teller: Arc::clone(teller),
            name,
        }
    }

    /// The account of the signal of a batch.
    pub(crate) fn ledger_of(&self, batch: &Batch) -> &Ledger {
        match batch {
            Batch::Events(_) => &self.events,
            Batch::Spans(_) => &self.spans,
        }
    }

    /// The recorder is let do something.
    pub(crate) fn goes_in(&self) {
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) =
            Busy { since: Some(Instant::now()), told: false };
    }

    /// The recorder came back.
    pub(crate) fn comes_out(&self) {
        let busy = std::mem::take(&mut *self.busy.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(since) = busy.since {
            let mut took = self.took.lock().unwrap_or_else(PoisonError::into_inner);
            took.record(since.elapsed().as_secs_f64());
        }
    }

    /// Has it said, once, if the recorder does not come back.
    pub(crate) fn look(&self) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let since = busy.since.map(|since| since.elapsed()).unwrap_or_default();
        if since > self.queue.delivery().timeout && !std::mem::replace(&mut busy.told, true) {
            drop(busy);
            self.teller.tell(&Notice::Stuck { recorder: self.name.clone(), since });
        }
    }

    /// Has it said that the recorder cannot start.
    pub(crate) fn tell_unstarted(&self, error: String) {
        self.teller.tell(&Notice::NotStarted { recorder: self.name.clone(), error });
    }

    /// Nothing more comes.
    pub(crate) fn close(&self) {
        [&self.events, &self.metrics, &self.spans].into_iter().for_each(Ledger::close);
    }
}
