//! A span by hand.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::thread;

use crate::dispatch::Began;
use crate::dispatch::Call;
use crate::dispatch::Callsite;
use crate::dispatch::Extra;
use crate::dispatch::finish_in_any_order;
use crate::dispatch::start;
use crate::dispatch::start_with;
use crate::model::FieldName;
use crate::model::Head;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::TraceLevel;
use crate::model::Value;
use crate::probe::IntoParent;

/// A span by hand, from its start until it is dropped: with everything that an annotated function has.
///
/// It ends as [`Outcome::Ok`] unless something else was said, and as [`Outcome::Panic`] when it is dropped by
/// one.
///
/// ```
/// use monitor_core::{Monitor, Outcome, Span};
///
/// let monitor = Monitor::builder().build();
/// monitor.scope(|| {
///     let mut span = Span::start("load the index");
///     span.set("files", 12);
///     span.end(Outcome::Error);
/// });
/// assert_eq!(monitor.snapshot().function("load the index").unwrap().ended(Outcome::Error), 1);
/// ```
#[must_use = "the span ends when this is dropped"]
pub struct Span {
    callsite: &'static Callsite,
    call: Option<Call>,
    began: Began,
    outcome: Option<Outcome>,
    /// A span is entered on its own thread only.
    _here: std::marker::PhantomData<*const ()>,
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("context", &self.context()).finish_non_exhaustive()
    }
}

/// The callsites of spans by hand, by name. Names are static, so their number is bounded by the program text.
static CALLSITES: LazyLock<RwLock<HashMap<&'static str, &'static Callsite>>> = LazyLock::new(RwLock::default);

fn callsite(name: &'static str) -> &'static Callsite {
    if let Some(callsite) = CALLSITES.read().unwrap_or_else(PoisonError::into_inner).get(name) {
        return callsite;
    }
    let mut callsites = CALLSITES.write().unwrap_or_else(PoisonError::into_inner);
    callsites
        .entry(name)
        .or_insert_with(|| Box::leak(Box::new(Callsite::new(Metadata { name, ..Metadata::DEFAULT }))))
}

impl Span {
    /// Starts a span that is a part of the current one. Costs a look-up by name.
    pub fn start(name: &'static str) -> Self {
        let callsite = callsite(name);
        Self::from_call(callsite, callsite.may_be_on().then(|| start(callsite)))
    }

    /// Starts a span that is a part of another one, such as one that another process has sent.
    pub fn start_in(name: &'static str, parent: impl IntoParent) -> Self {
        Self::builder(name).parent(parent).start()
    }

    /// Begins to make a span that is more than a part of the current one.
    pub fn builder(name: &'static str) -> SpanBuilder {
        SpanBuilder { name, parent: None, level: TraceLevel::Nested }
    }

    fn from_call(callsite: &'static Callsite, call: Option<Call>) -> Self {
        let call = call.filter(Call::is_recorded);
        let began = call.as_ref().map(Began::of).unwrap_or_default();
        Self { callsite, call, began, outcome: None, _here: std::marker::PhantomData }
    }

    /// Sets a field. Costs nothing but a branch where nobody records the span.
    pub fn set<V: Value>(&mut self, name: &str, value: V) {
        if let (Some(call), Some(value)) = (&mut self.call, value.field()) {
            call.fields().push(FieldName::Free(name), &value);
        }
    }

    /// Links the span to another one.
    pub fn link(&mut self, other: SpanContext) {
        if let Some(call) = &mut self.call {
            call.extra().links.push(other);
        }
    }

    /// Asks for a copy of the span: when it has ended, a second one named `copy: ` and its name is recorded, with the same
    /// times, ending and fields, a link to it and its trace in the field `source_trace_id`. The copy is the root of a
    /// trace of its own, or beside it where `level` is `Nested`; nothing ever runs within it.
    ///
    /// Monitors made without [`copies`](crate::MonitorBuilder::copies) record none.
    ///
    /// ```
    /// use monitor_core::{Monitor, Span, TraceLevel, recorders::Memory};
    /// use std::time::Duration;
    ///
    /// let memory = Memory::default();
    /// let monitor = Monitor::builder().recorder(memory.clone()).copies().build();
    /// monitor.scope(|| Span::start("failover").copy(TraceLevel::ForceTopLevel));
    /// monitor.flush(Duration::from_secs(5)).unwrap();
    /// let [span, copy] = &memory.spans()[..] else { panic!("two spans") };
    /// assert_eq!((copy.name, copy.duration), ("copy: failover", span.duration));
    /// assert_eq!(copy.links[0].span_id(), span.span_id);
    /// ```
    pub fn copy(&mut self, level: TraceLevel) {
        if let Some(call) = &mut self.call {
            call.copy(self.callsite, level);
        }
    }

    /// Which span this is; none where nobody records it.
    #[must_use]
    pub fn context(&self) -> Option<SpanContext> {
        self.began.context(self.call.as_ref()?)
    }

    /// Ends the span in this way.
    pub fn end(mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }
}

/// How a span by hand is made that is more than a part of the current one.
///
/// ```
/// use monitor_core::{Span, TraceLevel};
///
/// let _span = Span::builder("failover").level(TraceLevel::ForceTopLevel).start();
/// ```
#[derive(Debug)]
#[must_use = "nothing begins until `start`"]
pub struct SpanBuilder {
    name: &'static str,
    parent: Option<SpanContext>,
    level: TraceLevel,
}

impl SpanBuilder {
    /// The span around it is this one, such as one that another process has sent.
    pub fn parent(mut self, parent: impl IntoParent) -> Self {
        self.parent = parent.into_parent();
        self
    }

    /// Where the span hangs. Nested by default.
    ///
    /// A span in a trace of its own has to end before the function that started it does, and before it awaits.
    pub fn level(mut self, level: TraceLevel) -> Self {
        self.level = level;
        self
    }

    /// Starts the span. Costs a look-up by name.
    pub fn start(self) -> Span {
        let callsite = callsite(self.name);
        Span::from_call(
            callsite,
            callsite.may_be_on().then(|| {
                let mut extra = Extra::obtain();
                extra.parent = self.parent;
                extra.level = Some(self.level);
                start_with(callsite, 0, Some(extra))
            }),
        )
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(call) = &mut self.call {
            let outcome = match self.outcome {
                Some(outcome) => outcome,
                None if thread::panicking() => Outcome::Panic,
                None => Outcome::Ok,
            };
            finish_in_any_order(call, self.began, Head::ending_of(outcome, 0));
        }
    }
}
