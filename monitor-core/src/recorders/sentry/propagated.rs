//! Tells an error from the same error one call further out.

use crate::model::SpanContext;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::sentry::recent::Recent;

/// How many callers of what failed are remembered.
const CALLERS: usize = 10_000;
/// The most kinds of errors that are remembered of the callees of one caller.
const KINDS: usize = 8;

/// Which calls had a callee that failed, and how.
#[derive(Debug)]
pub(crate) struct Propagated {
    callers: Recent<SpanContext, Vec<&'static str>>,
}

impl Default for Propagated {
    fn default() -> Self {
        Self { callers: Recent::new(CALLERS) }
    }
}

impl Propagated {
    /// Whether this failure is told for the first time: no callee of the call failed with the same kind of error, which
    /// `?` handed on. The calls must come in the order in which they ended.
    pub(crate) fn is_news(&mut self, span: &FinishedSpan) -> bool {
        let kind = span.error_type.unwrap_or_default();
        let is_news = !self.callers.get(&span.context()).is_some_and(|kinds| kinds.contains(&kind));
        if let Some(parent) = span.parent {
            let kinds = self.callers.entry(SpanContext::new(span.trace_id, parent));
            if kinds.len() < KINDS && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        is_news
    }
}
