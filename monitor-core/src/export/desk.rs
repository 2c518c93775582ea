//! What a worker and the pipeline share.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use crate::export::ledger::Ledger;
use crate::export::notice::Notice;
use crate::export::queue::Queue;
use crate::export::teller::Teller;
use crate::export::worker::Failure;
use crate::metric::Histogram;
use crate::model::Signals;
use crate::model::Tally;
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
    /// How long that may take.
    limit: Duration,
    told: bool,
}

impl Desk {
    pub(crate) fn new(recorder: &dyn Recorder, teller: &Arc<Teller>) -> Self {
        let name = recorder.name().to_owned();
        let ledger = |signal| Ledger::new(&name, signal, Arc::clone(teller));
        Self {
            signals: recorder.signals(),
            queue: Queue::new(recorder.delivery(), recorder.event_delivery()),
            events: ledger("events"),
            metrics: ledger("metrics"),
            spans: ledger("spans"),
            took: Mutex::new(Histogram::exponential()),
            busy: Mutex::default(),
            teller: Arc::clone(teller),
            name,
        }
    }

    /// The accounts.
    pub(crate) fn ledgers(&self) -> [(Signals, &Ledger); 3] {
        [(Signals::SPANS, &self.spans), (Signals::METRICS, &self.metrics), (Signals::EVENTS, &self.events)]
    }

    /// The account of the signal of a batch.
    pub(crate) fn ledger_of(&self, batch: &Batch) -> &Ledger {
        match batch {
            Batch::Events(_) => &self.events,
            Batch::Spans(_) => &self.spans,
        }
    }

    /// Puts down what became of what the recorder had in hand and holds no longer. `asked` are the signals of which it was
    /// to ship something: what it refused is of these.
    pub(crate) fn settle(&self, asked: Signals, held: Tally, result: &Result<(), Failure>) {
        let mut refused = result.as_ref().err().and_then(|failure| failure.count);
        for (signal, ledger) in self.ledgers() {
            let gone = ledger.take_back(match signal {
                Signals::EVENTS => held.events,
                Signals::SPANS => held.spans,
                _ => 0,
            });
            let Err(failure) = result else {
                ledger.export(gone);
                continue;
            };
            let lost = match &mut refused {
                None => gone,
                Some(left) if asked.contains(signal) => {
                    let lost = gone.min(*left);
                    *left -= lost;
                    lost
                }
                Some(_) => 0,
            };
            if lost > 0 || asked == signal && failure.count == Some(0) {
                ledger.drop_queued(lost, failure.reason, failure.error.clone());
            } else if asked.contains(signal) {
                failure.error.iter().for_each(|error| ledger.note(error));
            }
            ledger.export(gone - lost);
        }
    }

    /// What the recorder said of a try after which there will be another.
    pub(crate) fn note(&self, asked: Signals, error: &str) {
        let of = self.ledgers().into_iter().filter(|(signal, _)| asked.contains(*signal));
        of.for_each(|(_, ledger)| ledger.note(error));
    }

    /// The recorder is let do something, for which it has so long.
    pub(crate) fn goes_in(&self, limit: Duration) {
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) =
            Busy { since: Some(Instant::now()), limit, told: false };
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
        if since > busy.limit && !std::mem::replace(&mut busy.told, true) {
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
        self.ledgers().into_iter().for_each(|(_, ledger)| ledger.close());
    }
}
