//! The thread that empties the buffers: when many chunks wait, and otherwise now and then.

use std::sync::Weak;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::export::moment::FAR;
use crate::export::moment::after;
use crate::export::pipeline::Collected;
use crate::export::pipeline::Shared;

/// The longest that a finished span or an event waits in the buffer of its thread.
const SPAN_INTERVAL: Duration = Duration::from_millis(500);

/// Starts the thread; it ends when the pipeline is gone.
///
/// # Errors
///
/// The system has no thread left.
pub(crate) fn start(pipeline: Weak<Shared>, interval: Duration) -> std::io::Result<()> {
    thread::Builder::new().name("monitor-collector".to_owned()).spawn(move || {
        let Some(shared) = pipeline.upgrade() else { return };
        shared.source.prepare_thread();
        shared.source.set_collector(thread::current());
        drop(shared);
        run(&pipeline, interval);
    })?;
    Ok(())
}

fn run(pipeline: &Weak<Shared>, interval: Duration) {
    let interval = interval.min(FAR);
    let mut next_metrics = after(interval);
    let mut next_spans = Instant::now() + SPAN_INTERVAL;
    loop {
        let Some(shared) = pipeline.upgrade() else { return };
        if shared.is_over() {
            return;
        }
        let now = Instant::now();
        let partial = now >= next_spans;
        shared.collect(if partial { Collected::Everything } else { Collected::FullChunks });
        if partial {
            next_spans = now + SPAN_INTERVAL;
        }
        if now >= next_metrics {
            shared.snapshot();
            // After a long sleep of the machine one snapshot is enough.
            next_metrics = (next_metrics + interval).max(now + interval / 2);
        }
        let sleep = shared.source.may_sleep();
        drop(shared);
        if sleep {
            thread::park_timeout(next_spans.min(next_metrics).saturating_duration_since(Instant::now()));
        }
    }
}
