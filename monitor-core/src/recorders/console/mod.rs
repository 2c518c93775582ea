//! Span trees and a table of functions, for a person.

mod encode;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::io::Write;
use std::time::Duration;

use crate::metric::Snapshot;
use crate::model::TraceId;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;
use crate::recorders::console::encode::Line;
use crate::recorders::memory::FinishedSpan;

/// The most traces that wait for their root; beyond that the oldest is printed as it is.
const WAITING: usize = 1_000;

/// Prints each trace as a tree once its root has ended, and at the end a table of all functions.
///
/// It writes to standard error unless told otherwise; whatever a value contains, it cannot move the cursor or
/// forge a line. At most 20 traces are printed a second, and the rest is counted.
///
/// ```no_run
/// use monitor_core::{Monitor, recorders::Console};
///
/// let _monitor = Monitor::builder().recorder(Console::default()).install()?;
/// # Ok::<(), monitor_core::InstallError>(())
/// ```
pub struct Console {
    output: Box<dyn Write + Send>,
    waiting: HashMap<TraceId, Vec<FinishedSpan>>,
    budget: u32,
    per_batch: u32,
    skipped: u64,
    last: Option<Snapshot>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl Default for Console {
    fn default() -> Self {
        Self::new(io::stderr())
    }
}

impl Console {
    /// Writes to `output`.
    pub fn new(output: impl Write + Send + 'static) -> Self {
        Self {
            output: Box::new(output),
            waiting: HashMap::new(),
            budget: 0,
            per_batch: 20,
            skipped: 0,
            last: None,
        }
    }

    /// Prints at most so many traces of each batch.
    #[must_use]
    pub fn traces_per_batch(mut self, traces: u32) -> Self {
        self.per_batch = traces;
        self
    }

    fn print(&mut self, spans: &[FinishedSpan]) -> io::Result<()> {
        let Some(budget) = self.budget.checked_sub(1) else {
            self.skipped += 1;
            return Ok(());
        };
        self.budget = budget;
        for Line { depth, text } in encode::tree(spans) {
            writeln!(self.output, "{:indent$}{text}", "", indent = depth * 2)?;
        }
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        if self.skipped > 0 {
            let skipped = std::mem::take(&mut self.skipped);
            writeln!(self.output, "… and {skipped} more traces")?;
        }
        self.output.flush()
    }
}

impl Recorder for Console {
    fn name(&self) -> &str {
        "console"
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.budget = self.per_batch;
        // A batch has one thread's spans after the other's: a root may come before its children.
        let mut ended = Vec::new();
        for span in batch.iter() {
            let finished = FinishedSpan::from(&span);
            let is_root = finished.parent.is_none();
            let trace = finished.trace_id;
            self.waiting.entry(trace).or_default().push(finished);
            if is_root || self.waiting.len() > WAITING + ended.len() {
                ended.push(trace);
            }
        }
        for trace in ended {
            // A trace may be here twice, with its root and as one too many.
            if let Some(spans) = self.waiting.remove(&trace) {
                self.print(&spans)?;
            }
        }
        Ok(self.settle()?)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.last = Some(snapshot.clone());
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        for (_, spans) in std::mem::take(&mut self.waiting) {
            self.print(&spans)?;
        }
        if let Some(snapshot) = self.last.take() {
            for line in encode::table(&snapshot) {
                writeln!(self.output, "{line}")?;
            }
        }
        Ok(self.settle()?)
    }
}

/// A duration as a person reads it.
pub(crate) fn readable(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos();
    let scaled = |unit: f64| nanoseconds as f64 / unit;
    match nanoseconds {
        0..1_000 => format!("{nanoseconds} ns"),
        1_000..1_000_000 => format!("{:.1} µs", scaled(1e3)),
        1_000_000..1_000_000_000 => format!("{:.1} ms", scaled(1e6)),
        _ => format!("{:.2} s", scaled(1e9)),
    }
}
