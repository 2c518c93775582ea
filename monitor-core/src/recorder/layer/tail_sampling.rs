//! Whole traces that are worth keeping.

use std::fmt;
use std::time::Duration;
use std::time::Instant;

use crate::model::Outcome;
use crate::model::TraceId;
use crate::recorder::Span;
use crate::recorder::SpanBatch;
use crate::recorder::layer::Layer;
use crate::recorder::layer::Sampling;
use crate::recorder::layer::traces::Known;
use crate::recorder::layer::traces::Traces;

/// A trace whose root does not come is decided about when nothing has come for so long.
const QUIET: Duration = Duration::from_secs(30);
/// The most spans that wait for their roots.
const MOST: usize = 65_536;

/// Lets whole traces through that are worth keeping: slow ones, failed ones, and one in so many of the others. It is
/// decided within the process, when the trace's root ends; until then its spans are held back.
///
/// Of a trace that another process has sent here, the first span of this process is as good as the root. A trace whose
/// root does not come is decided about when nothing has come of it for 30 seconds, by the first batch that comes then, of
/// whatever trace. At most 65,536 spans are held back; beyond that it is decided about the oldest traces by what has come of
/// them. A flush decides about all. Spans that come after the decision follow it, unless 10,000 other traces were decided
/// about since. What is held back counts as queued.
///
/// ```
/// use monitor_core::layers::{RecorderExt, TailSampling};
/// use monitor_core::recorders::Null;
/// use std::time::Duration;
///
/// let worth_keeping = TailSampling::new().slower_than(Duration::from_millis(500)).failed().one_in(100);
/// let recorder = Null::default().layer(worth_keeping);
/// # drop(recorder);
/// ```
pub struct TailSampling {
    slow: Option<Duration>,
    failed: bool,
    others: Option<Sampling>,
    quiet: Duration,
    most: usize,
    traces: Traces,
}

impl fmt::Debug for TailSampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TailSampling")
            .field("slow", &self.slow)
            .field("failed", &self.failed)
            .field("others", &self.others)
            .finish_non_exhaustive()
    }
}

impl Default for TailSampling {
    fn default() -> Self {
        Self { slow: None, failed: false, others: None, quiet: QUIET, most: MOST, traces: Traces::default() }
    }
}

impl TailSampling {
    /// Nothing is worth keeping yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A trace is worth keeping if one of its spans took at least so long.
    #[must_use]
    pub fn slower_than(mut self, slow: Duration) -> Self {
        self.slow = Some(slow);
        self
    }

    /// A trace is worth keeping if one of its spans ended with an error or a panic.
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.failed = true;
        self
    }

    /// Of the other traces, one in so many is kept: by the trace's identifier, so that it is the same one everywhere.
    #[must_use]
    pub fn one_in(mut self, count: u32) -> Self {
        self.others = Some(Sampling::of(1.0 / f64::from(count.max(1))));
        self
    }

    /// A trace whose root does not come is decided about when nothing has come of it for so long, 30 seconds by default.
    #[must_use]
    pub fn quiet(mut self, quiet: Duration) -> Self {
        self.quiet = quiet;
        self
    }

    /// At most so many spans are held back, 65,536 by default. Each takes up to 1 KiB, and what its fields
    /// take.
    #[must_use]
    pub fn at_most(mut self, spans: usize) -> Self {
        self.most = spans;
        self
    }

    fn is_wanted(&self, span: &Span<'_>) -> bool {
        let failed = matches!(span.outcome(), Outcome::Error | Outcome::Panic);
        (self.failed && failed) || self.slow.is_some_and(|slow| span.duration() >= slow)
    }

    /// Decides about a trace; what is kept of it goes out.
    fn decide(&mut self, trace: TraceId, known: Known, out: &mut SpanBatch) {
        let keep = known.wanted || self.others.as_ref().is_some_and(|others| others.keeps(trace));
        self.traces.decide(trace, keep);
        if keep {
            out.append(known.spans);
        }
    }

    /// Decides about traces by what has come of them.
    fn decide_now(&mut self, traces: Vec<TraceId>, out: &mut SpanBatch) {
        for trace in traces {
            let known = self.traces.release(trace);
            if !known.spans.is_empty() {
                self.decide(trace, known, out);
            }
        }
    }
}

impl Layer for TailSampling {
    fn spans(&mut self, batch: SpanBatch) -> SpanBatch {
        let now = Instant::now();
        let mut out = SpanBatch::default();
        for (trace, spans) in batch.by_trace() {
            match self.traces.decision(trace) {
                Some(true) => out.append(spans),
                Some(false) => {}
                None => {
                    let wanted = spans.iter().any(|span| self.is_wanted(&span));
                    let ended = spans.iter().any(|span| span.is_local_root());
                    let news = Known { spans, wanted };
                    if ended {
                        let mut known = self.traces.release(trace);
                        known.add(news);
                        self.decide(trace, known, &mut out);
                    } else {
                        self.traces.hold(trace, news, now);
                    }
                }
            }
        }
        let overdue = self.traces.overdue(self.quiet, self.most, now);
        self.decide_now(overdue, &mut out);
        out
    }

    fn release(&mut self) -> SpanBatch {
        let mut out = SpanBatch::default();
        let all = self.traces.all();
        self.decide_now(all, &mut out);
        out
    }

    fn held(&self) -> usize {
        self.traces.spans()
    }
}
