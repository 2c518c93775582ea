//! Which spans have gone lately.

use std::collections::HashSet;
use std::collections::VecDeque;

use crate::model::SpanId;
use crate::model::TraceId;

/// How many spans are remembered.
const REMEMBERED: usize = 16_384;

/// Which spans have gone lately, so that what comes late is known to be a part of them.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    known: HashSet<(TraceId, SpanId)>,
    order: VecDeque<(TraceId, SpanId)>,
}

impl Recent {
    pub(crate) fn insert(&mut self, trace: TraceId, span: SpanId) {
        if self.known.insert((trace, span)) {
            self.order.push_back((trace, span));
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    pub(crate) fn contains(&self, trace: TraceId, span: SpanId) -> bool {
        self.known.contains(&(trace, span))
    }
}
