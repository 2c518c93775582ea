//! A recorder of one's own, on one page: it writes each span as a line of comma-separated values.
//!
//! `cargo run -p examples --example own_recorder` prints the lines, and what became of every span.

use std::io;
use std::io::Write;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::SpanBatch;
use monitor_core::monitored;

/// Blocks and fails as it likes: it has a thread of its own, and what it fails to write is counted.
struct Csv<W>(W);

impl<W: Write + Send> Recorder for Csv<W> {
    fn name(&self) -> &str {
        "csv"
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let lines = batch.iter().map(|span| {
            let (name, outcome) = (span.name(), span.outcome());
            format!("{},{name},{outcome},{}\n", span.trace_id(), span.duration().as_nanos())
        });
        // At once: after an error the same batch comes again.
        Ok(self.0.write_all(lines.collect::<String>().as_bytes())?)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        Ok(self.0.flush()?)
    }
}

#[monitored]
fn average(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let monitor = Monitor::builder().recorder(Csv(io::stdout())).install()?;
    for numbers in [&[1.0, 2.0, 6.0][..], &[]] {
        average(numbers);
    }
    monitor.flush(Duration::from_secs(1))?;
    for account in monitor.accounts() {
        println!("{}: {} recorded, {} exported", account.recorder, account.recorded, account.exported);
    }
    Ok(())
}
