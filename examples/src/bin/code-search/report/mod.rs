//! The report: plain values in, text out.

mod agreement;
mod cost;
mod function;
mod kind;
mod quantity;
mod tree;

use std::fmt;
use std::time::Duration;

use crate::index::Size;
use crate::load::ENTRANCE;
use crate::load::Totals;
pub(crate) use crate::report::cost::Account;
pub(crate) use crate::report::cost::Cost;
pub(crate) use crate::report::function::FunctionRow;
pub(crate) use crate::report::kind::KindRow;
pub(crate) use crate::report::quantity::count;
pub(crate) use crate::report::quantity::span;
pub(crate) use crate::report::tree::SpanNode;

/// All that is told when the service ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// What was indexed.
    pub(crate) size: Size,
    /// How many clients asked.
    pub(crate) tasks: usize,
    /// For how long.
    pub(crate) served: Duration,
    /// What the clients counted.
    pub(crate) totals: Totals,
    /// What the monitor counted, in any order.
    pub(crate) functions: Vec<FunctionRow>,
    /// What it counted of the queries, by kind and in any order.
    pub(crate) kinds: Vec<KindRow>,
    /// The span tree of the slowest query.
    pub(crate) slowest: Option<SpanNode>,
    /// What each recorder got.
    pub(crate) accounts: Vec<Account>,
    /// What never came to a recorder, each kind with its count.
    pub(crate) losses: Vec<(&'static str, u64)>,
    /// What being watched costs.
    pub(crate) cost: Cost,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n{}", self.size)?;
        writeln!(out, "{} clients asked for {}: {}", self.tasks, span(self.served), self.totals)?;
        writeln!(out, "\nFunctions, by self time\n")?;
        write!(out, "{}", function::table(&self.functions))?;
        writeln!(out, "\n{}\n{}", function::LEGEND, agreement::told(self.totals, &self.functions))?;
        writeln!(out, "\nQueries by kind, and how they failed: a label of `{ENTRANCE}`\n")?;
        write!(out, "{}", kind::table(&self.kinds))?;
        writeln!(
            out,
            "\nThe slowest query, kept by a recorder of this program's own, telemetry/slowest.rs\n"
        )?;
        match &self.slowest {
            Some(root) => write!(out, "{}", tree::drawn(root))?,
            None => writeln!(out, "No span was kept.")?,
        }
        writeln!(out, "\nWhat the instrumentation cost and dropped\n")?;
        let calls = self.functions.iter().map(|row| row.calls).sum();
        write!(out, "{}{}", self.cost.told(calls, self.served), cost::lost(&self.losses))?;
        write!(out, "{}", cost::table(&self.accounts))?;
        write!(out, "{WHERE_TO_LOOK}")
    }
}

const WHERE_TO_LOOK: &str = "
Where else to look

  cargo run --release -- --help                           the options of this service
  cargo run --release -- --recorder console --seconds 1   span trees as they end
  cargo run -p examples --example ten_lines               the least that a program of yours needs
  cargo run -p examples --example environment             recorders chosen outside the code
  cargo run -p examples --example tasks                   spans across tasks and threads, cancellation
  cargo run -p examples --example by_hand                 counters, gauges, histograms and spans by hand
  cargo run -p examples --example own_recorder            a recorder of your own, on one page
  cargo doc --open -p monitor-core                        the library
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_nothing_has_all_its_parts_and_says_so() {
        let text = Report::default().to_string();
        let parts = [
            "0 clients",
            "No function was called.",
            "No query was asked.",
            "No span was kept.",
            "no recorder",
            "Where else to look",
        ];
        for part in parts {
            assert!(text.contains(part), "`{part}` is not in:\n{text}");
        }
    }
}
