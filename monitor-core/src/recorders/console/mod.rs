//! Span trees, events and a table of functions, for a person.

mod config;
mod encode;
#[cfg(feature = "console_live")]
mod live;
#[cfg(not(feature = "console_live"))]
#[path = "still.rs"]
mod live;
#[cfg(feature = "console_live")]
mod paint;
#[cfg(feature = "console_live")]
mod screen;
#[cfg(test)]
mod tests;
mod waiting;

use std::io;
use std::io::Write;
use std::time::Duration;
use std::time::Instant;

pub(crate) use waiting::Part;
pub(crate) use waiting::Waiting;

use crate::metric::Snapshot;
use crate::model::Tally;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;
use crate::recorders::console::encode::Line;
use crate::recorders::console::live::Live;
use crate::recorders::memory::FinishedSpan;

/// Prints each trace as a tree once its root has ended, each event as a line, and at each flush a table of all
/// functions.
///
/// It writes to standard error unless told otherwise; whatever a value contains, it cannot move the cursor or
/// forge a line. At most 20 traces and 100 events of a batch are printed, and the rest is counted. At most 20,000
/// spans wait for their root; beyond that the oldest trace is printed as it is. A span that comes after its trace was
/// printed stands by itself below `… late`. With the feature `console_live` there is a view that is drawn in place:
/// `live`.
///
/// ```no_run
/// use monitor_core::{Monitor, recorders::Console};
///
/// let _monitor = Monitor::builder().recorder(Console::default()).install()?;
/// # Ok::<(), monitor_core::InstallError>(())
/// ```
///
/// # Settings
///
/// | key | value | default |
/// |---|---|---|
/// | `traces_per_batch` | how many traces of a batch are printed | 20 |
/// | `events_per_batch` | how many events of a batch are printed | 100 |
/// | `live` | `true`: the view, with the feature `console_live` | `false` |
pub struct Console {
    output: Box<dyn Write + Send>,
    waiting: Waiting,
    budget: u32,
    per_batch: u32,
    events_per_batch: u32,
    skipped: u64,
    last: Option<Snapshot>,
    live: Option<Live>,
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
            waiting: Waiting::default(),
            budget: 0,
            per_batch: 20,
            events_per_batch: 100,
            skipped: 0,
            last: None,
            live: None,
        }
    }

    /// Prints at most so many traces of each batch.
    #[must_use]
    pub fn traces_per_batch(mut self, traces: u32) -> Self {
        self.per_batch = traces;
        self
    }

    /// Prints at most so many events of each batch.
    #[must_use]
    pub fn events_per_batch(mut self, events: u32) -> Self {
        self.events_per_batch = events;
        self
    }

    fn print(&mut self, parts: Vec<Part>) -> io::Result<()> {
        if let Some(live) = &mut self.live {
            parts.into_iter().for_each(|part| live.trace(part.spans));
            return Ok(());
        }
        for Part { spans, late } in parts {
            let Some(budget) = self.budget.checked_sub(1) else {
                self.skipped += 1;
                continue;
            };
            self.budget = budget;
            if late {
                writeln!(self.output, "… late")?;
            }
            for Line { depth, text } in encode::tree(&spans) {
                let depth = depth + usize::from(late);
                writeln!(self.output, "{:indent$}{text}", "", indent = depth * 2)?;
            }
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
        Self::NAME
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.budget = self.per_batch;
        let now = Instant::now();
        batch.iter().for_each(|span| self.waiting.add(FinishedSpan::from(&span), now));
        let ready = self.waiting.take_ready(now);
        self.print(ready).and_then(|()| self.settle()).map_err(broken)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        for event in batch.iter().take(self.events_per_batch as usize) {
            writeln!(self.output, "{}", encode::event(&event)).map_err(broken)?;
        }
        let more = batch.len().saturating_sub(self.events_per_batch as usize);
        if more > 0 {
            writeln!(self.output, "… and {more} more events").map_err(broken)?;
        }
        self.output.flush().map_err(broken)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        if let Some(live) = &mut self.live {
            return live.show(snapshot).map_err(broken);
        }
        self.last = Some(snapshot.clone());
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        let rest = self.waiting.take_all();
        self.print(rest).map_err(broken)?;
        if let Some(live) = &mut self.live {
            live.draw().map_err(broken)?;
        }
        if let Some(snapshot) = self.last.take() {
            for line in encode::table(&snapshot) {
                writeln!(self.output, "{line}").map_err(broken)?;
            }
        }
        self.settle().map_err(broken)
    }

    fn held(&self) -> Tally {
        Tally { spans: self.waiting.len() as u64, ..Tally::default() }
    }
}

/// Nobody reads what was written, and nobody waits for it to be written again.
fn broken(error: io::Error) -> RecorderError {
    RecorderError::new(error.to_string())
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
