//! What spans are called, and told apart by.

use crate::model::SpanContext;
use crate::model::SpanKind;
use crate::model::mix;
use crate::recorders::memory::FinishedSpan;

/// The identifier of what is told of a span: the same whenever the same is told, so that Sentry takes it once.
pub(crate) fn id(what: u64, span: SpanContext) -> String {
    let trace = span.trace_id().as_u128();
    let seed = mix(what ^ span.span_id().as_u64());
    let high = mix(seed ^ (trace >> 64) as u64);
    format!("{high:016x}{:016x}", mix(high ^ trace as u64))
}

/// Whether a transaction begins with this span: a trace does in this process, or the part of one that answers another.
pub(crate) fn begins_transaction(is_local_root: bool, kind: SpanKind) -> bool {
    is_local_root || matches!(kind, SpanKind::Consumer | SpanKind::Server)
}

impl FinishedSpan {
    /// Which span of which trace this is.
    pub(crate) fn context(&self) -> SpanContext {
        SpanContext::new(self.trace_id, self.span_id)
    }
}
