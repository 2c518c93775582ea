//! Metrics that nobody sets: they are read when a snapshot is taken, and at no other time.
//!
//! What reads them is code of the user: it is called without a lock of ours, a panic in it is counted and ends there,
//! and a snapshot that it takes itself reads nothing again. Code that never returns keeps the snapshot from being
//! made.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use once_cell::race::OnceBool;

use crate::dispatch::core::Core;
use crate::dispatch::sources;
use crate::metric::Amount;
use crate::metric::InstrumentInfo;
use crate::metric::MetricData;
use crate::metric::MetricValue;
use crate::metric::data;
use crate::model::caught;

/// A metric that one function gives.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) info: InstrumentInfo,
    pub(crate) read: fn(&mut MetricValue),
}

/// A metric that objects give for as long as they are watched.
#[derive(Debug)]
pub(crate) struct Observable {
    pub(crate) info: InstrumentInfo,
    /// Whether no other metric of the name contradicts it.
    accepted: OnceBool,
}

/// What is read for one series.
struct Reader {
    info: &'static InstrumentInfo,
    labels: Vec<Box<str>>,
    read: Box<dyn Fn(&mut MetricValue) + Send + Sync>,
}

/// The value of one series, just read.
pub(crate) struct Observed {
    pub(crate) info: &'static InstrumentInfo,
    pub(crate) labels: Vec<Box<str>>,
    pub(crate) data: MetricData,
}

struct Readers {
    next: u64,
    each: Vec<(u64, Arc<Reader>)>,
}

static READERS: Mutex<Readers> = Mutex::new(Readers { next: 0, each: Vec::new() });

thread_local! {
    /// This thread is reading for a snapshot.
    static READING: Cell<bool> = const { Cell::new(false) };
}

fn readers() -> MutexGuard<'static, Readers> {
    READERS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(reader: Reader) -> u64 {
    let mut readers = readers();
    let number = readers.next;
    readers.next += 1;
    readers.each.push((number, Arc::new(reader)));
    number
}

impl Reading {
    /// Reads the metric from now on.
    pub(crate) fn show(&'static self) {
        if sources::declare(&self.info) {
            add(Reader { info: &self.info, labels: Vec::new(), read: Box::new(self.read) });
        }
    }
}

impl Observable {
    pub(crate) const fn new(info: InstrumentInfo) -> Self {
        Self { info, accepted: OnceBool::new() }
    }

    /// Whether no other metric of the name contradicts this one, which is known from now on.
    pub(crate) fn is_accepted(&'static self) -> bool {
        self.accepted.get_or_init(|| sources::declare(&self.info))
    }

    /// Reads one series until [`unwatch`]; none where the metric was refused.
    pub(crate) fn watch(
        &'static self,
        labels: Vec<Box<str>>,
        read: Box<dyn Fn(&mut MetricValue) + Send + Sync>,
    ) -> Option<u64> {
        self.is_accepted().then(|| add(Reader { info: &self.info, labels, read }))
    }
}

/// Reads a series no more. One that is being read at this moment is read to its end.
pub(crate) fn unwatch(number: u64) {
    let mut readers = readers();
    let found = readers.each.iter().position(|(it, _)| *it == number);
    let reader = found.map(|place| readers.each.remove(place));
    drop(readers);
    // What it holds is the user's, and may do anything when it is dropped.
    drop(reader);
}

/// Back to what it was when this is dropped.
struct Flag;

impl Drop for Flag {
    fn drop(&mut self) {
        READING.set(false);
    }
}

/// Reads everything for a snapshot of this monitor.
pub(crate) fn read_all(core: &Core) -> Vec<Observed> {
    if READING.replace(true) {
        return Vec::new();
    }
    let _reading = Flag;
    let each: Vec<Arc<Reader>> = readers().each.iter().map(|(_, reader)| Arc::clone(reader)).collect();
    let mut observed = Vec::new();
    for reader in each {
        let info = reader.info;
        if !core.shows(info) {
            continue;
        }
        let amount = caught(|| MetricValue::of(info.kind, &reader.read));
        let amount = amount.unwrap_or_else(|_| {
            core.note_panic();
            Amount::None
        });
        match amount {
            Amount::Known(bits) => {
                if let Some(data) = data(info.kind, bits) {
                    observed.push(Observed { info, labels: reader.labels.clone(), data });
                }
            }
            Amount::Rejected => core.note_rejected(),
            Amount::Duration | Amount::None => {}
        }
    }
    observed
}
