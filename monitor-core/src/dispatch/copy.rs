//! A second span of a call, in another place.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::dispatch::attach::core_of;
use crate::dispatch::call::Call;
use crate::dispatch::call::turn;
use crate::dispatch::callsite::Callsite;
use crate::dispatch::extra::Extra;
use crate::dispatch::lane::Lane;
use crate::dispatch::payload::link;
use crate::dispatch::payload::write_span_payload;
use crate::model::Details;
use crate::model::FieldName;
use crate::model::GOLDEN;
use crate::model::Head;
use crate::model::Metadata;
use crate::model::Signals;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::model::TraceLevel;
use crate::model::WithoutParent;

/// What the name of a copy begins with.
const PREFIX: &str = "copy: ";

/// The field that tells the trace of the original.
const SOURCE_TRACE: &str = "source_trace_id";

/// The copy that is recorded when a call has ended.
#[derive(Clone, Copy)]
pub(crate) struct Copy {
    callsite: &'static Callsite,
    level: TraceLevel,
}

/// The callsites of copies, by the number of the original's: there are at most as many.
static CALLSITES: LazyLock<RwLock<HashMap<u32, &'static Callsite>>> = LazyLock::new(RwLock::default);

fn callsite(of: &'static Callsite) -> &'static Callsite {
    if let Some(callsite) = CALLSITES.read().unwrap_or_else(PoisonError::into_inner).get(&of.id()) {
        return callsite;
    }
    let mut callsites = CALLSITES.write().unwrap_or_else(PoisonError::into_inner);
    callsites.entry(of.id()).or_insert_with(|| {
        let original = of.metadata();
        let details = Details {
            kind: original.kind,
            signals: Signals::SPANS,
            // Values of declared fields are found by their place among these names.
            fields: original.fields,
            ..Details::DEFAULT
        };
        let metadata = Metadata {
            name: format!("{PREFIX}{}", original.name).leak(),
            details: Some(Box::leak(Box::new(details))),
            max: 0,
            ..*original
        };
        // No bridge is told of it: it is no call.
        Box::leak(Box::new(Callsite::with_wire(metadata, |_| {})))
    })
}

impl Call {
    /// Asks for a copy of the call's span, which is recorded when it ends, if the monitor records copies.
    pub(crate) fn copy(&mut self, of: &'static Callsite, level: TraceLevel) {
        let Some(core) = self.lane.and_then(core_of) else { return };
        if self.head & Head::SPAN == 0 || level == TraceLevel::NoTrace || !core.levels().copies {
            return;
        }
        let callsite = callsite(of);
        let level = core.levels().effective(level);
        self.extra().copy = callsite.is_on().then_some(Copy { callsite, level });
    }
}

impl Copy {
    /// Records the copy of a call that has ended at `end`, with children that took `children`: its times, ending and
    /// fields, as another span. What is current on the thread stays as it is.
    pub(crate) fn record(
        self,
        lane: &'static Lane,
        call: &Call,
        (end, children): (u64, u64),
        ending: Head,
        extra: &mut Extra,
    ) {
        let Some(core) = core_of(lane) else { return };
        let place = &lane.context;
        let (high, low) = (place.trace_high.get(), place.trace_low.get());
        let source = SpanContext::new(TraceId::from_seeds(high, low), SpanId::new(call.span));
        let span = place.identifier.get().wrapping_add(GOLDEN);
        let (parent, high, low) = match (self.level, call.parent) {
            (TraceLevel::Nested, 0) if core.levels().without_parent == WithoutParent::Drop => return,
            (TraceLevel::Nested, parent) if parent != 0 => (parent, high, low),
            _ => (0, place.seed.get(), span),
        };
        place.identifier.set(span);
        extra.own.clear();
        extra.own.text(FieldName::Free(SOURCE_TRACE), format_args!("{}", source.trace_id()));
        extra.display_name = extra.display_name.take().map(|name| format!("{PREFIX}{name}").into());
        extra.links.clear();
        link(&mut extra.own, source);
        extra.remote &= parent != 0;
        let flags = Head::SPAN | write_span_payload(lane, Some(&core), extra);
        let head = Head::call(self.callsite.id(), 0, ending.error(), ending.outcome(), flags);
        if lane.push([call.start, end, span, parent, high, low, children, head.word()]) {
            turn(lane);
        }
    }
}
