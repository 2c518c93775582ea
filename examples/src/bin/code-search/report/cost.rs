//! What being watched costs, and what was lost.

use std::hint::black_box;
use std::time::Duration;
use std::time::Instant;

use monitor_core::monitored;

use crate::report::count;
use crate::report::function::aligned;
use crate::report::quantity::nanoseconds;
use crate::telemetry;

/// What the attribute costs a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// Nanoseconds by which a watched call takes longer than a bare one.
    pub(crate) per_call: f64,
}

/// What became of what a recorder was given: `recorded = exported + dropped + queued`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Account {
    /// The recorder.
    pub(crate) recorder: String,
    /// Spans, metrics or events.
    pub(crate) signal: String,
    /// Given to it.
    pub(crate) recorded: u64,
    /// Shipped.
    pub(crate) exported: u64,
    /// Lost, each reason with its count.
    pub(crate) dropped: Vec<(String, u64)>,
    /// Still waiting.
    pub(crate) queued: u64,
}

impl Cost {
    /// Measures an empty function with the attribute against one without, on this thread.
    pub(crate) fn measured() -> Self {
        telemetry::apart(|| {
            let best = |call: fn(u64) -> u64| (0..ROUNDS).map(|_| round(call)).min().unwrap_or_default();
            let (bare, watched) = (best(bare), best(watched));
            Self { per_call: watched.saturating_sub(bare).as_nanos() as f64 / CALLS as f64 }
        })
    }

    /// Says what so many calls cost.
    pub(crate) fn told(&self, calls: u64, served: Duration) -> String {
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let all = self.per_call * calls as f64;
        let share = all / (served.as_nanos() as f64 * cores).max(1.0) * 100.0;
        format!(
            "{} a call, measured just now on an empty function; {} calls: {}, {share:.2} % of the processors' time.\n",
            nanoseconds(self.per_call),
            count(calls),
            nanoseconds(all)
        )
    }
}

/// Says what was lost on the way to the recorders.
pub(crate) fn lost(losses: &[(&str, u64)]) -> String {
    if losses.is_empty() {
        return "Nothing was lost on the way to the recorders.\n".to_owned();
    }
    let kinds: Vec<_> = losses.iter().map(|(kind, number)| format!("{} {kind}", count(*number))).collect();
    format!("Lost on the way to the recorders: {}.\n", kinds.join(", "))
}

/// Prints the accounts, a recorder and signal a line.
pub(crate) fn table(accounts: &[Account]) -> String {
    if accounts.is_empty() {
        return "There was no recorder, so nothing was shipped and nothing dropped.\n".to_owned();
    }
    let header = ["recorder", "recorded", "exported", "dropped", "queued", "why dropped"];
    let rows = accounts.iter().map(|account| {
        let reasons: Vec<_> = account.dropped.iter().map(|(why, n)| format!("{why} {}", count(*n))).collect();
        let dropped = account.dropped.iter().map(|(_, number)| number).sum();
        let counts = [account.recorded, account.exported, dropped, account.queued].map(count);
        let mut row = vec![format!("{}, {}", account.recorder, account.signal)];
        row.extend(counts);
        row.push(if reasons.is_empty() { "·".to_owned() } else { reasons.join(", ") });
        row
    });
    let lost = accounts.iter().filter(|account| !account.adds_up()).map(|account| {
        format!("{} {} do not add up: this is a fault of the library.\n", account.recorder, account.signal)
    });
    aligned(&header, rows) + &lost.collect::<String>()
}

impl Account {
    fn adds_up(&self) -> bool {
        let dropped: u64 = self.dropped.iter().map(|(_, number)| number).sum();
        self.recorded == self.exported + dropped + self.queued
    }
}

const ROUNDS: usize = 10;
const CALLS: u64 = 10_000;

/// How long so many calls take, one after the other.
fn round(call: fn(u64) -> u64) -> Duration {
    let started = Instant::now();
    let last = (0..CALLS).fold(0, |sum, _| call(sum));
    black_box(last);
    started.elapsed()
}

#[monitored]
#[inline(never)]
fn watched(number: u64) -> u64 {
    black_box(number) + 1
}

#[inline(never)]
fn bare(number: u64) -> u64 {
    black_box(number) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_is_told_by_call_and_as_a_share() {
        let told = Cost { per_call: 40.0 }.told(1_000_000, Duration::from_secs(1));
        assert!(told.starts_with("40 ns a call") && told.contains("1,000,000 calls: 40.0 ms"), "{told}");
    }

    #[test]
    fn what_was_dropped_is_told_with_its_reasons() {
        let dropped = vec![("queue full".to_owned(), 1500), ("deadline".to_owned(), 2)];
        let account = Account { recorder: "otlp".into(), recorded: 1502, dropped, ..Account::default() };
        let text = table(&[account]);
        assert!(text.contains("queue full 1,500, deadline 2") && !text.contains("add up"), "{text}");
    }

    #[test]
    fn an_account_that_does_not_add_up_is_told() {
        let account =
            Account { recorder: "otlp".into(), signal: "spans".into(), recorded: 1, ..Account::default() };
        assert!(table(&[account]).contains("otlp spans do not add up"));
    }
}
