//! Whether the monitor saw what the clients saw.

use crate::load::ENTRANCE;
use crate::load::Totals;
use crate::report::FunctionRow;
use crate::report::count;

/// Holds what the clients counted against what the monitor counted of the same calls.
pub(crate) fn told(totals: Totals, rows: &[FunctionRow]) -> String {
    let Some(row) = rows.iter().find(|row| row.name == ENTRANCE) else {
        return format!(
            "The monitor saw no `{ENTRANCE}`; the clients asked {} times.",
            count(totals.asked())
        );
    };
    let clients = (totals.asked(), totals.answered, totals.failed + totals.timed_out);
    let monitor = (row.calls, row.ok, row.error);
    let all = count(totals.asked());
    if clients == monitor {
        format!("The clients counted the same: {all} queries, and as many of each outcome.")
    } else {
        format!("The clients counted otherwise: {clients:?} queries, ok and error; the monitor: {monitor:?}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(calls: u64, error: u64, expected: &str) {
        let totals = Totals { answered: 90, failed: 6, hits: 0, timed_out: 4 };
        let row = FunctionRow { name: ENTRANCE.into(), calls, ok: 90, error, ..FunctionRow::default() };
        assert!(told(totals, &[row]).starts_with(expected));
    }

    #[test]
    fn what_clients_and_monitor_counted_is_held_against_each_other() {
        check(100, 10, "The clients counted the same: 100 queries");
        check(99, 10, "The clients counted otherwise");
        check(100, 9, "The clients counted otherwise");
        assert!(told(Totals::default(), &[]).contains("saw no `Client::ask`"));
    }
}
