//! What is evaluated before a call begins: labels, fields, parent, monitor.

use std::fmt;
use std::sync::Arc;

use crate::dispatch::Call;
use crate::dispatch::Callsite;
use crate::dispatch::Core;
use crate::dispatch::Extra;
use crate::dispatch::Lane;
use crate::dispatch::Moments;
use crate::dispatch::Plugin;
use crate::dispatch::Segment;
use crate::dispatch::attached;
use crate::dispatch::current;
use crate::dispatch::known_slot;
use crate::dispatch::label_slot;
use crate::dispatch::lane_of;
use crate::dispatch::start;
use crate::dispatch::start_labelled;
use crate::dispatch::start_with;
use crate::metric::MetricValue;
use crate::model::FieldName;
use crate::model::Label;
use crate::model::LabelRef;
use crate::model::LabelText;
use crate::model::SpanContext;
use crate::model::Value;
use crate::probe::evaluate::evaluate as run_evaluation;
use crate::probe::plugin_metric::MetricLabels;
use crate::probe::plugin_metric::PluginMetric;

/// What was evaluated before a call begins.
#[derive(Default)]
pub struct Setup {
    slot: u16,
    extra: Option<Box<Extra>>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("slot", &self.slot).finish_non_exhaustive()
    }
}

/// Nothing was to be evaluated.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSetup;

/// What a call begins with: something that was evaluated, or nothing.
pub trait Prepared: Default {
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn start(self, callsite: &'static Callsite) -> Call;

    /// Nobody records the call.
    #[doc(hidden)]
    fn discard(self);
}

impl Prepared for NoSetup {
    #[inline(always)]
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn start(self, callsite: &'static Callsite) -> Call {
        start(callsite)
    }

    #[inline(always)]
    fn discard(self) {}
}

impl Prepared for Setup {
    #[inline]
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn start(self, callsite: &'static Callsite) -> Call {
        if self.extra.is_some() {
            return start_with(callsite, self.slot, self.extra);
        }
        start_labelled(callsite, self.slot)
    }

    /// Taken apart by hand, so that the code that frees what is extra does not stand in each annotated function.
    #[inline(always)]
    fn discard(self) {
        if let Some(extra) = self.extra {
            release(extra);
        }
    }
}

#[cold]
#[inline(never)]
fn release(extra: Box<Extra>) {
    extra.release();
}

impl Setup {
    /// Nothing to be evaluated.
    #[must_use]
    #[inline(always)]
    pub const fn none() -> NoSetup {
        NoSetup
    }
}

/// What is being evaluated before a call begins.
#[derive(Debug)]
pub struct Preparation {
    callsite: &'static Callsite,
    setup: Setup,
}

impl Callsite {
    /// Evaluates the only label of a call, where that is all there is to evaluate: a value at hand, of a type that
    /// cannot panic when it gives its text, needs no protection and no closure.
    #[inline(always)]
    pub fn label<L: LabelText + ?Sized>(&'static self, value: &L) -> Setup {
        match L::PLAIN {
            _ if !self.may_be_on() => Setup::default(),
            true => label_on(current(), self, value.label()),
            false => prepare_on(self, |preparation| preparation.labels(&[LabelRef::text(value)])),
        }
    }

    /// The same, of a type with a known number of values.
    #[inline(always)]
    pub fn bounded_label<L: Label + ?Sized>(&'static self, value: &L) -> Setup {
        match L::PLAIN {
            _ if !self.may_be_on() => Setup::default(),
            true => label_on(current(), self, LabelRef::bounded(value)),
            false => prepare_on(self, |preparation| preparation.labels(&[LabelRef::bounded(value)])),
        }
    }

    /// Evaluates what a call needs beforehand, if anybody may want it. A panic in it is caught: what was
    /// evaluated until then counts, and the call goes on.
    #[inline(always)]
    pub fn prepare(&'static self, evaluate: impl FnOnce(&mut Preparation)) -> Setup {
        if !self.may_be_on() {
            return Setup::default();
        }
        prepare_on(self, evaluate)
    }
}

/// Which kind of value this is, the compiler knows from the label's type.
#[inline(always)]
fn label_on(lane: Option<&'static Lane>, callsite: &'static Callsite, value: LabelRef<'_>) -> Setup {
    match value {
        LabelRef::Text(text) => text_on(lane, callsite, text),
        value => known_label(lane, callsite, value).unwrap_or_else(|| new_label(callsite, value)),
    }
}

#[inline(never)]
fn text_on(lane: Option<&'static Lane>, callsite: &'static Callsite, text: &str) -> Setup {
    let value = LabelRef::Text(text);
    known_label(lane, callsite, value).unwrap_or_else(|| new_label(callsite, value))
}

#[inline(always)]
fn known_label(
    lane: Option<&'static Lane>,
    callsite: &'static Callsite,
    value: LabelRef<'_>,
) -> Option<Setup> {
    let slot = known_slot(lane?, callsite, value)?;
    (!callsite.is_bridged()).then_some(Setup { slot, extra: None })
}

#[cold]
#[inline(never)]
fn new_label(callsite: &'static Callsite, value: LabelRef<'_>) -> Setup {
    prepare_on(callsite, |preparation| preparation.labels(&[value]))
}

#[inline(never)]
fn prepare_on(callsite: &'static Callsite, evaluate: impl FnOnce(&mut Preparation)) -> Setup {
    if !callsite.is_on() {
        return Setup::default();
    }
    let mut preparation = Preparation { callsite, setup: Setup::default() };
    run_evaluation(|| evaluate(&mut preparation));
    preparation.setup
}

impl Preparation {
    /// The call is recorded by this monitor; said before anything else.
    pub fn monitor<M: AsMonitor + ?Sized>(&mut self, monitor: &M) {
        if let Some(core) = monitor.core() {
            self.extra().core = Some(Arc::clone(core));
        }
    }

