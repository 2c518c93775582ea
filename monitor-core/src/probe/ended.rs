//! How a call ended, while it is being told.

use std::fmt;

use crate::dispatch::Answer;
use crate::dispatch::Call;
use crate::dispatch::Extra;
use crate::dispatch::error_type_id;
use crate::metric::MetricValue;
use crate::model::FieldName;
use crate::model::Head;
use crate::model::Outcome;
use crate::probe::evaluate::evaluate;
use crate::probe::plugin_metric::PluginMetric;

/// How a call ended, while it is being told.
pub struct Ended {
    head: Head,
    /// What there is to tell beyond how the call ended.
    more: Option<Box<Extra>>,
}

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ended").field("outcome", &self.head.outcome()).finish_non_exhaustive()
    }
}

/// Tells from a result how the call ended.
pub trait Classify<R> {
    /// Whether this runs code of the user, which must not happen for a call that nobody records.
    const OBSERVES: bool = false;

    /// Tells from `result` how the call ended.
    fn classify(self, result: &R) -> Ended;

    /// The same where there is nothing to keep of the result, so that no function has code that gives it away.
    #[doc(hidden)]
    #[inline(always)]
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn ending(self, result: &R) -> Head
    where
        Self: Sized,
    {
        self.classify(result).head()
    }
}

/// How a call ended that ended with an error of this kind.
#[inline(never)]
pub(crate) fn ending_with(error_type: &'static str) -> Head {
    Head::ending_of(Outcome::Error, error_type_id(error_type))
}

impl Ended {
    /// The call ended in this way.
    #[inline(always)]
    pub(crate) const fn new(outcome: Outcome) -> Self {
        Self { head: Head::ending_of(outcome, 0), more: None }
    }

    /// The call ended with an error of this kind.
    #[inline]
    pub(crate) fn error(error_type: &'static str) -> Self {
        Self { head: ending_with(error_type), more: None }
    }

    /// The call ended in this way.
    pub fn outcome(&mut self, outcome: Outcome) {
        let error = if outcome == Outcome::Error { self.head.error() } else { 0 };
        self.head = Head::ending_of(outcome, error);
    }

    /// If the call ended with an error, it was one of this kind.
    pub fn error_type(&mut self, error_type: &'static str) {
        if self.head.outcome() == Outcome::Error {
            self.head = ending_with(error_type);
        }
    }

    /// Keeps the result's `Debug` form as the field `return`.
    pub fn ret_debug<V: fmt::Debug + ?Sized>(&mut self, value: &V) {
        self.field("return", format_args!("{value:?}"));
    }

    /// Keeps the result's `Display` form as the field `return`.
    pub fn ret_display<V: fmt::Display + ?Sized>(&mut self, value: &V) {
        self.field("return", format_args!("{value}"));
    }

    /// Keeps the error's `Debug` form as the field `error.message`.
    pub fn err_debug<V: fmt::Debug + ?Sized>(&mut self, value: &V) {
        self.field("error.message", format_args!("{value:?}"));
    }

    /// Keeps the error's `Display` form as the field `error.message`.
    pub fn err_display<V: fmt::Display + ?Sized>(&mut self, value: &V) {
        self.field("error.message", format_args!("{value}"));
    }

    fn field(&mut self, name: &str, value: fmt::Arguments<'_>) {
        self.more().fields.text(FieldName::Free(name), value);
    }

    /// What the result gives a declared metric, which the call brought along, and whether that is to be recorded
    /// whatever the ending. A panic in it is counted, and the rest goes on.
    pub fn metric(&mut self, metric: &'static PluginMetric, value: impl FnOnce(&mut MetricValue) -> bool) {
        metric.tell(&mut self.more().values, value);
    }

    /// What the result of a command says.
    pub(crate) fn answer(&mut self) -> &mut Answer {
        self.more().answer.get_or_insert_default()
    }

    fn more(&mut self) -> &mut Extra {
        self.more.get_or_insert_with(Extra::obtain)
    }

    /// Runs a user's own look at the result, which may panic; what it told until then counts.
    pub(crate) fn observe(&mut self, observer: impl FnOnce(&mut Ended)) {
        evaluate(|| observer(self));
    }

    /// How the call ended, as a record's head has it.
    #[inline(always)]
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// Whether there is more to tell than how the call ended.
    #[inline(always)]
    pub(crate) fn has_more(&self) -> bool {
        self.more.is_some()
    }

    /// Hands over what more there is and gives the ending as a record's head has it.
    #[inline(always)]
    pub(crate) fn settle(self, call: &mut Call) -> Head {
        if let Some(more) = self.more {
            hand_over(call, more);
        }
        self.head
    }
}

#[inline(never)]
fn hand_over(call: &mut Call, mut more: Box<Extra>) {
    let extra = call.extra();
    extra.fields.append(&more.fields);
    extra.values.complete(&more.values);
    extra.answer = more.answer.take();
    more.release();
}
