//! The metrics of commands, as OpenTelemetry's conventions have them.

use std::time::Duration;

use crate::probe::command::settled::Settled;
use crate::probe::instrument::Histogram;

/// The labels of both metrics.
const LABELS: &[&str] = &[
    "db.system.name",
    "db.namespace",
    "db.operation.name",
    "db.collection.name",
    "error.type",
    "server.address",
];
/// The most combinations of their values; what is beyond shares one overflow series.
const MAX: u32 = 2_000;

static DURATION: Histogram = Histogram::new("db.client.operation.duration")
    .unit("s")
    .description("How long commands to a database take.")
    .labels(LABELS, MAX)
    .sparse()
    .buckets(&[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]);

static ROWS: Histogram = Histogram::new("db.client.response.returned_rows")
    .unit("{row}")
    .description("How many rows commands to a database return.")
    .labels(LABELS, MAX)
    .sparse()
    .buckets(&[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0]);

/// A command took so long and returned so many rows.
pub(super) fn record(command: &Settled, error_type: Option<&str>, duration: Duration, rows: Option<u64>) {
    let labels = command.labels(error_type.unwrap_or_default());
    DURATION.record_with(duration.as_secs_f64(), &labels);
    if let Some(rows) = rows {
        ROWS.record_with(rows as f64, &labels);
    }
}
