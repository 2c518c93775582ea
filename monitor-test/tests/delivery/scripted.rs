//! A recorder that does what it is told.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;

use monitor_core::Delivery;
use monitor_core::FieldValue;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::SnapshotSource;
use monitor_core::SpanBatch;
use monitor_core::SpanRef;

use crate::PATIENCE;
use crate::gate::Gate;

/// A recorder that does what it is told, one answer a batch, and keeps what it was given.
#[derive(Clone, Default)]
pub(crate) struct Scripted {
    pub(crate) script: Arc<Mutex<VecDeque<Answer>>>,
    pub(crate) seen: Arc<(Mutex<Seen>, Condvar)>,
    delivery: Delivery,
}

/// What it does with one batch.
pub(crate) enum Answer {
    Fail(RecorderError),
    /// Comes back once the gate is open.
    Wait(Arc<Gate>),
}

/// What it saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) batches: Vec<Vec<usize>>,
    pub(crate) starts: usize,
    pub(crate) source: Option<SnapshotSource>,
}

impl Scripted {
    pub(crate) fn answering(script: impl IntoIterator<Item = Answer>) -> Self {
        Self { script: Arc::new(Mutex::new(script.into_iter().collect())), ..Self::default() }
    }

    pub(crate) fn fed(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    pub(crate) fn batches(&self) -> Vec<Vec<usize>> {
        self.seen.0.lock().unwrap().batches.clone()
    }

    pub(crate) fn numbers(&self) -> Vec<usize> {
        self.batches().concat()
    }

    /// Waits until so many batches came.
    pub(crate) fn wait_for(&self, batches: usize) {
        let (seen, came) = &*self.seen;
        let (seen, _) = came
            .wait_timeout_while(seen.lock().unwrap(), PATIENCE, |seen| seen.batches.len() < batches)
            .unwrap();
        assert!(seen.batches.len() >= batches, "{} of {batches} batches came", seen.batches.len());
    }
}

impl Recorder for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn start(&mut self, source: &SnapshotSource) -> Result<(), RecorderError> {
        let mut seen = self.seen.0.lock().unwrap();
        seen.starts += 1;
        seen.source = Some(source.clone());
        Ok(())
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let (seen, came) = &*self.seen;
        seen.lock().unwrap().batches.push(batch.iter().map(|span| number(&span)).collect());
        came.notify_all();
        let answer = self.script.lock().unwrap().pop_front();
        match answer {
            None => Ok(()),
            Some(Answer::Fail(error)) => Err(error),
            Some(Answer::Wait(gate)) => {
                gate.pass();
                Ok(())
            }
        }
    }
}

/// Which of the spans this is.
fn number(span: &SpanRef<'_>) -> usize {
    match span.field("number") {
        Some(FieldValue::Unsigned(number)) => number as usize,
        other => panic!("{other:?} is no number"),
    }
}
