//! The values that one call gives declared metrics: gathered before it, completed by its result, written down when
//! what they wait for has happened.

use std::ops::Range;
use std::time::Duration;

use crate::dispatch::instrument::Instrument;
use crate::dispatch::instrument::MOST_LABELS;
use crate::dispatch::lane::Lane;
use crate::dispatch::value::reject;
use crate::dispatch::value::tick_on;
use crate::metric::Amount;
use crate::metric::of_second;
use crate::metric::tick_kind;
use crate::model::LabelRef;
use crate::model::Outcome;

/// At which moments of a call a value is recorded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moments(u8);

impl Moments {
    /// The call begins.
    pub const CALL: Moments = Moments(1);
    /// The call was cancelled.
    pub const CANCELLED: Moments = Moments(2);
    /// The call ended with an error.
    pub const ERROR: Moments = Moments(4);
    /// The call ended well.
    pub const OK: Moments = Moments(8);
    /// The call panicked.
    pub const PANIC: Moments = Moments(16);
    /// The call ended, in whatever way.
    pub const END: Moments = Moments(2 | 4 | 8 | 16);
    /// Never, unless the result says so.
    pub const NONE: Moments = Moments(0);

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Moments) -> Moments {
        Moments(self.0 | other.0)
    }

    const fn has(self, other: Moments) -> bool {
        self.0 & other.0 != 0
    }
}

impl From<Outcome> for Moments {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Cancelled => Moments::CANCELLED,
            Outcome::Error => Moments::ERROR,
            Outcome::Ok => Moments::OK,
            Outcome::Panic => Moments::PANIC,
        }
    }
}

/// The values that one call gives declared metrics. Cleared, it keeps its memory.
#[derive(Debug, Default)]
pub(crate) struct Values {
    each: Vec<Value>,
    labels: Vec<Kept>,
    text: String,
}

#[derive(Debug)]
struct Value {
    instrument: &'static Instrument,
    moments: Moments,
    amount: Amount,
    labels: Range<usize>,
}

/// A label's value, which must outlive the arguments that it was taken from.
#[derive(Debug)]
enum Kept {
    Other(LabelRef<'static>),
    Text(Range<usize>),
}

impl Values {
    pub(crate) fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// Adds a value without labels; [`label`](Self::label) adds them.
    pub(crate) fn add(&mut self, instrument: &'static Instrument, moments: Moments, amount: Amount) {
        let end = self.labels.len();
        self.each.push(Value { instrument, moments, amount, labels: end..end });
    }

    /// One more label of the value that was added last.
    pub(crate) fn label(&mut self, label: LabelRef<'_>) {
        let kept = match label {
            LabelRef::Integer(number) => Kept::Other(LabelRef::Integer(number)),
            LabelRef::Known { index, count, value } => Kept::Other(LabelRef::Known { index, count, value }),
            LabelRef::Text(text) => {
                let start = self.text.len();
                self.text.push_str(text);
                Kept::Text(start..self.text.len())
            }
        };
        self.labels.push(kept);
        if let Some(value) = self.each.last_mut() {
            value.labels.end = self.labels.len();
        }
    }

    /// Takes the labels of the value that was added last off again: it is recorded without.
    pub(crate) fn without_labels(&mut self) {
        if let Some(value) = self.each.last_mut() {
            value.labels.end = value.labels.start;
        }
    }

    /// Takes all labels off: the values are recorded without.
    pub(crate) fn without_any_labels(&mut self) {
        self.each.iter_mut().for_each(|value| value.labels = 0..0);
        self.labels.clear();
        self.text.clear();
    }

    /// What the result of the call has told: amounts, and whether values are to be recorded.
    pub(crate) fn complete(&mut self, told: &Values) {
        for told in &told.each {
            if let Some(value) =
                self.each.iter_mut().find(|value| std::ptr::eq(value.instrument, told.instrument))
            {
                value.moments = value.moments.and(told.moments);
                if told.amount != Amount::None {
                    value.amount = told.amount;
                }
            }
        }
    }

    /// The call begins: records what is recorded then.
    pub(crate) fn begin(&self, lane: Option<&'static Lane>) {
        self.record(lane, Moments::CALL, Duration::ZERO);
    }

    /// The call has ended: records what is recorded then.
    pub(crate) fn end(&self, lane: Option<&'static Lane>, outcome: Outcome, took: Duration) {
        self.record(lane, outcome.into(), took);
    }

    /// The labels as text.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.labels.iter().map(|kept| self.read(kept).to_text().into_owned()).collect()
    }

    /// Forgets everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.each.clear();
        self.labels.clear();
        self.text.clear();
    }

    fn record(&self, lane: Option<&'static Lane>, moment: Moments, took: Duration) {
        for value in self.each.iter().filter(|value| value.moments.has(moment)) {
            let info = &value.instrument.info;
            let amount = match value.amount {
                Amount::Duration => {
                    Amount::number(info.kind, took.as_secs_f64() * of_second(info.unit).unwrap_or(1.0))
                }
                known => known,
            };
            match amount {
                Amount::Known(bits) => {
                    let Some(id) = value.instrument.id() else { continue };
                    let mut labels = [LabelRef::Text(""); MOST_LABELS];
                    let kept = self.labels.get(value.labels.clone()).unwrap_or_default();
                    for (label, kept) in labels.iter_mut().zip(kept) {
                        *label = self.read(kept);
                    }
                    let labels = &labels[..kept.len().min(MOST_LABELS)];
                    tick_on(lane, id, info.max, labels, bits, tick_kind(info.kind));
                }
                Amount::Rejected => lane.into_iter().for_each(reject),
                Amount::Duration | Amount::None => {}
            }
        }
    }

    fn read<'a>(&'a self, kept: &Kept) -> LabelRef<'a> {
        match kept {
            Kept::Other(label) => *label,
            Kept::Text(range) => LabelRef::Text(self.text.get(range.clone()).unwrap_or_default()),
        }
    }
}
