//! From what the library counted of a function to its row of the report.

use std::time::Duration;

use monitor_core::FunctionSeries;
use monitor_core::FunctionSnapshot;
use monitor_core::Outcome;

use crate::report::FunctionRow;

/// The row of one function, all its series together.
pub(crate) fn row(function: &FunctionSnapshot) -> FunctionRow {
    let durations = function.duration();
    let quantile = |rank| seconds(durations.quantile(rank).unwrap_or_default());
    FunctionRow {
        name: function.name().to_owned(),
        module: function.metadata().module.to_owned(),
        calls: function.calls(),
        ok: function.ended(Outcome::Ok),
        error: function.ended(Outcome::Error),
        panic: function.ended(Outcome::Panic),
        cancelled: function.ended(Outcome::Cancelled),
        in_flight: function.in_flight(),
        p50: quantile(0.5),
        p90: quantile(0.9),
        p99: quantile(0.99),
        max: quantile(1.0),
        self_time: seconds(function.series().iter().map(self_time).sum()),
    }
}

/// Seconds spent in the function itself: all of them where it has no instrumented children.
fn self_time(series: &FunctionSeries) -> f64 {
    series.self_duration().unwrap_or(series.duration()).sum()
}

/// Seconds as the library counts them.
pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;
    use std::panic::catch_unwind;

    use monitor_core::ManualClock;
    use monitor_core::Monitor;
    use monitor_core::monitored;

    use super::*;

    #[monitored]
    fn outer(clock: &ManualClock, inside: u64) -> Result<(), String> {
        clock.advance(Duration::from_millis(2));
        inner(clock, inside);
        if inside > 4 { Err("too long".to_owned()) } else { Ok(()) }
    }

    #[monitored]
    fn inner(clock: &ManualClock, milliseconds: u64) {
        clock.advance(Duration::from_millis(milliseconds));
        if milliseconds == 9 {
            std::panic::resume_unwind(Box::new("nine"));
        }
    }

    #[test]
    fn a_row_has_all_endings_and_only_the_time_of_its_own() {
        let clock = ManualClock::default();
        let monitor = Monitor::builder().clock(clock.clone()).build();
        monitor.scope(|| {
            for inside in [1, 5, 9] {
                let _ = catch_unwind(AssertUnwindSafe(|| outer(&clock, inside)));
            }
        });
        let snapshot = monitor.snapshot();
        let row = row(snapshot.function("outer").unwrap());
        assert_eq!((row.calls, row.ok, row.error, row.panic, row.in_flight), (3, 1, 1, 1, 0));
        assert_eq!((row.self_time, row.max), (Duration::from_millis(6), Duration::from_millis(11)));
        let inner = super::row(snapshot.function("inner").unwrap());
        assert_eq!(inner.self_time, Duration::from_millis(15));
    }
}
