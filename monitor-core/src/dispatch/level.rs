//! What trace levels make of a call that begins.

use crate::dispatch::attach::Placed;
use crate::dispatch::call::Call;
use crate::dispatch::core::Core;
use crate::dispatch::lane::Lane;
use crate::dispatch::origin::standing;
use crate::dispatch::payload::link;
use crate::model::FieldName;
use crate::model::Head;
use crate::model::Metadata;
use crate::model::SpanContext;
use crate::model::TraceLevel;
use crate::model::WithoutParent;

/// The field that tells the trace of the span on which the root of a trace would hang, were it none.
const PARENT_TRACE: &str = "parent_trace_id";

/// Takes a call of this level to where it hangs. Gives the beginning of its record's head, which lacks the mark of a
/// span where it is none, and the span that it would hang on, were it not the root of a trace of its own.
pub(crate) fn settle(
    lane: &'static Lane,
    core: &Core,
    level: TraceLevel,
    head: u64,
    placed: &mut Option<Placed>,
) -> (u64, Option<SpanContext>) {
    let above = standing(lane);
    match (core.levels().effective(level), above) {
        (TraceLevel::NoTrace, _) => (head & !Head::SPAN, None),
        (TraceLevel::Nested, None) if core.levels().without_parent == WithoutParent::Drop => {
            (head & !Head::SPAN, None)
        }
        (TraceLevel::ForceTopLevel, Some(above)) if head & Head::SPAN != 0 => {
            match placed {
                // It puts back what was there before.
                Some(_) => lane.context.span.set(0),
                none => *none = Some(Placed::new(lane, SpanContext::default(), 0)),
            }
            (head, Some(above))
        }
        _ => (head, None),
    }
}

/// The root of a trace tells on which span it would hang, were it none.
pub(crate) fn tell_above(call: &mut Call, above: SpanContext) {
    let own = &mut call.extra().own;
    own.text(FieldName::Free(PARENT_TRACE), format_args!("{}", above.trace_id()));
    link(own, above);
}

impl Core {
    /// Whether the calls of a callsite, as far as they are spans, need more than the fast path does.
    pub(crate) fn is_leveled(&self, metadata: &Metadata) -> bool {
        let levels = self.levels();
        let copied = levels.copies && metadata.copy != TraceLevel::NoTrace;
        copied || levels.look_around(metadata.level)
    }
}
