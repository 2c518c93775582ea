//! The table of query kinds: what a label tells.

use std::time::Duration;

use crate::report::count;
use crate::report::function::aligned;
use crate::report::span;

/// What became of the queries of one kind.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct KindRow {
    /// The kind.
    pub(crate) kind: String,
    /// Queries that ended.
    pub(crate) calls: u64,
    /// Half of them were no slower.
    pub(crate) p50: Duration,
    /// Ninety-nine of a hundred were no slower.
    pub(crate) p99: Duration,
    /// Those that failed, each kind of failure with its count.
    pub(crate) failed: Vec<(String, u64)>,
}

/// Prints the kinds, the most frequent first, with a column for each kind of failure.
pub(crate) fn table(rows: &[KindRow]) -> String {
    if rows.is_empty() {
        return "No query was asked.\n".to_owned();
    }
    let mut failures: Vec<_> = rows.iter().flat_map(|row| &row.failed).map(|(why, _)| why.as_str()).collect();
    failures.sort_unstable();
    failures.dedup();
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_key(|row| (std::cmp::Reverse(row.calls), &row.kind));
    let header = [&["query.kind", "calls", "p50", "p99"], failures.as_slice()].concat();
    let cells = sorted.into_iter().map(|row| {
        let mut cells = vec![row.kind.clone(), count(row.calls), span(row.p50), span(row.p99)];
        cells.extend(failures.iter().map(|failure| {
            let found = row.failed.iter().find(|(why, _)| why == failure);
            found.map_or_else(|| "·".to_owned(), |(_, number)| count(*number))
        }));
        cells
    });
    aligned(&header, cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_failure_has_a_column() {
        let row = |kind: &str, calls, failed: &[(&str, u64)]| KindRow {
            kind: kind.into(),
            calls,
            p50: Duration::from_micros(20),
            p99: Duration::from_millis(3),
            failed: failed.iter().map(|(why, number)| ((*why).to_owned(), *number)).collect(),
        };
        let rows = [row("symbol", 9, &[("TimedOut", 2)]), row("typed", 1200, &[("Malformed", 400)])];
        let expected = "\
query.kind  calls      p50      p99  Malformed  TimedOut
─────────────────────────────────────────────────────────
typed       1,200  20.0 µs  3.00 ms        400         ·
symbol          9  20.0 µs  3.00 ms          ·         2
";
        assert_eq!(table(&rows).replace(" \n", "\n"), expected);
    }
}
