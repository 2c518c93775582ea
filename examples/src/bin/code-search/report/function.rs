//! The table of functions.

use std::cmp::Reverse;
use std::time::Duration;

use comfy_table::CellAlignment;
use comfy_table::LineStyle;
use comfy_table::Table;
use comfy_table::TableStyle;

use crate::report::count;
use crate::report::span;

/// What one function did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct FunctionRow {
    /// `Type::method`, or the function's own name.
    pub(crate) name: String,
    /// The path of its module.
    pub(crate) module: String,
    /// Calls that ended.
    pub(crate) calls: u64,
    /// Of these, returned well.
    pub(crate) ok: u64,
    /// Of these, returned an error.
    pub(crate) error: u64,
    /// Of these, panicked.
    pub(crate) panic: u64,
    /// Of these, were dropped before their end.
    pub(crate) cancelled: u64,
    /// Calls that have not ended.
    pub(crate) in_flight: u64,
    /// Half of the calls were no slower.
    pub(crate) p50: Duration,
    /// Nine of ten calls were no slower.
    pub(crate) p90: Duration,
    /// Ninety-nine of a hundred calls were no slower.
    pub(crate) p99: Duration,
    /// The slowest call.
    pub(crate) max: Duration,
    /// Spent in the function itself and not in another one of this table, over all calls.
    pub(crate) self_time: Duration,
}

/// What the columns mean that do not say it themselves.
pub(crate) const LEGEND: &str = "\
cancel: dropped before their end. self: the time of all calls, less that of the functions of this table that
they called on the same thread; waiting for another thread is their own time.";

/// Prints the functions, most self time first.
pub(crate) fn table(rows: &[FunctionRow]) -> String {
    if rows.is_empty() {
        return "No function was called.\n".to_owned();
    }
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_key(|row| (Reverse(row.self_time), &row.name, &row.module));
    let header = [
        "function",
        "calls",
        "ok",
        "error",
        "panic",
        "cancel",
        "p50",
        "p90",
        "p99",
        "max",
        "self",
        "in flight",
    ];
    let cells = sorted.into_iter().map(|row| {
        let counts = [row.calls, row.ok, row.error, row.panic, row.cancelled].map(some);
        let spans = [row.p50, row.p90, row.p99, row.max, row.self_time].map(span);
        [vec![unambiguous(row, rows)], counts.into(), spans.into(), vec![row.in_flight.to_string()]].concat()
    });
    aligned(&header, cells)
}

/// A table whose first column is text and whose others are figures.
pub(crate) fn aligned(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(header).add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}

/// A count; nothing is shown as a dot, so that something stands out.
fn some(number: u64) -> String {
    if number == 0 { "·".to_owned() } else { count(number) }
}

/// The name, with its module where it has no type before it or another function has the same.
fn unambiguous(row: &FunctionRow, rows: &[FunctionRow]) -> String {
    let others = rows.iter().filter(|other| other.name == row.name).count();
    let is_clear = others == 1 && row.name.contains("::");
    let module = row.module.rsplit("::").next().filter(|module| !module.is_empty());
    match module {
        Some(module) if !is_clear => format!("{module}::{}", row.name),
        _ => row.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, module: &str, self_time: u64) -> FunctionRow {
        let self_time = Duration::from_micros(self_time);
        FunctionRow {
            name: name.into(),
            module: module.into(),
            calls: 3,
            ok: 3,
            self_time,
            ..Default::default()
        }
    }

    fn first_column(rows: &[FunctionRow]) -> Vec<String> {
        table(rows).lines().skip(2).map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    }

    #[test]
    fn most_self_time_comes_first_and_ties_by_name() {
        let rows = [row("T::c", "m", 1), row("T::b", "m", 9), row("T::a", "m", 1)];
        assert_eq!(first_column(&rows), ["T::b", "T::a", "T::c"]);
    }

    #[test]
    fn functions_of_one_name_or_of_no_type_are_told_apart_by_module() {
        let rows = [row("T::run", "x::cache", 2), row("T::run", "x::retry", 1), row("ask", "x::retry", 0)];
        assert_eq!(first_column(&rows), ["cache::T::run", "retry::T::run", "retry::ask"]);
    }

    #[test]
    fn a_table_shows_every_figure_in_its_unit() {
        let row = FunctionRow {
            name: "Pool::run".into(),
            module: "pool".into(),
            calls: 1234,
            ok: 1200,
            error: 30,
            panic: 0,
            cancelled: 4,
            in_flight: 0,
            p50: Duration::from_micros(20),
            p90: Duration::from_micros(1500),
            p99: Duration::from_millis(3),
            max: Duration::from_millis(41),
            self_time: Duration::from_secs(2),
        };
        let expected = "\
function   calls     ok  error  panic  cancel      p50      p90      p99      max    self  in flight
─────────────────────────────────────────────────────────────────────────────────────────────────────
Pool::run  1,234  1,200     30      ·       4  20.0 µs  1.50 ms  3.00 ms  41.0 ms  2.00 s          0
";
        assert_eq!(table(&[row]).replace(" \n", "\n"), expected);
    }
}
