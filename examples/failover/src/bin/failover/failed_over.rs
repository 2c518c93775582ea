//! A recorder of our own: it keeps the spans of the call that failed over, and lets all others go.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use monitor_core::Delivery;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::SpanBatch;
use monitor_core::TraceId;
use monitor_core::recorders::memory::FinishedSpan;

use crate::tree;

/// The span that only such a call has.
const MARK: &str = "failover to writer host";

/// The copy of that span: a trace of its own, for those who look for failovers and not for calls.
const COPY: &str = "copy: failover to writer host";

/// Keeps the spans of the first call that failed over. A clone looks at the same spans.
#[derive(Clone, Debug, Default)]
pub(crate) struct FailedOver(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    call: Option<TraceId>,
    copy: Option<FinishedSpan>,
    /// The spans that came last, by trace: each thread hands its own over when it likes, so that those of the call
    /// may come before the one that tells it from others.
    traces: HashMap<TraceId, Vec<FinishedSpan>>,
    /// Their traces, the oldest first.
    order: VecDeque<TraceId>,
}

impl FailedOver {
    /// The call as a tree, a line a span.
    pub(crate) fn tree(&self) -> String {
        let kept = self.kept();
        let Some(spans) = kept.call.and_then(|call| kept.traces.get(&call)) else {
            return "No call failed over.\n".to_owned();
        };
        tree::drawn(&spans.iter().chain(&kept.copy).cloned().collect::<Vec<_>>())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for FailedOver {
    fn name(&self) -> &str {
        "failed-over"
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let mut kept = self.kept();
        batch.iter().for_each(|span| kept.add(FinishedSpan::from(&span)));
        Ok(())
    }
}

impl Kept {
    fn add(&mut self, span: FinishedSpan) {
        let trace = span.trace_id;
        match span.name {
            MARK => {
                self.call.get_or_insert(trace);
            }
            COPY => {
                self.copy.get_or_insert(span);
                return;
            }
            _ => {}
        }
        let order = &mut self.order;
        let spans = self.traces.entry(trace).or_insert_with(|| {
            order.push_back(trace);
            Vec::new()
        });
        spans.push(span);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
            && self.call != Some(oldest)
        {
            self.traces.remove(&oldest);
        }
    }
}

/// Calls that are remembered: those of a second or two.
const MOST: usize = 20_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use monitor_core::Monitor;
    use monitor_core::monitored;

    use super::*;

    #[monitored]
    fn call(fails_over: u32) {
        (0..fails_over).for_each(|_| find_writer());
    }

    #[monitored(name = "failover to writer host")]
    fn find_writer() {}

    #[test]
    fn of_many_calls_the_one_that_failed_over_is_kept() {
        let recorder = FailedOver::default();
        let monitor = Monitor::builder().recorder(recorder.clone()).build();
        monitor.scope(|| {
            call(0);
            call(1);
            // Few enough at a time for the monitor's buffers.
            for _ in 0..MOST / 100 + 1 {
                (0..100).for_each(|_| call(0));
                monitor.flush(Duration::from_secs(60)).unwrap();
            }
        });
        let tree = recorder.tree();
        assert!(tree.starts_with("call ") && tree.contains("└─ failover to writer host"), "{tree}");
        assert!(recorder.kept().traces.len() <= MOST + 1);
    }
}
