//! Metrics that are declared by attribute: what the generated statics are, and how a call gives them values.

use std::fmt;

use crate::dispatch::Declared;
use crate::dispatch::Instrument;
use crate::dispatch::Moments;
use crate::dispatch::Reading;
use crate::dispatch::Values;
use crate::metric::Amount;
use crate::metric::InstrumentInfo;
use crate::metric::MetricKind;
use crate::metric::MetricValue;
use crate::model::Label;
use crate::model::LabelRef;
use crate::model::LabelText;
use crate::probe::evaluate::evaluate;

/// What is declared of a metric.
#[derive(Clone, Copy, Debug)]
pub struct Declaration(InstrumentInfo);

impl Declaration {
    /// A metric of this kind and name, declared in this module.
    #[must_use]
    pub const fn new(kind: MetricKind, name: &'static str, module: &'static str) -> Self {
        Self(InstrumentInfo { module, max: 0, ..InstrumentInfo::new(name, kind) })
    }

    /// The name with a place for some labels.
    #[must_use]
    pub const fn template(mut self, template: &'static str) -> Self {
        self.0.template = template;
        self
    }

    /// The unit.
    #[must_use]
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.0.unit = unit;
        self
    }

    /// What it counts.
    #[must_use]
    pub const fn description(mut self, description: &'static str) -> Self {
        self.0.description = description;
        self
    }

    /// The labels, with at most `max` combinations of values; zero where their types say it.
    #[must_use]
    pub const fn labels(mut self, labels: &'static [&'static str], max: u32) -> Self {
        self.0.labels = labels;
        self.0.max = max;
        self
    }

    /// The bounds of the histogram's buckets.
    #[must_use]
    pub const fn buckets(mut self, buckets: &'static [f64]) -> Self {
        self.0.buckets = buckets;
        self
    }

    pub(crate) const fn info(self) -> InstrumentInfo {
        self.0
    }
}

/// A metric that calls give values.
#[derive(Debug)]
pub struct PluginMetric(Instrument);

impl PluginMetric {
    /// The metric.
    #[must_use]
    pub const fn new(declaration: Declaration) -> Self {
        Self(Instrument::new(declaration.0))
    }

    /// For the list of the linker.
    #[must_use]
    pub const fn declared(&'static self) -> Declared {
        Declared::Instrument(&self.0)
    }

    /// Adds the value of one call to those that go along with it.
    pub(crate) fn give(
        &'static self,
        values: &mut Values,
        moments: Moments,
        value: impl FnOnce(&mut MetricValue),
        labels: impl FnOnce(&mut MetricLabels<'_>),
    ) {
        values.add(&self.0, moments, told(&self.0, value));
        let whole = evaluate(|| labels(&mut MetricLabels(values)));
        if !whole {
            values.without_labels();
        }
    }

    /// Adds what the result of a call has told.
    pub(crate) fn tell(&'static self, values: &mut Values, value: impl FnOnce(&mut MetricValue) -> bool) {
        let mut moments = Moments::NONE;
        let amount = told(&self.0, |told| {
            if value(told) {
                moments = Moments::END;
            }
        });
        values.add(&self.0, moments, amount);
    }
}

/// A metric that a function gives when it is read.
#[derive(Debug)]
pub struct ReadMetric(Reading);

impl ReadMetric {
    /// The metric and what reads it.
    #[must_use]
    pub const fn new(declaration: Declaration, read: fn(&mut MetricValue)) -> Self {
        Self(Reading { info: declaration.0, read })
    }

    /// For the list of the linker.
    #[must_use]
    pub const fn declared(&'static self) -> Declared {
        Declared::Reading(&self.0)
    }
}

/// The value that this tells; a panic in it is counted, and there is none.
fn told(metric: &'static Instrument, tell: impl FnOnce(&mut MetricValue)) -> Amount {
    let mut amount = Amount::None;
    evaluate(|| amount = MetricValue::of(metric.info.kind, tell));
    amount
}

/// The labels of a value, while they are being told.
pub struct MetricLabels<'a>(&'a mut Values);

impl fmt::Debug for MetricLabels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MetricLabels").field(&self.0).finish()
    }
}

impl<'a> MetricLabels<'a> {
    pub(crate) fn new(values: &'a mut Values) -> Self {
        Self(values)
    }
    /// A label of a type with a known number of values.
    pub fn bounded<L: Label + ?Sized>(&mut self, value: &L) {
        self.0.label(LabelRef::bounded(value));
    }

    /// A label of a metric that has a bound.
    pub fn text<L: LabelText + ?Sized>(&mut self, value: &L) {
        self.0.label(LabelRef::text(value));
    }
}

/// Gives a look at a result the type of the result.
#[inline]
pub fn look<'a, R: ?Sized, V>(result: &'a R, look: impl FnOnce(&'a R) -> V) -> V {
    look(result)
}