    /// The values of all labels.
    #[inline]
    pub fn labels(&mut self, values: &[LabelRef<'_>]) {
        let own = self.setup.extra.as_deref().and_then(|extra| extra.core.as_ref());
        let lane = match own {
            None => current().or_else(attached),
            Some(core) => lane_of(core),
        };
        if let Some(lane) = lane {
            self.setup.slot = label_slot(lane, self.callsite, values);
        }
        if self.callsite.is_bridged() {
            self.extra().labels = values.iter().map(|value| Box::from(value.to_text())).collect();
        }
    }

    /// The span that this call is a part of.
    pub fn parent<P: IntoParent>(&mut self, parent: P) {
        self.extra().parent = parent.into_parent();
    }

    /// The spans that this call is linked to.
    pub fn links<I: IntoIterator<Item = SpanContext>>(&mut self, links: I) {
        self.extra().links.extend(links);
    }

    /// A field with a value as it is.
    pub fn field<V: Value + ?Sized>(&mut self, index: usize, value: &V) {
        if let Some(value) = value.field() {
            self.extra().fields.push(FieldName::Declared(index), &value);
        }
    }

    /// A field with the value's `Display` form.
    pub fn field_display<V: fmt::Display + ?Sized>(&mut self, index: usize, value: &V) {
        self.extra().fields.text(FieldName::Declared(index), format_args!("{value}"));
    }

    /// A field with the value's `Debug` form.
    pub fn field_debug<V: fmt::Debug + ?Sized>(&mut self, index: usize, value: &V) {
        self.extra().fields.text(FieldName::Declared(index), format_args!("{value:?}"));
    }

    /// The call is one of this plugin.
    pub fn plugin(&mut self, plugin: Plugin) {
        self.extra().companions.push(Box::new(Segment::new(plugin)));
    }

    /// What the call gives a declared metric, at some of its moments. A panic in the value or the labels is counted,
    /// and the rest goes on.
    pub fn metric(
        &mut self,
        metric: &'static PluginMetric,
        moments: Moments,
        value: impl FnOnce(&mut MetricValue),
        labels: impl FnOnce(&mut MetricLabels<'_>),
    ) {
        metric.give(&mut self.extra().values, moments, value, labels);
    }

    /// The name of the function.
    pub(super) fn called(&self) -> &'static str {
        self.callsite.metadata().name
    }

    /// The call, and what it gives declared metrics, goes to the series without labels.
    pub(super) fn without_labels(&mut self) {
        self.setup.slot = 0;
        self.extra().values.without_any_labels();
    }

    pub(super) fn extra(&mut self) -> &mut Extra {
        self.setup.extra.get_or_insert_with(Extra::obtain)
    }
}

/// What can be given as the monitor of a call: a monitor, or perhaps one.
pub trait AsMonitor {
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn core(&self) -> Option<&Arc<Core>>;
}

macro_rules! through {
    ($($pointer:ty)*) => {$(
        impl<M: AsMonitor + ?Sized> AsMonitor for $pointer {
            #[expect(private_interfaces, reason = "only this crate implements it")]
            fn core(&self) -> Option<&Arc<Core>> {
                M::core(self)
            }
        }
    )*};
}

through!(&M Arc<M> Box<M>);

impl<M: AsMonitor> AsMonitor for Option<M> {
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn core(&self) -> Option<&Arc<Core>> {
        self.as_ref().and_then(M::core)
    }
}

/// What can be given as the parent of a call: the place of a span, or perhaps one.
pub trait IntoParent {
    /// The place, if there is one.
    fn into_parent(self) -> Option<SpanContext>;
}

impl IntoParent for SpanContext {
    fn into_parent(self) -> Option<SpanContext> {
        Some(self).filter(|context| context.is_valid())
    }
}

impl IntoParent for Option<SpanContext> {
    fn into_parent(self) -> Option<SpanContext> {
        self.filter(|context| context.is_valid())
    }
}

impl<P: IntoParent + Copy> IntoParent for &P {
    fn into_parent(self) -> Option<SpanContext> {
        (*self).into_parent()
    }
}
