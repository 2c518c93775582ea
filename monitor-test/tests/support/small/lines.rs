//! A recorder as small as a user would write it, over whatever way.

use std::fmt::Write;
use std::time::Duration;

use monitor_core::Delivery;
use monitor_core::EventBatch;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::SpanBatch;

/// How lines are sent.
pub(crate) trait Way: Send {
    fn send(&mut self, lines: &str) -> Result<(), RecorderError>;
}

/// A line for each span and event, with its name.
pub(crate) struct Lines<W> {
    pub(crate) way: W,
    /// How a name is written: so that it stays in its line.
    pub(crate) escape: fn(&str) -> String,
}

impl<W: Way> Lines<W> {
    pub(crate) fn new(way: W) -> Self {
        Self { way, escape: |text| text.escape_default().to_string() }
    }
}

impl<W: Way> Recorder for Lines<W> {
    fn name(&self) -> &str {
        "lines"
    }

    fn delivery(&self) -> Delivery {
        Delivery::default().delay(Duration::ZERO)
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let mut lines = String::new();
        for span in batch.iter() {
            let _ = writeln!(lines, "span {}", (self.escape)(span.name()));
        }
        self.way.send(&lines)
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let mut lines = String::new();
        for event in batch.iter() {
            let _ = writeln!(lines, "event {}", (self.escape)(event.name()));
        }
        self.way.send(&lines)
    }
}
